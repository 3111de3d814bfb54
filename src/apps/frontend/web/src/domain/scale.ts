// Axis ranges and the colour ramp: numbers in, numbers out.

/** The padded extent of an axis: at least `minSpan` wide, centred on the data. */
export function axisRange(low: number, high: number, minSpan: number): [number, number] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, minSpan];
  const span = Math.max((high - low) * 1.16, minSpan);
  const middle = (low + high) / 2;
  return [middle - span / 2, middle + span / 2];
}

/** The extent of the values the fleet shows now, widened to `minSpan`; `undefined` without values. */
export function extentOf(values: readonly number[], minSpan: number): [number, number] | undefined {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return undefined;
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  if (high - low >= minSpan) return [low, high];
  const middle = (low + high) / 2;
  return [middle - minSpan / 2, middle + minSpan / 2];
}

type Rgb = readonly [number, number, number];

// Cividis at seven places: dark blue to yellow, made to look the same with and without red-green deficiency.
const CIVIDIS: readonly Rgb[] = [
  [0, 52, 110], [52, 74, 108], [87, 96, 110], [118, 119, 119], [152, 143, 116], [191, 170, 99], [253, 231, 55],
];

/** Colour of a place on the ramp, 0 to 1 (clamped). */
export function rampColour(place: number): string {
  const clamped = Math.min(1, Math.max(0, Number.isFinite(place) ? place : 0));
  const at = clamped * (CIVIDIS.length - 1);
  const index = Math.min(CIVIDIS.length - 2, Math.floor(at));
  const [from, to] = [CIVIDIS[index], CIVIDIS[index + 1]];
  if (from === undefined || to === undefined) return "rgb(118 119 119)";
  const mix = (channel: 0 | 1 | 2) => Math.round(from[channel] + (to[channel] - from[channel]) * (at - index));
  return `rgb(${mix(0)} ${mix(1)} ${mix(2)})`;
}

/** Where a value lies between the ends of an extent, 0 to 1. */
export function placeOf(value: number, [low, high]: readonly [number, number]): number {
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
}
