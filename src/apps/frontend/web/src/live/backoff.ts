// The pause before a retry.

const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;

/**
 * Returns the pause after the n-th consecutive failure (n from 1), in milliseconds: it doubles up to a minute. `jitter`
 * (0 to 1) reduces it by up to a quarter, so that many open pages do not retry at the same time after an outage.
 */
export function retryDelay(failures: number, jitter: number): number {
  const doubled = FIRST_MS * 2 ** Math.min(20, Math.max(0, failures - 1));
  return Math.round(Math.min(LONGEST_MS, doubled) * (0.75 + jitter / 4));
}
