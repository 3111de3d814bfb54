// The visible region of the map: a Mercator projection fitted to the fleet.
import { geoMercator, type GeoProjection } from "d3-geo";
import type { Position } from "../live/state";

/** Shown while no buoy has a position: the western approaches of Europe. */
export const HOME: readonly Position[] = [[-12, 43], [3, 56]];

/** The minimum span of a view: a single buoy with sea around it. */
const MIN_SPAN_DEGREES = 1.2;
const RADIANS = Math.PI / 180;

/** Returns the circular mean of longitudes, so that a fleet on both sides of the date line stays together. */
export function meanLongitude(positions: readonly Position[]): number {
  let x = 0;
  let y = 0;
  for (const [longitude] of positions) {
    x += Math.cos(longitude * RADIANS);
    y += Math.sin(longitude * RADIANS);
  }
  return Math.atan2(y, x) / RADIANS;
}

/** Shifts a longitude by multiples of 360° to within 180° of `centre`. */
export function near(longitude: number, centre: number): number {
  return centre + ((((longitude - centre + 180) % 360) + 360) % 360) - 180;
}

/** Returns the south-west and north-east corner around all positions, at least `minSpan` degrees wide and high. */
export function frame(positions: readonly Position[], centre: number, minSpan = MIN_SPAN_DEGREES): [Position, Position] {
  const shown = positions.length > 0 ? positions : HOME;
  const longitudes = shown.map(([longitude]) => near(longitude, centre));
  const latitudes = shown.map(([, latitude]) => Math.max(-84, Math.min(84, latitude)));
  const [west, east] = widen(Math.min(...longitudes), Math.max(...longitudes), minSpan);
  const [south, north] = widen(Math.min(...latitudes), Math.max(...latitudes), minSpan);
  return [[west, south], [east, north]];
}

function widen(low: number, high: number, minSpan: number): [number, number] {
  const missing = Math.max(0, minSpan - (high - low)) / 2;
  return [low - missing, high + missing];
}

/** Pixels kept free around the fleet: for names, and on the right and below for the controls over the map. */
const MARGIN = { left: 36, top: 36, right: 76, bottom: 60 };

/** Returns the projection that shows all positions in a viewport of this size in pixels. */
export function fitted(
  positions: readonly Position[], width: number, height: number, minSpan = MIN_SPAN_DEGREES,
): GeoProjection {
  const shown = positions.length > 0 ? positions : HOME;
  const centre = meanLongitude(shown);
  const [southWest, northEast] = frame(shown, centre, minSpan);
  const share = Math.min(1, width / 320, height / 280);
  const [left, top] = [MARGIN.left * share, MARGIN.top * share];
  return geoMercator()
    .rotate([-centre, 0])
    .fitExtent(
      [[left, top], [width - MARGIN.right * share, height - MARGIN.bottom * share]],
      { type: "MultiPoint", coordinates: [[...southWest], [...northEast]] },
    );
}
