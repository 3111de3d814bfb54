// The map of the fleet: updates its layers when the state or the viewport changes.
import { byId, s } from "../dom";
import type { Position, State, Store } from "../live/state";
import { colourScale } from "./colours";
import { listenToControls } from "./controls";
import type { Land } from "./land";
import { drawGrid, drawMarkers, drawTracks, type Marker } from "./layers";
import { markersOf, tracksOf } from "./scene";
import { Viewport } from "./viewport";

const LAND_MARGIN = 1;

/** Owns the SVG in `#map`. */
export class FleetMap {
  readonly #box = byId("map");
  readonly #grid = s("g", { class: "grid" });
  readonly #landPath = s("path", { class: "land" });
  readonly #tracks = s("g", { class: "tracks" });
  readonly #world = s("g", { class: "world" }, this.#landPath, this.#tracks);
  readonly #markers = s("g", { class: "markers" });
  readonly #svg = s("svg", { class: "map__picture", "aria-hidden": "true" }, this.#world, this.#grid, this.#markers);
  readonly #viewport = new Viewport(this.#svg, () => this.#moved());
  #land: Land | undefined;
  #drawn = "";
  #current: readonly Marker[] = [];

  constructor(private readonly store: Store) {
    this.#box.prepend(this.#svg);
    listenToControls(this.#box, this.#viewport, () => this.#fit(), () => this.#focus());
    this.#svg.addEventListener("click", (event) => this.#choose(event));
    new ResizeObserver(() => this.#resized()).observe(this.#box);
    this.#fit();
    store.watch(["buoys", "readings", "tracks", "selected", "colourBy", "parameters"], (state) => this.#render(state));
  }

  /** Redraws the markers, whose freshness depends on the time. */
  tick(): void {
    this.#current = markersOf(this.store.state, colourScale(this.store.state));
    drawMarkers(this.#markers, this.#current, this.#viewport);
  }

  /** Draws the coastline once it has arrived. */
  setLand(land: Land): void {
    this.#land = land;
    this.#drawn = "";
    this.#moved();
  }

  #render(state: State): void {
    const before = this.#current.length;
    this.#current = markersOf(state, colourScale(state));
    if (!this.#viewport.moved && (before === 0 || this.#current.some((marker) => this.#isOutside(marker)))) {
      this.#fit();
    }
    drawTracks(this.#tracks, tracksOf(state), this.#viewport);
    drawMarkers(this.#markers, this.#current, this.#viewport);
  }

  #positions(): Position[] {
    return this.#current.map((marker) => marker.position);
  }

  #isOutside(marker: Marker): boolean {
    const [x, y] = this.#viewport.toScreen(marker.position);
    return x < 8 || y < 8 || x > this.#viewport.width - 8 || y > this.#viewport.height - 8;
  }

  #fit(): void {
    this.#drawn = "";
    this.#viewport.fit(this.#positions(), this.#box.clientWidth, this.#box.clientHeight);
    drawTracks(this.#tracks, tracksOf(this.store.state), this.#viewport);
  }

  #focus(): void {
    const track = tracksOf(this.store.state).find(({ selected }) => selected)?.line;
    const marker = this.#current.find(({ selected }) => selected)?.position;
    const positions = track ?? (marker && [marker]);
    if (positions !== undefined) this.#viewport.focus(positions);
  }

  #resized(): void {
    if (this.#viewport.moved) this.#viewport.resize(this.#box.clientWidth, this.#box.clientHeight);
    else this.#fit();
  }

  /** Applies the zoom as a transform; redraws the land only when the view leaves the drawn part. */
  #moved(): void {
    const { transform, width, height } = this.#viewport;
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#world.setAttribute("transform", transform.toString());
    const cell = [Math.round(Math.log2(transform.k) * 2), Math.round(transform.x / width), Math.round(transform.y / height)];
    const key = cell.join();
    if (this.#land !== undefined && key !== this.#drawn) {
      this.#drawn = key;
      this.#landPath.setAttribute("d", this.#viewport.path(LAND_MARGIN)(this.#land));
    }
    drawGrid(this.#grid, this.#viewport);
    drawMarkers(this.#markers, this.#current, this.#viewport);
  }

  #choose(event: Event): void {
    const marker = event.target instanceof Element ? event.target.closest("[data-buoy]") : null;
    const id = marker?.getAttribute("data-buoy");
    if (id != null) this.store.update({ selected: id });
  }
}
