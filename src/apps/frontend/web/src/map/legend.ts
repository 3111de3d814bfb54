// The choice of what colours the map, and the ramp that explains it.
import { byId, h, setText } from "../dom";
import { formatNumber, styleOf } from "../domain/parameters";
import type { Store } from "../live/state";
import { colourScale } from "./colours";

/** Keeps the colour control and the legend in step with the state. */
export function startLegend(store: Store): void {
  const choice = byId<HTMLSelectElement>("colour-by");
  const legend = byId("legend");
  const [low, high, unit] = [byId("legend-low"), byId("legend-high"), byId("legend-unit")];
  choice.addEventListener("change", () => store.update({ colourBy: choice.value }));
  store.watch(["parameters"], ({ parameters }) => {
    choice.replaceChildren(...parameters.map((one) => h("option", { value: one.name }, styleOf(one).title)));
  });
  store.watch(["parameters", "colourBy", "readings"], (state) => {
    if (state.colourBy !== undefined) choice.value = state.colourBy;
    const { style, extent } = colourScale(state);
    legend.hidden = style === undefined || extent === undefined;
    if (style === undefined || extent === undefined) return;
    setText(low, formatNumber(extent[0], style));
    setText(high, formatNumber(extent[1], style));
    setText(unit, style.unit === "" ? style.note : style.unit);
  });
}
