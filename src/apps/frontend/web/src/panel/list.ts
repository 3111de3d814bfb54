// The list of buoys: one tab stop, arrow keys inside, the same facts as on the map as text.
import { byId, h, setAttribute, setText } from "../dom";
import { ageOf, describeAge, freshnessOf, nameFreshness } from "../domain/freshness";
import { plural } from "../domain/format";
import { formatValue, styleOf } from "../domain/parameters";
import { serverNow, type State, type Store } from "../live/state";
import { stepSelection } from "./selection";

interface Row {
  readonly element: HTMLElement;
  readonly mark: HTMLElement;
  readonly name: HTMLElement;
  readonly age: HTMLElement;
  readonly value: HTMLElement;
}

/** Owns the listbox `#buoys`. */
export class BuoyList {
  readonly #box = byId("buoys");
  readonly #count = byId("buoy-count");
  readonly #empty = byId("buoys-empty");
  #rows = new Map<string, Row>();

  constructor(private readonly store: Store) {
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#box.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-buoy]") : null;
      if (row?.dataset["buoy"] !== undefined) store.update({ selected: row.dataset["buoy"] });
    });
    store.watch(["buoys"], (state) => this.#rebuild(state));
    store.watch(["buoys", "readings", "selected", "colourBy", "parameters"], () => this.tick());
    store.watch(["selected"], ({ selected }) => this.#reveal(selected));
  }

  /** Updates ages and values. */
  tick(): void {
    const { state } = this.store;
    const now = serverNow(state);
    const parameter = state.parameters.find(({ name }) => name === state.colourBy);
    for (const [id, row] of this.#rows) {
      const reading = state.readings.get(id);
      const age = reading && ageOf(reading, now);
      const freshness = freshnessOf(age);
      setAttribute(row.element, "aria-selected", String(id === state.selected));
      setAttribute(row.element, "data-freshness", freshness);
      setAttribute(row.mark, "title", nameFreshness(freshness));
      setText(row.age, freshness === "silent" ? `silent, ${describeAge(age)}` : describeAge(age));
      const value = parameter && reading?.values[parameter.name];
      setText(row.value, parameter && value != null ? formatValue(value, styleOf(parameter)) : "");
    }
  }

  #rebuild({ buoys }: State): void {
    this.#rows = new Map(buoys.map(({ id, name }) => [id, this.#row(id, name)]));
    this.#box.replaceChildren(...[...this.#rows.values()].map(({ element }) => element));
    this.#empty.hidden = buoys.length > 0;
    setText(this.#count, buoys.length === 0 ? "" : plural(buoys.length, "buoy"));
  }

  #row(id: string, name: string): Row {
    const mark = h("span", { class: "buoy__mark", "aria-hidden": "true" });
    const title = h("span", { class: "buoy__name" }, name);
    const age = h("span", { class: "buoy__age" });
    const value = h("span", { class: "buoy__value" });
    const element = h("li", { class: "buoy", role: "option", id: `option-${id}`, "data-buoy": id },
      mark, title, value, age);
    return { element, mark, name: title, age, value };
  }

  #reveal(selected: string | undefined): void {
    const row = selected === undefined ? undefined : this.#rows.get(selected);
    if (row === undefined) return;
    this.#box.setAttribute("aria-activedescendant", row.element.id);
    const { offsetTop, offsetHeight } = row.element;
    const { scrollTop, clientHeight } = this.#box;
    if (offsetTop < scrollTop) this.#box.scrollTop = offsetTop;
    else if (offsetTop + offsetHeight > scrollTop + clientHeight) this.#box.scrollTop = offsetTop + offsetHeight - clientHeight;
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = stepSelection([...this.#rows.keys()], this.store.state.selected, event.key);
    if (next === undefined) return;
    event.preventDefault();
    this.store.update({ selected: next });
  }
}
