// Merges responses into the state of the page.
import type { Buoy, Latest, Reading, Tracks } from "../api/types";
import type { Position, State } from "./state";

const TAIL_LIMIT = 1200;

/** Merges newer readings into the readings and tails of the state, and updates the clock skew. */
export function mergeLatest(state: State, latest: Latest, localNow: number): Partial<State> {
  const readings = new Map(state.readings);
  const tails = new Map(state.tails);
  let changed = false;
  for (const reading of latest.readings) {
    const known = readings.get(reading.buoy);
    if (known !== undefined && known.observed_at >= reading.observed_at) {
      if (known.last_received_at === reading.last_received_at) continue;
      // Older readings arrive: the newest one stays, because its clock was ahead, and the buoy is not silent.
      changed = true;
      readings.set(reading.buoy, { ...known, last_received_at: reading.last_received_at });
      continue;
    }
    changed = true;
    readings.set(reading.buoy, reading);
    tails.set(reading.buoy, [...(tails.get(reading.buoy) ?? []), reading].slice(-TAIL_LIMIT));
  }
  const skew = smoothSkew(state, latest.server_time - localNow);
  return changed ? { readings, tails, skew } : { skew };
}

/** Keeps the first measured skew until a new one differs by more than 2 s, so that slow responses do not change it. */
function smoothSkew(state: State, measured: number): number {
  const first = state.lastGood === undefined;
  return first || Math.abs(measured - state.skew) > 2_000 ? measured : state.skew;
}

/** Returns the lines of a track collection by buoy; several lines of one buoy are joined in order. */
export function indexTracks(tracks: Tracks): Map<string, Position[]> {
  const byBuoy = new Map<string, Position[]>();
  for (const { properties, geometry } of tracks.features) {
    // The map's projection cuts a line at the antimeridian itself.
    const lines = geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates;
    const points = lines.flat().map(([longitude = 0, latitude = 0]): Position => [longitude, latitude]);
    byBuoy.set(properties.buoy, [...(byBuoy.get(properties.buoy) ?? []), ...points]);
  }
  return byBuoy;
}

/** Extends a track to the buoy's current position. */
export function extendTrack(track: readonly Position[] | undefined, tail: readonly Reading[] | undefined): Position[] {
  const line = [...(track ?? [])];
  for (const reading of tail ?? []) line.push([reading.longitude, reading.latitude]);
  return line;
}

/** Sorts buoys by name, with numbers in names compared as numbers. */
export function sortBuoys(buoys: readonly Buoy[]): Buoy[] {
  return [...buoys].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }) || (a.id < b.id ? -1 : 1));
}

/** Whether a buoy has a reading but is not in the list of buoys yet. */
export function hasUnknownBuoy(state: State): boolean {
  const known = new Set(state.buoys.map((buoy) => buoy.id));
  return [...state.readings.keys()].some((id) => !known.has(id));
}
