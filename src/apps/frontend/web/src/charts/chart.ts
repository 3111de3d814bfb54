// One figure: heading, newest value, chart, and a text summary for screen readers.
import uPlot from "uplot";
import { h, setText } from "../dom";
import { clockTime, dateTime } from "../domain/format";
import { formatValue, styleOf, type ParameterStyle } from "../domain/parameters";
import type { Parameter } from "../api/types";
import { chartOptions } from "./options";
import { extremesOf, type Columns } from "./points";

const HEIGHT = 190;

/** A chart of one parameter. */
export class Chart {
  readonly element: HTMLElement;
  readonly #style: ParameterStyle;
  readonly #value = h("p", { class: "chart__value" });
  readonly #plot = h("div", { class: "chart__plot", "aria-hidden": "true" });
  readonly #message = h("p", { class: "chart__message" });
  readonly #summary = h("figcaption", { class: "chart__summary" });
  #columns: Columns = [[], [], [], []];
  #window: [number, number] = [0, 1];
  #chart: uPlot | undefined;

  constructor(readonly parameter: Parameter) {
    this.#style = styleOf(parameter);
    const note = h("span", { class: "chart__note" }, this.#style.note);
    const title = h("h3", { class: "chart__title" }, this.#style.title, " ", note);
    this.element = h("figure", { class: `chart chart--${this.#style.hue}`, "data-parameter": parameter.name },
      h("div", { class: "chart__head" }, title, this.#value), this.#plot, this.#message, this.#summary);
    new ResizeObserver(() => this.#resize()).observe(this.#plot);
  }

  /** Shows columns within a window of seconds; `phrase` completes the sentence ("in the last hour"). */
  show(columns: Columns, window: [number, number], phrase: string): void {
    this.#columns = columns;
    this.#window = window;
    const extremes = extremesOf(columns);
    this.element.dataset["points"] = String(columns[0].length);
    this.#plot.hidden = extremes === undefined;
    this.setMessage(extremes === undefined ? `No reading ${phrase}.` : "");
    this.#point(null);
    if (extremes === undefined) {
      setText(this.#summary, "");
      return;
    }
    const [low, high] = [formatValue(extremes.low, this.#style), formatValue(extremes.high, this.#style)];
    setText(this.#summary, `Between ${low} and ${high} ${phrase}.`);
    if (this.#chart === undefined) this.#create();
    else this.#chart.setData(columns);
  }

  /** Shows a message instead of the plot or below it; an empty text removes it. */
  setMessage(message: string): void {
    setText(this.#message, message);
    this.#message.hidden = message === "";
  }

  /** Redraws the chart with the current colours. */
  recolour(): void {
    this.#chart?.destroy();
    this.#chart = undefined;
    if (!this.#plot.hidden) this.#create();
  }

  /** Removes the figure and frees the resources of uPlot. */
  remove(): void {
    this.#chart?.destroy();
    this.element.remove();
  }

  #create(): void {
    const width = this.#plot.clientWidth;
    if (width === 0) return;
    const options = chartOptions(this.#style, {
      width,
      height: HEIGHT,
      window: () => this.#window,
      pointed: (index) => this.#point(index),
    });
    this.#chart = new uPlot(options, this.#columns, this.#plot);
  }

  #resize(): void {
    const width = this.#plot.clientWidth;
    if (width === 0) return;
    if (this.#chart === undefined) this.#create();
    else if (this.#chart.width !== width) this.#chart.setSize({ width, height: HEIGHT });
  }

  /** Shows the value under the cursor with its time, or the newest value. */
  #point(index: number | null): void {
    const [times, averages] = this.#columns;
    const at = index === null ? undefined : times[index];
    const value = index === null ? averages.at(-1) : averages[index];
    const long = this.#window[1] - this.#window[0] > 86_400;
    const time = at === undefined ? "" : long ? dateTime(at * 1000) : clockTime(at * 1000);
    const shown = h("strong", {}, formatValue(value, this.#style));
    this.#value.replaceChildren(...(time === "" ? [shown] : [h("span", { class: "chart__when" }, time), " ", shown]));
  }
}
