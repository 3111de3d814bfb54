// The time ranges of the charts, and the bucket size of each.

/** One option of the range control. */
export interface Range {
  /** Stable name, also used in the page's address. */
  readonly id: string;
  /** Label of the button. */
  readonly label: string;
  /** Phrase for a sentence: "in the last hour". */
  readonly phrase: string;
  /** Length in milliseconds. */
  readonly ms: number;
  /** Bucket width, in the API's spelling. */
  readonly bucket: "60s" | "10m" | "1h" | "1d";
  /** The same width in seconds. */
  readonly bucketS: number;
}

const HOUR = 3_600_000;

/** All ranges, shortest first. */
export const RANGES: readonly [Range, ...Range[]] = [
  { id: "1h", label: "1 h", phrase: "in the last hour", ms: HOUR, bucket: "60s", bucketS: 60 },
  { id: "6h", label: "6 h", phrase: "in the last 6 hours", ms: 6 * HOUR, bucket: "60s", bucketS: 60 },
  { id: "1d", label: "24 h", phrase: "in the last 24 hours", ms: 24 * HOUR, bucket: "10m", bucketS: 600 },
  { id: "7d", label: "7 d", phrase: "in the last 7 days", ms: 168 * HOUR, bucket: "1h", bucketS: 3600 },
  { id: "30d", label: "30 d", phrase: "in the last 30 days", ms: 720 * HOUR, bucket: "1h", bucketS: 3600 },
];

/** Returns the range with this id, or the shortest. */
export function rangeById(id: string | null | undefined): Range {
  return RANGES.find((range) => range.id === id) ?? RANGES[0];
}

const MIN_WINDOW_MS = 5 * 60_000;

/**
 * Returns the window of the time axis in epoch milliseconds: the range until now, without the empty time before a buoy's
 * first point, and at least five minutes.
 */
export function timeWindow(range: Range, now: number, firstPoint: number | undefined): [number, number] {
  const from = now - range.ms;
  if (firstPoint === undefined) return [from, now];
  const start = Math.max(from, firstPoint - range.bucketS * 500);
  return [Math.min(start, now - MIN_WINDOW_MS), now];
}
