// Facts about the selected buoy, the range of its charts, and the download link.
import { csvAddress, OPENAPI_ADDRESS } from "../api/client";
import { byId, h, setAttribute, setText } from "../dom";
import { ageOf, describeAge, freshnessOf } from "../domain/freshness";
import { clockTime, dateTime, position } from "../domain/format";
import { RANGES, rangeById } from "../domain/ranges";
import { serverNow, type State, type Store } from "../live/state";

/** Owns the head of `#detail`. */
export class Details {
  readonly #name = byId("detail-name");
  readonly #latest = byId("fact-latest");
  readonly #age = byId("fact-age");
  readonly #position = byId("fact-position");
  readonly #since = byId("fact-since");
  readonly #csv = byId<HTMLAnchorElement>("download-csv");

  constructor(private readonly store: Store) {
    byId<HTMLAnchorElement>("openapi").href = OPENAPI_ADDRESS;
    this.#ranges();
    this.#csv.addEventListener("click", () => this.#linkCsv());
    store.watch(["selected", "buoys", "readings", "range"], () => {
      this.tick();
      this.#linkCsv();
    });
  }

  /** Updates the facts that depend on the time. */
  tick(): void {
    const { state } = this.store;
    const buoy = state.buoys.find(({ id }) => id === state.selected);
    const reading = state.selected === undefined ? undefined : state.readings.get(state.selected);
    const age = reading && ageOf(reading, serverNow(state));
    setText(this.#name, buoy?.name ?? state.selected ?? "No buoy selected");
    setText(this.#latest, reading ? clockTime(reading.observed_at) : "no reading yet");
    setText(this.#age, reading ? describeAge(age) : "");
    setAttribute(this.#age, "data-freshness", freshnessOf(age));
    setText(this.#position, reading ? position(reading.latitude, reading.longitude) : "unknown");
    setText(this.#since, buoy?.first_seen == null ? "not yet" : dateTime(buoy.first_seen));
  }

  /** Updates the link, because the export ends at the current time. */
  #linkCsv(): void {
    const { state } = this.store;
    this.#csv.hidden = state.selected === undefined;
    if (state.selected === undefined) return;
    this.#csv.href = csvAddress(state.selected, state.range, serverNow(state));
    this.#csv.download = `${state.selected}-${state.range.id}.csv`;
  }

  #ranges(): void {
    const box = byId("ranges");
    for (const range of RANGES) {
      const input = h("input", { type: "radio", name: "range", value: range.id, id: `range-${range.id}` });
      input.addEventListener("change", () => this.store.update({ range: rangeById(input.value) }));
      box.append(input, h("label", { for: input.id }, range.label));
    }
    this.store.watch(["range"], (state: State) => {
      byId<HTMLInputElement>(`range-${state.range.id}`).checked = true;
    });
  }
}
