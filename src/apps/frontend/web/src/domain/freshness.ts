// The age of a reading and its freshness class.

/** `live`: under a minute old; `late`: under a quarter of an hour; `silent`: older; `never`: no reading yet. */
export type Freshness = "live" | "late" | "silent" | "never";

const LIVE_MS = 60_000;
const LATE_MS = 15 * 60_000;

/** The times of the newest reading of a buoy, and of the last arrival of any of its readings. */
export interface Times {
  readonly observed_at: number;
  readonly received_at: number;
  readonly last_received_at?: number | null | undefined;
}

/**
 * Returns the milliseconds since a reading was measured, or since the last one arrived if that is longer: the clock of
 * a buoy may be ahead, so that its reading looks fresh while the buoy is silent.
 */
export function ageOf(reading: Times, now: number): number {
  return Math.max(0, now - reading.observed_at, now - (reading.last_received_at ?? reading.received_at));
}

/** Returns the class of an age in milliseconds; `undefined` means no reading. */
export function freshnessOf(age: number | undefined): Freshness {
  if (age === undefined) return "never";
  if (age < LIVE_MS) return "live";
  return age < LATE_MS ? "late" : "silent";
}

/** Formats an age, in the largest readable unit. */
export function describeAge(age: number | undefined): string {
  if (age === undefined) return "no reading yet";
  const seconds = Math.floor(age / 1000);
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}

/** Returns the label of a freshness class. */
export function nameFreshness(freshness: Freshness): string {
  return { live: "live", late: "late", silent: "silent", never: "no reading yet" }[freshness];
}
