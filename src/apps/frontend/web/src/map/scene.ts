// Converts the state to the markers and tracks of the map.
import { ageOf, freshnessOf } from "../domain/freshness";
import { extendTrack } from "../live/merge";
import { serverNow, type State } from "../live/state";
import type { ColourScale } from "./colours";
import type { Marker, Track } from "./layers";

/** Returns a marker for each buoy with a position. */
export function markersOf(state: State, scale: ColourScale): Marker[] {
  const names = new Map(state.buoys.map((buoy) => [buoy.id, buoy.name]));
  const now = serverNow(state);
  return [...state.readings.values()].map((reading) => ({
    id: reading.buoy,
    name: names.get(reading.buoy) ?? reading.buoy,
    position: [reading.longitude, reading.latitude],
    colour: scale.colour(reading),
    freshness: freshnessOf(ageOf(reading, now)),
    selected: reading.buoy === state.selected,
  }));
}

/** Returns a track for each buoy with more than one position. */
export function tracksOf(state: State): Track[] {
  const ids = new Set([...state.tracks.keys(), ...state.tails.keys()]);
  return [...ids]
    .map((id) => ({
      id,
      line: extendTrack(state.tracks.get(id), state.tails.get(id)),
      selected: id === state.selected,
    }))
    .filter(({ line }) => line.length > 1);
}
