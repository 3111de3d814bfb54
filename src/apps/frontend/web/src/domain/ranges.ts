// The spans of time the charts can show, and the bucket the API is asked for with each.

/** One choice of the range control. */
export interface Range {
  /** Stable name, also used in the address. */
  readonly id: string;
  /** What the button says. */
  readonly label: string;
  /** What a sentence says: "in the last hour". */
  readonly phrase: string;
  /** Length in milliseconds. */
  readonly ms: number;
  /** Bucket width, in the API's spelling. */
  readonly bucket: "60s" | "10m" | "1h" | "1d";
  /** The same width in seconds. */
  readonly bucketS: number;
}

const HOUR = 3_600_000;

/** Shortest first. */
export const RANGES: readonly [Range, ...Range[]] = [
  { id: "1h", label: "1 h", phrase: "in the last hour", ms: HOUR, bucket: "60s", bucketS: 60 },
  { id: "6h", label: "6 h", phrase: "in the last 6 hours", ms: 6 * HOUR, bucket: "60s", bucketS: 60 },
  { id: "1d", label: "24 h", phrase: "in the last 24 hours", ms: 24 * HOUR, bucket: "10m", bucketS: 600 },
  { id: "7d", label: "7 d", phrase: "in the last 7 days", ms: 168 * HOUR, bucket: "1h", bucketS: 3600 },
  { id: "30d", label: "30 d", phrase: "in the last 30 days", ms: 720 * HOUR, bucket: "1h", bucketS: 3600 },
];

/** The range of that name, or the shortest. */
export function rangeById(id: string | null | undefined): Range {
  return RANGES.find((range) => range.id === id) ?? RANGES[0];
}

const MIN_WINDOW_MS = 5 * 60_000;

/**
 * What the time axis shows, in epoch milliseconds: the range up to now, but no empty stretch before a young buoy's
 * first point, and never less than five minutes.
 */
export function timeWindow(range: Range, now: number, firstPoint: number | undefined): [number, number] {
  const from = now - range.ms;
  if (firstPoint === undefined) return [from, now];
  const start = Math.max(from, firstPoint - range.bucketS * 500);
  return [Math.min(start, now - MIN_WINDOW_MS), now];
}
