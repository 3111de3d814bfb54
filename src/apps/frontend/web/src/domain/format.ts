// Formats times, positions and counts. All times are UTC, because readings come from several time zones.

const two = (n: number) => String(n).padStart(2, "0");

/** Formats a time: `04:10:12 UTC`. */
export function clockTime(at: number): string {
  const date = new Date(at);
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} UTC`;
}

/** Formats a date and time: `2026-11-21 04:10 UTC`. */
export function dateTime(at: number): string {
  const date = new Date(at);
  const day = `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`;
}

/** Formats degrees and decimal minutes with a hemisphere, as on a nautical chart: `48° 18.00′ N`. */
export function coordinate(degrees: number, positive: string, negative: string): string {
  const tenThousandths = Math.round(Math.abs(degrees) * 6000);
  const whole = Math.floor(tenThousandths / 6000);
  const minutes = (tenThousandths % 6000) / 100;
  return `${whole}° ${minutes.toFixed(2).padStart(5, "0")}′ ${degrees < 0 ? negative : positive}`;
}

/** Formats latitude and longitude. */
export function position(latitude: number, longitude: number): string {
  return `${coordinate(latitude, "N", "S")}, ${coordinate(longitude, "E", "W")}`;
}

/** Formats a count with English digit grouping: `12,345`. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** Formats a count with its noun: `1 buoy`, `2 buoys`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}
