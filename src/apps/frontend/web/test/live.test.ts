// Merging responses into the state, and polling during an outage.
import { describe, expect, it } from "vitest";
import type { Latest, Reading, SeriesPoint } from "../src/api/types";
import { extremesOf, mergeTail } from "../src/charts/points";
import { readView, writeView } from "../src/live/address";
import { retryDelay } from "../src/live/backoff";
import { extendTrack, hasUnknownBuoy, indexTracks, mergeLatest, sortBuoys } from "../src/live/merge";
import { Poller, type Runtime } from "../src/live/poller";
import { Store } from "../src/live/state";
import { stepSelection } from "../src/panel/selection";

const reading = (buoy: string, observed_at: number, value = 1): Reading => ({
  buoy, observed_at, received_at: observed_at, latitude: 48, longitude: -5, values: { p: value },
});
const latest = (server_time: number, ...readings: Reading[]): Latest => ({ server_time, readings });

describe("latest readings", () => {
  it("replace older ones, extend the tail, and ignore repeats", () => {
    const store = new Store();
    store.update(mergeLatest(store.state, latest(0, reading("a", 1)), 0));
    store.update(mergeLatest(store.state, latest(0, reading("a", 1), reading("b", 2)), 0));
    store.update(mergeLatest(store.state, latest(0, reading("a", 3)), 0));
    expect(store.state.readings.get("a")?.observed_at).toBe(3);
    expect(store.state.tails.get("a")?.map((tail) => tail.observed_at)).toEqual([1, 3]);
    expect(hasUnknownBuoy(store.state)).toBe(true);
  });

  it("report an arrival even if the newest reading stays, because its clock was ahead", () => {
    const store = new Store();
    store.update(mergeLatest(store.state, latest(0, { ...reading("a", 300), last_received_at: 1 }), 0));
    store.update(mergeLatest(store.state, latest(0, { ...reading("a", 300), last_received_at: 9 }), 0));
    expect(store.state.readings.get("a")?.last_received_at).toBe(9);
    expect(store.state.tails.get("a")).toHaveLength(1);
  });

  it("measure the clock skew once, and again only if it changes by more than 2 s", () => {
    const store = new Store();
    store.update({ ...mergeLatest(store.state, latest(5_000), 0), lastGood: 0 });
    expect(store.state.skew).toBe(5_000);
    expect(mergeLatest(store.state, latest(6_000), 0).skew).toBe(5_000);
    expect(mergeLatest(store.state, latest(60_000), 0).skew).toBe(60_000);
  });
});

describe("tracks and buoys", () => {
  it("join the lines of a buoy up to its current position", () => {
    const line = (coordinates: number[][]) => ({
      type: "Feature" as const, properties: { buoy: "a" }, geometry: { type: "LineString" as const, coordinates },
    });
    const tracks = indexTracks({ type: "FeatureCollection", features: [line([[1, 2], [3, 4]]), line([[5, 6]])] });
    expect(extendTrack(tracks.get("a"), [reading("a", 1)])).toEqual([[1, 2], [3, 4], [5, 6], [-5, 48]]);
  });

  it("join the parts of a line that crosses the antimeridian", () => {
    const geometry = {
      type: "MultiLineString" as const,
      coordinates: [[[179, 0], [180, 1]], [[-180, 1], [-179, 2]]],
    };
    const tracks = indexTracks({
      type: "FeatureCollection", features: [{ type: "Feature", properties: { buoy: "a" }, geometry }],
    });
    expect(tracks.get("a")).toEqual([[179, 0], [180, 1], [-180, 1], [-179, 2]]);
  });

  it("sort by name, with numbers in numeric order", () => {
    const buoys = ["Buoy 10", "Buoy 9"].map((name, index) => ({ id: String(index), name }));
    expect(sortBuoys(buoys).map(({ name }) => name)).toEqual(["Buoy 9", "Buoy 10"]);
  });
});

describe("charts", () => {
  const bucket = (t: number, avg: number): SeriesPoint => ({ t, avg, min: avg - 1, max: avg + 1, count: 3 });
  it("have complete buckets at their middle, then newer readings", () => {
    const columns = mergeTail([bucket(0, 5), bucket(60_000, 6)], [reading("a", 50_000), reading("a", 70_000, 7)], "p", 60, 80_000);
    expect(columns[0]).toEqual([30, 70]);
    expect(columns[1]).toEqual([5, 7]);
    expect(extremesOf(columns)).toEqual({ last: 7, low: 4, high: 7 });
  });
  it("show an incomplete bucket without newer readings", () => {
    expect(mergeTail([bucket(60_000, 6)], [], "p", 60, 80_000)[0]).toEqual([70]);
  });
  it("are empty without readings", () => {
    expect(extremesOf(mergeTail([], [], "p", 60, 0))).toBeUndefined();
    expect(mergeTail([], [reading("a", 1)], "other", 60, 0)[0]).toEqual([]);
  });
});

describe("address", () => {
  it("round-trips the view", () => {
    const view = { selected: "buoy-002", colourBy: "sea_water_temperature", range: readView("?range=7d").range };
    expect(readView(writeView(view))).toEqual(view);
  });
});

describe("selection by key", () => {
  const ids = ["a", "b", "c"];
  it.each([
    ["a", "ArrowDown", "b"], ["c", "ArrowDown", "c"], ["b", "ArrowUp", "a"], ["b", "End", "c"], ["c", "Home", "a"],
    ["a", "PageDown", "c"], [undefined, "ArrowDown", "a"], [undefined, "ArrowUp", "c"], ["a", "x", undefined],
  ])("from %s with %s to %s", (from, key, to) => expect(stepSelection(ids, from, key)).toBe(to));
  it("has no effect in an empty list", () => expect(stepSelection([], undefined, "End")).toBeUndefined());
});

describe("polling", () => {
  it("waits longer after each failure, up to a minute", () => {
    expect([1, 2, 3, 9].map((failures) => retryDelay(failures, 1))).toEqual([2_000, 4_000, 8_000, 60_000]);
    expect(retryDelay(1, 0)).toBe(1_500);
  });

  it("backs off, reports the next attempt, recovers, and stops while paused", async () => {
    const pauses: number[] = [];
    let next: (() => void) | undefined;
    const runtime: Runtime = {
      now: () => 1_000,
      random: () => 1,
      after(ms, call) {
        pauses.push(ms);
        next = call;
        return () => { next = undefined; };
      },
    };
    const retries: number[] = [];
    let healthy = false;
    const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
    const work = () => (healthy ? Promise.resolve() : Promise.reject(new Error("down")));
    const poller = new Poller({ work, succeeded: () => {}, failed: (_, at) => retries.push(at) }, 3_000, runtime);
    poller.poke();
    await settle();
    next?.();
    await settle();
    healthy = true;
    next?.();
    await settle();
    expect(pauses).toEqual([2_000, 4_000, 3_000]);
    expect(retries).toEqual([3_000, 5_000]);
    poller.setPaused(true);
    expect(next).toBeUndefined();
    poller.setPaused(false);
    await settle();
    expect(next).toBeDefined();
  });
});
