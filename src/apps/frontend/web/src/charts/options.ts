// How uPlot draws one parameter: colours come from the style sheet, so that dark mode is one place.
import uPlot from "uplot";
import { formatNumber, type ParameterStyle } from "../domain/parameters";
import { axisRange } from "../domain/scale";

/** What the options need to know besides the parameter. */
export interface ChartSurroundings {
  readonly width: number;
  readonly height: number;
  /** The x axis' extent, in seconds. */
  window(): [number, number];
  /** Called with the index under the cursor, or `null` when it left. */
  pointed(index: number | null): void;
}

const DAY_S = 86_400;

/** A colour or font of the style sheet, by the name of its custom property. */
const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Options for one chart of a buoy. */
export function chartOptions(style: ParameterStyle, around: ChartSurroundings): uPlot.Options {
  const line = token(`--series-${style.hue}`);
  const axis: uPlot.Axis = {
    stroke: token("--ink-soft"),
    font: `12px ${token("--font")}`,
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: around.width,
    height: around.height,
    padding: [10, 8, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: "buoy" }, points: { size: 8 } },
    scales: {
      x: { range: () => around.window() },
      y: { range: (_, low, high) => axisRange(low, high, style.minSpan) },
    },
    axes: [
      { ...axis, size: 30, space: 64, values: (_, ticks) => ticks.map((t) => tickLabel(t, around.window())) },
      { ...axis, size: 58, space: 34, values: (_, ticks, __, ___, step) => ticks.map((v) => shortNumber(v, step, style)) },
    ],
    series: [
      {},
      { stroke: line, width: 2, points: { show: sparse, size: 5, fill: line }, spanGaps: true },
      { stroke: "transparent", points: { show: false } },
      { stroke: "transparent", points: { show: false } },
    ],
    bands: [{ series: [3, 2], fill: `color-mix(in srgb, ${line} 20%, transparent)` }],
    hooks: { setCursor: [(chart) => around.pointed(chart.cursor.idx ?? null)] },
  };
}

/** Few points are shown as points: a line through two of them says less than it seems to. */
function sparse(chart: uPlot): boolean {
  return (chart.data[0]?.length ?? 0) < 40;
}

/** No more digits than the parameter deserves, and no fewer than tell two ticks apart. */
function shortNumber(value: number, step: number, style: ParameterStyle): string {
  const needed = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return formatNumber(value, { ...style, digits: Math.min(needed, style.digits + 1) });
}

/** Hours and minutes within two days, month and day beyond. */
function tickLabel(seconds: number, [from, to]: [number, number]): string {
  const text = new Date(seconds * 1000).toISOString();
  if (to - from > 2 * DAY_S) return text.slice(5, 10);
  return to - from < 600 ? text.slice(11, 19) : text.slice(11, 16);
}
