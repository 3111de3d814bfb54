// The zoom buttons, and the keys while the map has the focus.
import { byId } from "../dom";
import type { Viewport } from "./viewport";

const STEP = 60;
const FACTOR = 1.6;

/** Connects buttons and keys to the viewport; `fit` shows the whole fleet, `focus` the selected buoy's track. */
export function listenToControls(box: HTMLElement, viewport: Viewport, fit: () => void, focus: () => void): void {
  const actions: Readonly<Record<string, () => void>> = {
    "+": () => viewport.zoomBy(FACTOR),
    "=": () => viewport.zoomBy(FACTOR),
    "-": () => viewport.zoomBy(1 / FACTOR),
    "0": fit,
    s: focus,
    ArrowLeft: () => viewport.panBy(STEP, 0),
    ArrowRight: () => viewport.panBy(-STEP, 0),
    ArrowUp: () => viewport.panBy(0, STEP),
    ArrowDown: () => viewport.panBy(0, -STEP),
  };
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  byId("zoom-in").addEventListener("click", () => viewport.zoomBy(FACTOR));
  byId("zoom-out").addEventListener("click", () => viewport.zoomBy(1 / FACTOR));
  byId("zoom-fit").addEventListener("click", fit);
  byId("zoom-selected").addEventListener("click", focus);
}
