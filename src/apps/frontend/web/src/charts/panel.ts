// The charts of the selected buoy: one per parameter, loaded for the selected range and extended by new readings.
import { ApiError, fetchSeries } from "../api/client";
import type { SeriesPoint } from "../api/types";
import { byId } from "../dom";
import { timeWindow } from "../domain/ranges";
import { Poller } from "../live/poller";
import { serverNow, type State, type Store } from "../live/state";
import { Chart } from "./chart";
import { mergeTail } from "./points";

const REFRESH_MS = 30_000;

/** Owns the figures in `#charts`. */
export class ChartPanel {
  readonly #box = byId("charts");
  readonly #poller: Poller;
  #charts: Chart[] = [];
  #buckets = new Map<string, readonly SeriesPoint[]>();
  /** The buoy and range of `#buckets`. */
  #loaded = "";
  #loadedAt = 0;

  constructor(private readonly store: Store) {
    this.#poller = new Poller({
      work: () => this.#load(),
      succeeded: () => this.draw(),
      failed: (cause) => this.#failed(cause),
    }, REFRESH_MS);
    store.watch(["parameters"], (state) => this.#rebuild(state));
    store.watch(["selected", "range", "parameters"], (state) => this.#changed(state));
    store.watch(["tails"], () => this.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
  }

  /** Stops loading while the page is hidden. */
  setPaused(paused: boolean): void {
    this.#poller.setPaused(paused);
  }

  /** Redraws all charts with the current colours. */
  recolour(): void {
    for (const chart of this.#charts) chart.recolour();
  }

  /** Draws the loaded buckets and the newer readings. */
  draw(): void {
    const { selected, range, tails } = this.store.state;
    if (selected === undefined || this.#loaded !== keyOf(this.store.state)) return;
    const now = serverNow(this.store.state);
    const tail = tails.get(selected) ?? [];
    for (const chart of this.#charts) {
      const points = this.#buckets.get(chart.parameter.name) ?? [];
      const columns = mergeTail(points, tail, chart.parameter.name, range.bucketS, this.#loadedAt);
      const first = columns[0][0];
      const [from, to] = timeWindow(range, now, first === undefined ? undefined : first * 1000);
      chart.show(columns, [from / 1000, to / 1000], range.phrase);
    }
  }

  #rebuild({ parameters }: State): void {
    const names = parameters.map(({ name }) => name).join();
    if (names === this.#charts.map(({ parameter }) => parameter.name).join()) return;
    for (const chart of this.#charts) chart.remove();
    this.#charts = parameters.map((parameter) => new Chart(parameter));
    this.#box.replaceChildren(...this.#charts.map(({ element }) => element));
    this.#loaded = "";
  }

  #changed(state: State): void {
    if (state.selected === undefined || state.parameters.length === 0 || this.#loaded === keyOf(state)) return;
    this.#box.setAttribute("aria-busy", "true");
    this.#poller.poke();
  }

  async #load(): Promise<void> {
    const { selected, range, parameters } = this.store.state;
    if (selected === undefined) return;
    const key = keyOf(this.store.state);
    const now = serverNow(this.store.state);
    const answers = await Promise.all(parameters.map(({ name }) => fetchSeries(selected, name, range, now)));
    if (key !== keyOf(this.store.state)) return;
    this.#buckets = new Map(answers.map((series) => [series.parameter, series.points]));
    this.#loaded = key;
    this.#loadedAt = now;
    this.#box.setAttribute("aria-busy", "false");
  }

  #failed(cause: unknown): void {
    const reason = cause instanceof ApiError ? cause.message : "an error in the page";
    const kept = this.#loaded === keyOf(this.store.state) ? " The charts show data loaded earlier." : "";
    for (const chart of this.#charts) chart.setMessage(`The series could not be loaded: ${reason}. Retrying.${kept}`);
    if (!(cause instanceof ApiError)) console.error(cause);
  }
}

const keyOf = (state: State) => [state.selected, state.range.id, state.parameters.length].join("|");
