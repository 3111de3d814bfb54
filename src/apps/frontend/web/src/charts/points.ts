// What a chart draws: the API's buckets, and after them the readings that came since.
import type { Reading, SeriesPoint } from "../api/types";

/** Columns in uPlot's order: seconds, average, least, greatest. */
export type Columns = [number[], number[], number[], number[]];

/** What the caption says about the columns. */
export interface Extremes {
  readonly last: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Buckets stand at their middle (a bucket still filling, at most at `now`); readings of the tail follow that are newer
 * than the last bucket's end. A bucket that the tail covers wholly is left out in favour of the readings themselves.
 */
export function mergeTail(
  points: readonly SeriesPoint[], tail: readonly Reading[], parameter: string, bucketS: number, now: number,
): Columns {
  const columns: Columns = [[], [], [], []];
  const tailStart = tail[0]?.observed_at ?? Infinity;
  const kept = points.filter((point) => point.t < tailStart);
  for (const point of kept) {
    const middle = Math.min(point.t / 1000 + bucketS / 2, now / 1000);
    push(columns, middle, point.avg, point.min, point.max);
  }
  const lastBucket = kept.at(-1);
  const bucketEnd = lastBucket === undefined ? -Infinity : lastBucket.t + bucketS * 500;
  for (const reading of tail) {
    const value = reading.values[parameter];
    if (value == null || reading.observed_at <= bucketEnd) continue;
    push(columns, reading.observed_at / 1000, value, value, value);
  }
  return columns;
}

function push(columns: Columns, t: number, average: number, low: number, high: number): void {
  const last = columns[0].at(-1);
  if (last !== undefined && t <= last) return;
  columns[0].push(t);
  columns[1].push(average);
  columns[2].push(low);
  columns[3].push(high);
}

/** The newest value, the least and the greatest; `undefined` without points. */
export function extremesOf([, average, low, high]: Columns): Extremes | undefined {
  const last = average.at(-1);
  if (last === undefined) return undefined;
  return { last, low: low.reduce((a, b) => Math.min(a, b)), high: high.reduce((a, b) => Math.max(a, b)) };
}

