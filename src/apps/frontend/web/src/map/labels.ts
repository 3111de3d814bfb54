// Which names fit on the map without covering each other.

/** A name that would like to stand beside a point, in pixels. */
export interface Wish {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Wishes of higher rank are served first. */
  readonly rank: number;
}

/** Where a name goes: to the right of its point, or to the left. */
export type Side = "right" | "left";

interface Box { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

const LETTER = 6.8;
const GAP = 12;
const HALF_HEIGHT = 8;

function boxOf(wish: Wish, side: Side): Box {
  const width = wish.text.length * LETTER;
  const left = side === "right" ? wish.x + GAP : wish.x - GAP - width;
  return { left, right: left + width, top: wish.y - HALF_HEIGHT, bottom: wish.y + HALF_HEIGHT };
}

const overlap = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** The names that can be shown within `width` pixels, by id; points themselves also take room. */
export function placeLabels(wishes: readonly Wish[], width: number): Map<string, Side> {
  const dots = wishes.map(({ id, x, y }) => ({ id, box: { left: x - 9, right: x + 9, top: y - 9, bottom: y + 9 } }));
  const taken: Box[] = [];
  const placed = new Map<string, Side>();
  const byRank = [...wishes].sort((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1));
  for (const wish of byRank) {
    const free = (side: Side) => {
      const box = boxOf(wish, side);
      const inside = box.left >= 0 && box.right <= width;
      const clear = !taken.some((other) => overlap(box, other));
      return inside && clear && !dots.some((dot) => dot.id !== wish.id && overlap(box, dot.box));
    };
    const side = (["right", "left"] as const).find(free);
    if (side === undefined) continue;
    placed.set(wish.id, side);
    taken.push(boxOf(wish, side));
  }
  return placed;
}
