// The chosen buoy, range and parameter stand in the address, so that a view can be shared and survives a reload.
import { rangeById, type Range } from "../domain/ranges";

/** The part of the state that an address carries. */
export interface View {
  readonly selected: string | undefined;
  readonly colourBy: string | undefined;
  readonly range: Range;
}

/** Reads `?buoy=…&range=…&colour=…`; what is missing or unknown takes its default. */
export function readView(search: string): View {
  const query = new URLSearchParams(search);
  return {
    selected: query.get("buoy") ?? undefined,
    colourBy: query.get("colour") ?? undefined,
    range: rangeById(query.get("range")),
  };
}

/** The query that `readView` reads back. */
export function writeView(view: View): string {
  const query = new URLSearchParams();
  if (view.selected !== undefined) query.set("buoy", view.selected);
  query.set("range", view.range.id);
  if (view.colourBy !== undefined) query.set("colour", view.colourBy);
  return `?${query}`;
}
