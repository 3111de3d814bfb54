// The visible part of the map: a projection fitted to the fleet, with zoom and pan.
import { geoMercator, geoPath, type GeoProjection } from "d3-geo";
import { select, type Selection } from "d3-selection";
import { zoom, zoomIdentity, type D3ZoomEvent, type ZoomBehavior, type ZoomTransform } from "d3-zoom";
import type { Position } from "../live/state";
import { fitted, near } from "./projection";

/** The maximum zoom: a few kilometres, the track of an hour, when the fleet is spread over a sea. */
const MAX_ZOOM = 2_000;

/** The minimum span of `focus`, in degrees. */
const CLOSE_SPAN_DEGREES = 0.1;

/** Decimal places of paths, enough for the maximum zoom. */
const DIGITS = 5;

/** Converts positions to pixels, with zoom, pan and resizing. */
export class Viewport {
  #projection: GeoProjection;
  #centre: number;
  #transform: ZoomTransform = zoomIdentity;
  #moved = false;
  readonly #zoom: ZoomBehavior<SVGSVGElement, unknown>;
  readonly #svg: Selection<SVGSVGElement, unknown, null, undefined>;
  width = 1;
  height = 1;

  constructor(svg: SVGSVGElement, private readonly changed: () => void) {
    this.#projection = fitted([], 1, 1);
    this.#centre = 0;
    this.#zoom = zoom<SVGSVGElement, unknown>()
      .filter(mayZoom)
      .on("zoom", (event: D3ZoomEvent<SVGSVGElement, unknown>) => {
        if (event.sourceEvent !== null) this.#moved = true;
        this.#transform = event.transform;
        this.changed();
      });
    this.#svg = select(svg).call(this.#zoom);
  }

  /** Whether the user has moved the map; otherwise it follows the fleet. */
  get moved(): boolean {
    return this.#moved;
  }

  get transform(): ZoomTransform {
    return this.#transform;
  }

  get projection(): GeoProjection {
    return this.#projection;
  }

  /** Shows all positions in a viewport of this size. */
  fit(positions: readonly Position[], width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.#projection = fitted(positions, this.width, this.height);
    this.#centre = -(this.#projection.rotate()[0]);
    this.#moved = false;
    // At the minimum zoom the world fills the width, because it is drawn once and not repeated.
    const widest = this.width / (2 * Math.PI * this.#projection.scale());
    this.#zoom.extent([[0, 0], [this.width, this.height]]).scaleExtent([Math.min(1, widest), MAX_ZOOM]);
    this.#svg.call(this.#zoom.transform, zoomIdentity);
  }

  /** Resizes the view and keeps its centre. */
  resize(width: number, height: number): void {
    const shift: [number, number] = [(width - this.width) / 2, (height - this.height) / 2];
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.#zoom.extent([[0, 0], [this.width, this.height]]);
    const { k, x, y } = this.#transform;
    this.#svg.call(this.#zoom.transform, zoomIdentity.translate(x + shift[0], y + shift[1]).scale(k));
  }

  /** Moves and zooms to these positions without changing the fitted projection. */
  focus(positions: readonly Position[]): void {
    const target = fitted(positions, this.width, this.height, CLOSE_SPAN_DEGREES);
    const k = Math.min(MAX_ZOOM, target.scale() / this.#projection.scale());
    const middle = target.invert?.([this.width / 2, this.height / 2]) ?? [0, 0];
    const [x, y] = this.#projection(middle) ?? [0, 0];
    this.#moved = true;
    this.#svg.call(this.#zoom.transform, zoomIdentity.translate(this.width / 2 - k * x, this.height / 2 - k * y).scale(k));
  }

  /** Zooms around the centre. */
  zoomBy(factor: number): void {
    this.#moved = true;
    this.#svg.call(this.#zoom.scaleBy, factor);
  }

  /** Moves the view by pixels. */
  panBy(dx: number, dy: number): void {
    this.#moved = true;
    this.#svg.call(this.#zoom.translateBy, dx / this.#transform.k, dy / this.#transform.k);
  }

  /** Returns the pixel of a position. */
  toScreen([longitude, latitude]: Position): [number, number] {
    const base = this.#projection([near(longitude, this.#centre), latitude]) ?? [0, 0];
    return this.#transform.apply(base);
  }

  /** Returns the position of a pixel. */
  toPosition(x: number, y: number): Position {
    const [longitude, latitude] = this.#projection.invert?.(this.#transform.invert([x, y])) ?? [0, 0];
    return [near(longitude, this.#centre), latitude];
  }

  /** Returns a path generator in unzoomed pixels; `margin` clips it to the visible part and this many viewports around. */
  path(margin?: number): (shape: GeoJSON.GeoJSON) => string {
    const copy = geoMercator()
      .rotate(this.#projection.rotate())
      .scale(this.#projection.scale())
      .translate(this.#projection.translate());
    if (margin !== undefined) {
      const [left, top] = this.#transform.invert([-margin * this.width, -margin * this.height]);
      const [right, bottom] = this.#transform.invert([(1 + margin) * this.width, (1 + margin) * this.height]);
      copy.clipExtent([[left, top], [right, bottom]]);
    }
    const path = geoPath(copy).digits(DIGITS);
    return (shape) => path(shape as Parameters<typeof path>[0]) ?? "";
  }
}

/** Whether an event moves the map: Ctrl with the wheel, two fingers or the mouse; otherwise it scrolls the page. */
function mayZoom(event: Event): boolean {
  if (event instanceof WheelEvent) return event.ctrlKey || event.metaKey;
  if (event.type.startsWith("touch")) return (event as TouchEvent).touches.length > 1;
  return !(event as MouseEvent).button;
}
