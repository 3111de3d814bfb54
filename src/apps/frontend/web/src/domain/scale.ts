// Calculates axis ranges and the colour ramp.

/** Returns the padded range of an axis: at least `minSpan` wide, centred on the data. */
export function axisRange(low: number, high: number, minSpan: number): [number, number] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, minSpan];
  const span = Math.max((high - low) * 1.16, minSpan);
  const middle = (low + high) / 2;
  return [middle - span / 2, middle + span / 2];
}

/** Returns the range of the values, widened to `minSpan`; `undefined` without values. */
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

// Viridis at seven points: lightness changes evenly, so it is readable with a colour vision deficiency and in greyscale.
const VIRIDIS: readonly Rgb[] = [
  [68, 1, 84], [68, 57, 131], [49, 104, 142], [33, 145, 140], [53, 183, 121], [144, 215, 67], [253, 231, 37],
];

/** Returns the colour at a position on the ramp, 0 to 1 (clamped). */
export function rampColour(place: number): string {
  const clamped = Math.min(1, Math.max(0, Number.isFinite(place) ? place : 0));
  const at = clamped * (VIRIDIS.length - 1);
  const index = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [from, to] = [VIRIDIS[index], VIRIDIS[index + 1]];
  if (from === undefined || to === undefined) return "rgb(118 119 119)";
  const mix = (channel: 0 | 1 | 2) => Math.round(from[channel] + (to[channel] - from[channel]) * (at - index));
  return `rgb(${mix(0)} ${mix(1)} ${mix(2)})`;
}

/** Returns the position of a value in a range, 0 to 1. */
export function placeOf(value: number, [low, high]: readonly [number, number]): number {
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
}
