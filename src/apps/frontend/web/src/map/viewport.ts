// What part of the sea is visible: a projection fitted to the fleet, and the zoom and pan on top of it.
import { geoMercator, geoPath, type GeoProjection } from "d3-geo";
import { select, type Selection } from "d3-selection";
import { zoom, zoomIdentity, type D3ZoomEvent, type ZoomBehavior, type ZoomTransform } from "d3-zoom";
import type { Position } from "../live/state";
import { fitted, near } from "./projection";

/** The closest zoom: a few kilometres, the way of an hour, when the fleet is spread over a sea. */
const DEEPEST = 2_000;

/** What `focus` shows at least, in degrees. */
const CLOSE_SPAN_DEGREES = 0.1;

/** Decimal places of paths, enough for the closest zoom. */
const DIGITS = 5;

/** Positions to pixels, with zoom, pan and resizing. */
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

  /** Whether a person has moved the map; until then it follows the fleet by itself. */
  get moved(): boolean {
    return this.#moved;
  }

  get transform(): ZoomTransform {
    return this.#transform;
  }

  get projection(): GeoProjection {
    return this.#projection;
  }

  /** Shows all positions in a viewport of that size. */
  fit(positions: readonly Position[], width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.#projection = fitted(positions, this.width, this.height);
    this.#centre = -(this.#projection.rotate()[0]);
    this.#moved = false;
    // Out to where the world fills the width: it is drawn once, not repeated.
    const widest = this.width / (2 * Math.PI * this.#projection.scale());
    this.#zoom.extent([[0, 0], [this.width, this.height]]).scaleExtent([Math.min(1, widest), DEEPEST]);
    this.#svg.call(this.#zoom.transform, zoomIdentity);
  }

  /** A new size of the same view: the middle stays in the middle. */
  resize(width: number, height: number): void {
    const shift: [number, number] = [(width - this.width) / 2, (height - this.height) / 2];
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.#zoom.extent([[0, 0], [this.width, this.height]]);
    const { k, x, y } = this.#transform;
    this.#svg.call(this.#zoom.transform, zoomIdentity.translate(x + shift[0], y + shift[1]).scale(k));
  }

  /** Moves and zooms to these positions, without changing what "the whole fleet" means. */
  focus(positions: readonly Position[]): void {
    const wanted = fitted(positions, this.width, this.height, CLOSE_SPAN_DEGREES);
    const k = Math.min(DEEPEST, wanted.scale() / this.#projection.scale());
    const middle = wanted.invert?.([this.width / 2, this.height / 2]) ?? [0, 0];
    const [x, y] = this.#projection(middle) ?? [0, 0];
    this.#moved = true;
    this.#svg.call(this.#zoom.transform, zoomIdentity.translate(this.width / 2 - k * x, this.height / 2 - k * y).scale(k));
  }

  /** Zooms around the middle. */
  zoomBy(factor: number): void {
    this.#moved = true;
    this.#svg.call(this.#zoom.scaleBy, factor);
  }

  /** Moves the view by pixels. */
  panBy(dx: number, dy: number): void {
    this.#moved = true;
    this.#svg.call(this.#zoom.translateBy, dx / this.#transform.k, dy / this.#transform.k);
  }

  /** Pixel of a position. */
  toScreen([longitude, latitude]: Position): [number, number] {
    const base = this.#projection([near(longitude, this.#centre), latitude]) ?? [0, 0];
    return this.#transform.apply(base);
  }

  /** Position of a pixel. */
  toPosition(x: number, y: number): Position {
    const [longitude, latitude] = this.#projection.invert?.(this.#transform.invert([x, y])) ?? [0, 0];
    return [near(longitude, this.#centre), latitude];
  }

  /** A path generator in unzoomed pixels; with `margin`, clipped to the visible part and so many viewports around it. */
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

/** The wheel alone scrolls the page and one finger does too; Ctrl, two fingers, or a mouse button move the map. */
function mayZoom(event: Event): boolean {
  if (event instanceof WheelEvent) return event.ctrlKey || event.metaKey;
  if (event.type.startsWith("touch")) return (event as TouchEvent).touches.length > 1;
  return !(event as MouseEvent).button;
}
