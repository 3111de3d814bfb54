// The selection of the map's colour parameter, and the legend of the colour ramp.
import { byId, h, setText } from "../dom";
import { formatNumber, styleOf } from "../domain/parameters";
import type { Store } from "../live/state";
import { colourScale } from "./colours";

/** Connects the colour control and the legend to the state. */
export function startLegend(store: Store): void {
  const choice = byId<HTMLSelectElement>("colour-by");
  const legend = byId("legend");
  const [low, high, unit] = [byId("legend-low"), byId("legend-high"), byId("legend-unit")];
  choice.addEventListener("change", () => store.update({ colourBy: choice.value }));
  store.watch(["parameters"], ({ parameters }) => {
    choice.replaceChildren(...parameters.map((parameter) => h("option", { value: parameter.name }, styleOf(parameter).title)));
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
