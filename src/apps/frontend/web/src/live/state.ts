// Everything the page knows, in one value, and who wants to hear when a part of it changes.
import type { Buoy, Parameter, Reading, Summary } from "../api/types";
import { RANGES, type Range } from "../domain/ranges";

/** How the talk with the API goes. */
export type Connection =
  | { readonly kind: "starting" }
  | { readonly kind: "live" }
  | { readonly kind: "retrying"; readonly cause: string; readonly retryAt: number };

/** Longitude and latitude in degrees, in GeoJSON's order. */
export type Position = readonly [number, number];

/** All that the page shows. */
export interface State {
  /** Every enrolled buoy, by id. */
  readonly buoys: readonly Buoy[];
  readonly parameters: readonly Parameter[];
  /** The newest reading of each buoy. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** The readings seen since the page was opened, oldest first. */
  readonly tails: ReadonlyMap<string, readonly Reading[]>;
  readonly tracks: ReadonlyMap<string, readonly Position[]>;
  readonly summary: Summary | undefined;
  readonly selected: string | undefined;
  /** The parameter the buoys on the map are coloured by. */
  readonly colourBy: string | undefined;
  readonly range: Range;
  readonly connection: Connection;
  /** Local time of the last complete answer. */
  readonly lastGood: number | undefined;
  /** The server's clock minus this machine's, in milliseconds: ages are the server's truth. */
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

/** Holds the state; tells watchers after each change. */
export class Store {
  #state: State;
  readonly #watchers = new Set<(state: State, before: State) => void>();

  constructor(initial: Partial<State> = {}) {
    this.#state = { ...EMPTY, ...initial };
  }

  get state(): State {
    return this.#state;
  }

  /** Replaces parts of the state; watchers hear of it when something really changed. */
  update(patch: Partial<State>): void {
    const before = this.#state;
    const keys = Object.keys(patch) as (keyof State)[];
    if (keys.every((key) => Object.is(before[key], patch[key]))) return;
    this.#state = { ...before, ...patch };
    for (const watcher of this.#watchers) watcher(this.#state, before);
  }

  /** Calls `watcher` now, and again whenever one of `keys` changed. */
  watch(keys: readonly (keyof State)[], watcher: (state: State) => void): void {
    this.#watchers.add((state, before) => {
      if (keys.some((key) => !Object.is(state[key], before[key]))) watcher(state);
    });
    watcher(this.#state);
  }
}

/** The server's time as well as this machine can tell it. */
export const serverNow = (state: State) => Date.now() + state.skew;
