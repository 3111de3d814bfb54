// Which colour a buoy takes for the parameter the map is coloured by.
import type { Reading } from "../api/types";
import { styleOf, type ParameterStyle } from "../domain/parameters";
import { extentOf, placeOf, rampColour } from "../domain/scale";
import type { State } from "../live/state";

/** The extent the ramp spans now, and the colour of a reading on it. */
export interface ColourScale {
  readonly style: ParameterStyle | undefined;
  readonly extent: [number, number] | undefined;
  colour(reading: Reading): string;
}

const NEUTRAL = "rgb(118 119 119)";

/** The scale for the parameter chosen in the state, spanning what the fleet measures now. */
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
