// The state of the page in one value, with change notification.
import type { Buoy, Parameter, Reading, Summary } from "../api/types";
import { RANGES, type Range } from "../domain/ranges";

/** The state of the connection to the API. */
export type Connection =
  | { readonly kind: "starting" }
  | { readonly kind: "live" }
  | { readonly kind: "retrying"; readonly cause: string; readonly retryAt: number };

/** Longitude and latitude in degrees, in GeoJSON's order. */
export type Position = readonly [number, number];

/** The state of the page. */
export interface State {
  /** Every enrolled buoy, by id. */
  readonly buoys: readonly Buoy[];
  readonly parameters: readonly Parameter[];
  /** The newest reading of each buoy. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** The readings received since the page was opened, oldest first. */
  readonly tails: ReadonlyMap<string, readonly Reading[]>;
  readonly tracks: ReadonlyMap<string, readonly Position[]>;
  readonly summary: Summary | undefined;
  readonly selected: string | undefined;
  /** The parameter that determines the colours on the map. */
  readonly colourBy: string | undefined;
  readonly range: Range;
  readonly connection: Connection;
  /** Local time of the last successful round. */
  readonly lastGood: number | undefined;
  /** The server's clock minus this machine's, in milliseconds: ages are calculated with the server's clock. */
  readonly skew: number;
}

const EMPTY: State = {
  buoys: [],
  parameters: [],
  readings: new Map(),
  tails: new Map(),
  tracks: new Map(),
  summary: undefined,
  selected: undefined,
  colourBy: undefined,
  range: RANGES[0],
  connection: { kind: "starting" },
  lastGood: undefined,
  skew: 0,
};

/** Contains the state and notifies watchers after each change. */
export class Store {
  #state: State;
  readonly #watchers = new Set<(state: State, before: State) => void>();

  constructor(initial: Partial<State> = {}) {
    this.#state = { ...EMPTY, ...initial };
  }

  get state(): State {
    return this.#state;
  }

  /** Replaces parts of the state; notifies watchers only if a value changed. */
  update(patch: Partial<State>): void {
    const before = this.#state;
    const keys = Object.keys(patch) as (keyof State)[];
    if (keys.every((key) => Object.is(before[key], patch[key]))) return;
    this.#state = { ...before, ...patch };
    for (const watcher of this.#watchers) watcher(this.#state, before);
  }

  /** Calls `watcher` now, and after each change of one of `keys`. */
  watch(keys: readonly (keyof State)[], watcher: (state: State) => void): void {
    this.#watchers.add((state, before) => {
      if (keys.some((key) => !Object.is(state[key], before[key]))) watcher(state);
    });
    watcher(this.#state);
  }
}

/** Estimates the server's time. */
export const serverNow = (state: State) => Date.now() + state.skew;
