// How long to wait before asking again.

const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;

/**
 * The pause after the n-th failure in a row (n from 1), in milliseconds: it doubles up to a minute. `jitter` (0 to 1)
 * spreads it by a quarter, so that many open pages do not return in step after an outage.
 */
export function retryDelay(failures: number, jitter: number): number {
  const doubled = FIRST_MS * 2 ** Math.min(20, Math.max(0, failures - 1));
  return Math.round(Math.min(LONGEST_MS, doubled) * (0.75 + jitter / 4));
}
