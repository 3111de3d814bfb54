// Selects a buoy by key.

const PAGE = 8;

/** Returns the id that `key` selects from `current`, or `undefined` if the key has no effect. */
export function stepSelection(ids: readonly string[], current: string | undefined, key: string): string | undefined {
  const at = current === undefined ? -1 : ids.indexOf(current);
  const target: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? ids.length - 1 : at - 1,
    PageDown: at + PAGE,
    PageUp: at - PAGE,
    Home: 0,
    End: ids.length - 1,
  };
  const index = target[key];
  if (index === undefined || ids.length === 0) return undefined;
  return ids[Math.min(ids.length - 1, Math.max(0, index))];
}
