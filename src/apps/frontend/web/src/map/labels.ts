// Places names on the map without overlap.

/** A name to place next to a point, in pixels. */
export interface LabelRequest {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Labels with a higher rank are placed first. */
  readonly rank: number;
}

/** The side of the point on which a name is placed. */
export type Side = "right" | "left";

interface Box { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

const LETTER = 6.8;
const GAP = 12;
const HALF_HEIGHT = 8;

function boxOf(label: LabelRequest, side: Side): Box {
  const width = label.text.length * LETTER;
  const left = side === "right" ? label.x + GAP : label.x - GAP - width;
  return { left, right: left + width, top: label.y - HALF_HEIGHT, bottom: label.y + HALF_HEIGHT };
}

const overlap = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Returns the side of each name that fits within `width` pixels, by id. Names do not cover other points. */
export function placeLabels(labels: readonly LabelRequest[], width: number): Map<string, Side> {
  const dots = labels.map(({ id, x, y }) => ({ id, box: { left: x - 9, right: x + 9, top: y - 9, bottom: y + 9 } }));
  const taken: Box[] = [];
  const placed = new Map<string, Side>();
  const byRank = [...labels].sort((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1));
  for (const label of byRank) {
    const free = (side: Side) => {
      const box = boxOf(label, side);
      const inside = box.left >= 0 && box.right <= width;
      const clear = !taken.some((other) => overlap(box, other));
      return inside && clear && !dots.some((dot) => dot.id !== label.id && overlap(box, dot.box));
    };
    const side = (["right", "left"] as const).find(free);
    if (side === undefined) continue;
    placed.set(label.id, side);
    taken.push(boxOf(label, side));
  }
  return placed;
}
