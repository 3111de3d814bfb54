// Announces changes to screen readers at a limited rate.
import { byId } from "../dom";
import { clockTime } from "../domain/format";
import { formatValue, styleOf } from "../domain/parameters";
import type { Connection, State, Store } from "../live/state";

const QUIET_MS = 30_000;

/** Announces through the polite live region `#announcer`. */
export function startAnnouncer(store: Store): void {
  const region = byId("announcer");
  let announcedAt = 0;
  let selected: string | undefined;
  let connection: Connection["kind"] = "starting";
  const announce = (text: string) => {
    region.textContent = text;
    announcedAt = Date.now();
  };
  store.watch(["selected", "buoys"], (state) => {
    if (state.selected === selected || state.buoys.length === 0) return;
    selected = state.selected;
    announce(describe(state));
  });
  store.watch(["readings"], (state) => {
    if (state.selected !== undefined && Date.now() - announcedAt >= QUIET_MS) announce(`New reading. ${describe(state)}`);
  });
  store.watch(["connection"], (state) => {
    if (state.connection.kind === connection) return;
    if (state.connection.kind === "retrying") announce(`The API is unreachable: ${state.connection.cause}. Retrying.`);
    else if (connection === "retrying") announce("Connected again.");
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
