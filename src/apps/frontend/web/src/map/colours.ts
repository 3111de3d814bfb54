// The colour of a buoy on the map, by the selected parameter.
import type { Reading } from "../api/types";
import { styleOf, type ParameterStyle } from "../domain/parameters";
import { extentOf, placeOf, rampColour } from "../domain/scale";
import type { State } from "../live/state";

/** The current range of the colour ramp, and the colour of a reading. */
export interface ColourScale {
  readonly style: ParameterStyle | undefined;
  readonly extent: [number, number] | undefined;
  colour(reading: Reading): string;
}

const NEUTRAL = "rgb(118 119 119)";

/** Returns the scale of the selected parameter, over the range of the newest readings. */
export function colourScale(state: State): ColourScale {
  const parameter = state.parameters.find(({ name }) => name === state.colourBy);
  const style = parameter && styleOf(parameter);
  const valueOf = (reading: Reading) => (parameter ? (reading.values[parameter.name] ?? undefined) : undefined);
  const values = [...state.readings.values()].map(valueOf).filter((value) => value !== undefined);
  const extent = style && extentOf(values, style.minSpan);
  return {
    style,
    extent,
    colour(reading) {
      const value = valueOf(reading);
      return extent === undefined || value === undefined ? NEUTRAL : rampColour(placeOf(value, extent));
    },
  };
}
