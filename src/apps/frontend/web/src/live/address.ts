// The page's address contains the selected buoy, range and parameter, so that a view can be shared and reloaded.
import { rangeById, type Range } from "../domain/ranges";

/** The part of the state that the address contains. */
export interface View {
  readonly selected: string | undefined;
  readonly colourBy: string | undefined;
  readonly range: Range;
}

/** Parses `?buoy=…&range=…&colour=…`; missing or unknown values have their defaults. */
export function readView(search: string): View {
  const query = new URLSearchParams(search);
  return {
    selected: query.get("buoy") ?? undefined,
    colourBy: query.get("colour") ?? undefined,
    range: rangeById(query.get("range")),
  };
}

/** Returns the query that `readView` parses. */
export function writeView(view: View): string {
  const query = new URLSearchParams();
  if (view.selected !== undefined) query.set("buoy", view.selected);
  query.set("range", view.range.id);
  if (view.colourBy !== undefined) query.set("colour", view.colourBy);
  return `?${query}`;
}
