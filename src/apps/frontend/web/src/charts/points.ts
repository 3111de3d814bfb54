// The data of a chart: the API's buckets, followed by newer readings.
import type { Reading, SeriesPoint } from "../api/types";

/** Columns in uPlot's order: seconds, average, minimum, maximum. */
export type Columns = [number[], number[], number[], number[]];

/** The newest value, the minimum and the maximum of the columns. */
export interface Extremes {
  readonly last: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Returns the columns of a chart. Complete buckets are drawn at their middle, and the tail's readings after the last of
 * them as single points. The bucket that is incomplete at `loadedAt` is drawn only while there are no such readings.
 */
export function mergeTail(
  points: readonly SeriesPoint[], tail: readonly Reading[], parameter: string, bucketS: number, loadedAt: number,
): Columns {
  const columns: Columns = [[], [], [], []];
  const endOf = (point: SeriesPoint) => point.t + bucketS * 1000;
  const full = points.filter((point) => endOf(point) <= loadedAt);
  for (const point of full) push(columns, point.t / 1000 + bucketS / 2, point.avg, point.min, point.max);

  const lastFull = full.at(-1);
  const since = lastFull === undefined ? -Infinity : endOf(lastFull);
  const fresh = tail.filter((reading) => reading.observed_at >= since && reading.values[parameter] != null);
  const filling = points.at(-1);
  if (fresh.length === 0 && filling !== undefined && endOf(filling) > loadedAt) {
    push(columns, Math.max(filling.t, (filling.t + loadedAt) / 2) / 1000, filling.avg, filling.min, filling.max);
  }
  for (const reading of fresh) {
    const value = reading.values[parameter] ?? NaN;
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

/** Returns the extremes of the columns; `undefined` without points. */
export function extremesOf([, average, low, high]: Columns): Extremes | undefined {
  const last = average.at(-1);
  if (last === undefined) return undefined;
  return { last, low: low.reduce((a, b) => Math.min(a, b)), high: high.reduce((a, b) => Math.max(a, b)) };
}

