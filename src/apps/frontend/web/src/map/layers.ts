// Draws the layers of the map.
import { select } from "d3-selection";
import { s } from "../dom";
import type { Freshness } from "../domain/freshness";
import type { Position } from "../live/state";
import { degreeLabel, degreeStep, multiples, scaleBar } from "./grid";
import { placeLabels } from "./labels";
import type { Viewport } from "./viewport";

/** The marker of a buoy. */
export interface Marker {
  readonly id: string;
  readonly name: string;
  readonly position: Position;
  readonly colour: string;
  readonly freshness: Freshness;
  readonly selected: boolean;
}

/** The track of a buoy. */
export interface Track {
  readonly id: string;
  readonly line: readonly Position[];
  readonly selected: boolean;
}

/** Draws the tracks in unzoomed pixels; the group has the zoom transform. */
export function drawTracks(group: SVGGElement, tracks: readonly Track[], viewport: Viewport): void {
  const path = viewport.path();
  select(group)
    .selectAll<SVGPathElement, Track>("path")
    .data([...tracks].sort((a, b) => Number(a.selected) - Number(b.selected)), (track) => track.id)
    .join("path")
    .attr("data-track", (track) => track.id)
    .attr("class", (track) => (track.selected ? "track track--selected" : "track"))
    .attr("d", (track) => path({ type: "LineString", coordinates: track.line.map((point) => [...point]) }))
    .order();
}

/** Draws the markers, the ring of the selected one, and the names that fit. */
export function drawMarkers(group: SVGGElement, markers: readonly Marker[], viewport: Viewport): void {
  const placed = markers.map((marker) => ({ marker, at: viewport.toScreen(marker.position) }));
  const visible = placed.filter(({ at: [x, y] }) => x > -20 && y > -20 && x < viewport.width + 20 && y < viewport.height + 20);
  const sides = placeLabels(
    visible.map(({ marker, at: [x, y] }) => ({ id: marker.id, x, y, text: marker.name, rank: marker.selected ? 1 : 0 })),
    viewport.width,
  );
  const nodes = select(group)
    .selectAll<SVGGElement, (typeof placed)[number]>("g")
    .data(placed.sort((a, b) => Number(a.marker.selected) - Number(b.marker.selected)), ({ marker }) => marker.id)
    .join((enter) => enter.append(() => s("g", {}, s("circle", { r: 15, class: "marker__area" }),
      s("circle", { r: 11, class: "marker__ring" }), s("circle", { r: 6.5, class: "marker__dot" }), s("title"),
      s("text", { class: "marker__name", dy: "0.35em" }))))
    .attr("data-buoy", ({ marker }) => marker.id)
    .attr("data-freshness", ({ marker }) => marker.freshness)
    .attr("class", ({ marker }) => (marker.selected ? "marker marker--selected" : "marker"))
    .attr("transform", ({ at: [x, y] }) => `translate(${x.toFixed(1)} ${y.toFixed(1)})`)
    .order();
  nodes.select(".marker__dot").attr("fill", ({ marker }) => marker.colour);
  nodes.select("title").text(({ marker }) => marker.name);
  nodes.select(".marker__name")
    .text(({ marker }) => (sides.has(marker.id) ? marker.name : ""))
    .attr("x", ({ marker }) => (sides.get(marker.id) === "left" ? -1 : 1) * (marker.selected ? 17 : 13))
    .attr("text-anchor", ({ marker }) => (sides.get(marker.id) === "left" ? "end" : "start"));
}

/** Draws meridians and parallels with their labels, and the scale bar. */
export function drawGrid(group: SVGGElement, viewport: Viewport): void {
  const [west, north] = viewport.toPosition(0, 0);
  const [, south] = viewport.toPosition(viewport.width, viewport.height);
  const pixelsPerDegree = viewport.toScreen([west + 1, south])[0] - viewport.toScreen([west, south])[0];
  const east = west + viewport.width / pixelsPerDegree;
  const step = degreeStep(east - west, Math.max(3, viewport.width / 110));
  const parts: SVGElement[] = [];
  for (const longitude of multiples(west, east, step)) {
    const x = viewport.toScreen([longitude, south])[0];
    const shown = ((((longitude + 180) % 360) + 360) % 360) - 180;
    parts.push(s("line", { x1: x, x2: x, y1: 0, y2: viewport.height }),
      s("text", { x: x + 4, y: 14 }, degreeLabel(shown, "E", "W")));
  }
  for (const latitude of multiples(south, north, step).filter((degrees) => Math.abs(degrees) < 86)) {
    const y = viewport.toScreen([west, latitude])[1];
    parts.push(s("line", { x1: 0, x2: viewport.width, y1: y, y2: y }));
    if (y > 34 && y < viewport.height - 34) parts.push(s("text", { x: 6, y: y - 4 }, degreeLabel(latitude, "N", "S")));
  }
  group.replaceChildren(...parts, scaleMark(viewport, pixelsPerDegree, (south + north) / 2));
}

function scaleMark(viewport: Viewport, pixelsPerDegree: number, latitude: number): SVGElement {
  const { km, pixels } = scaleBar(pixelsPerDegree, latitude, 110);
  const x = viewport.width - 16;
  const y = viewport.height - 14;
  return s("g", { class: "scale" },
    s("path", { d: `M${x - pixels} ${y - 5}V${y}H${x}V${y - 5}` }),
    s("text", { x: x - pixels / 2, y: y - 7, "text-anchor": "middle" }, km >= 1 ? `${km} km` : `${Math.round(km * 1000)} m`));
}
