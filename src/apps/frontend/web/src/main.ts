// Assembles the page: one store, the components that show it, and the poller that updates it.
import "./styles/index.css";
import { ApiError } from "./api/client";
import { ChartPanel } from "./charts/panel";
import { readView, writeView } from "./live/address";
import { Poller } from "./live/poller";
import { Refresh } from "./live/refresh";
import { Store } from "./live/state";
import { FleetMap } from "./map/fleet-map";
import { loadLand } from "./map/land";
import { startLegend } from "./map/legend";
import { startAnnouncer } from "./panel/announcer";
import { Details } from "./panel/details";
import { BuoyList } from "./panel/list";
import { StatusPanel } from "./panel/status";

const INTERVAL_MS = 3_000;

const store = new Store(readView(location.search));
const refresh = new Refresh(store);
const poller = new Poller({
  work: () => refresh.round(performance.now()),
  succeeded: () => store.update({ connection: { kind: "live" }, lastGood: Date.now() }),
  failed(cause, retryAt) {
    if (!(cause instanceof ApiError)) console.error(cause);
    const reason = cause instanceof ApiError ? cause.message : "an error in the page";
    store.update({ connection: { kind: "retrying", cause: reason, retryAt } });
  },
}, INTERVAL_MS);

const map = new FleetMap(store);
const charts = new ChartPanel(store);
const ticking = [map, new BuoyList(store), new Details(store), new StatusPanel(store, () => poller.poke())];
startLegend(store);
startAnnouncer(store);

store.watch(["selected", "range", "colourBy"], (state) => {
  if (state.buoys.length > 0) history.replaceState(null, "", writeView(state));
});
store.watch(["range"], (state) => {
  if (state.buoys.length > 0) poller.poke();
});

loadLand().then((land) => map.setLand(land), (cause: unknown) => console.error(cause));
document.addEventListener("visibilitychange", () => {
  poller.setPaused(document.hidden);
  charts.setPaused(document.hidden);
});
setInterval(() => {
  for (const component of ticking) component.tick();
}, 1_000);
poller.poke();
