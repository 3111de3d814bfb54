// Shows the freshness of the data and the connection to the API, with the error and the next retry.
import { byId, setAttribute, setText } from "../dom";
import { ageOf, describeAge, freshnessOf } from "../domain/freshness";
import { clockTime, count } from "../domain/format";
import { serverNow, type State, type Store } from "../live/state";

/** Owns the figures in the masthead and the notice. */
export class StatusPanel {
  readonly #pill = byId("connection");
  readonly #pillText = byId("connection-text");
  readonly #reporting = byId("stat-reporting");
  readonly #latest = byId("stat-latest");
  readonly #archive = byId("stat-archive");
  readonly #notice = byId("notice");
  readonly #noticeText = byId("notice-text");

  constructor(private readonly store: Store, retry: () => void) {
    byId("notice-retry").addEventListener("click", retry);
    store.watch(["connection", "readings", "buoys", "summary"], () => this.tick());
  }

  /** Updates ages and countdowns. */
  tick(): void {
    const { state } = this.store;
    const now = serverNow(state);
    const ages = [...state.readings.values()].map((reading) => ageOf(reading, now));
    const live = ages.filter((age) => freshnessOf(age) === "live").length;
    const newest = ages.length === 0 ? undefined : Math.min(...ages);
    const known = state.connection.kind !== "starting" || state.lastGood !== undefined;
    setText(this.#reporting, known ? `${live} of ${state.buoys.length}` : "–");
    setText(this.#latest, known ? describeAge(newest) : "–");
    setAttribute(this.#latest, "data-freshness", freshnessOf(newest));
    setText(this.#archive, state.summary ? count(state.summary.readings) : "–");
    setAttribute(this.#pill, "data-kind", state.connection.kind);
    setText(this.#pillText, { starting: "Connecting", live: "Live", retrying: "Not connected" }[state.connection.kind]);
    this.#notify(state);
  }

  #notify(state: State): void {
    const { connection } = state;
    this.#notice.hidden = connection.kind !== "retrying";
    if (connection.kind !== "retrying") return;
    const seconds = Math.max(0, Math.ceil((connection.retryAt - Date.now()) / 1000));
    const when = seconds === 0 ? "Retrying now." : `Retrying in ${seconds} s.`;
    const kept = state.lastGood === undefined
      ? "Nothing has been loaded yet."
      : `Showing the last good data, from ${clockTime(state.lastGood + state.skew)}.`;
    setText(this.#noticeText, `The API is unreachable: ${connection.cause}. ${kept} ${when}`);
  }
}
