// Tells screen readers what changed, and no more often than a person can bear.
import { byId } from "../dom";
import { clockTime } from "../domain/format";
import { formatValue, styleOf } from "../domain/parameters";
import type { Connection, State, Store } from "../live/state";

const QUIET_MS = 30_000;

/** Speaks through the polite live region `#announcer`. */
export function startAnnouncer(store: Store): void {
  const region = byId("announcer");
  let spokenAt = 0;
  let selected: string | undefined;
  let connection: Connection["kind"] = "starting";
  const say = (text: string) => {
    region.textContent = text;
    spokenAt = Date.now();
  };
  store.watch(["selected", "buoys"], (state) => {
    if (state.selected === selected || state.buoys.length === 0) return;
    selected = state.selected;
    say(describe(state));
  });
  store.watch(["readings"], (state) => {
    if (state.selected !== undefined && Date.now() - spokenAt >= QUIET_MS) say(`New reading. ${describe(state)}`);
  });
  store.watch(["connection"], (state) => {
    if (state.connection.kind === connection) return;
    if (state.connection.kind === "retrying") say(`The API is unreachable: ${state.connection.cause}. Retrying.`);
    else if (connection === "retrying") say("Connected again.");
    connection = state.connection.kind;
  });
}

function describe(state: State): string {
  const name = state.buoys.find(({ id }) => id === state.selected)?.name ?? state.selected ?? "";
  const reading = state.selected === undefined ? undefined : state.readings.get(state.selected);
  if (reading === undefined) return `${name}: no reading yet.`;
  const values = state.parameters.map((parameter) => {
    const style = styleOf(parameter);
    return `${style.title} ${formatValue(reading.values[parameter.name] ?? undefined, style)}`;
  });
  return `${name}, ${clockTime(reading.observed_at)}: ${values.join(", ")}.`;
}
