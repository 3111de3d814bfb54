// The options of uPlot for one parameter. Colours come from the style sheet, which also defines the dark mode.
import uPlot from "uplot";
import { formatNumber, type ParameterStyle } from "../domain/parameters";
import { axisRange } from "../domain/scale";

/** The size, time window and callback of a chart. */
export interface ChartContext {
  readonly width: number;
  readonly height: number;
  /** The range of the x axis, in seconds. */
  window(): [number, number];
  /** Called with the index under the cursor, or `null` when it left. */
  pointed(index: number | null): void;
}

const DAY_S = 86_400;

/** Returns a colour or font of the style sheet, by the name of its custom property. */
const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Returns the options for one chart of a buoy. */
export function chartOptions(style: ParameterStyle, context: ChartContext): uPlot.Options {
  const line = token(`--series-${style.hue}`);
  const axis: uPlot.Axis = {
    stroke: token("--ink-soft"),
    font: `12px ${token("--font")}`,
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: context.width,
    height: context.height,
    padding: [10, 8, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: "buoy" }, points: { size: 8 } },
    scales: {
      x: { range: () => context.window() },
      y: { range: (_, low, high) => axisRange(low, high, style.minSpan) },
    },
    axes: [
      { ...axis, size: 30, space: 64, values: (_, ticks) => ticks.map((t) => tickLabel(t, context.window())) },
      { ...axis, size: 58, space: 34, values: (_, ticks, __, ___, step) => ticks.map((v) => shortNumber(v, step, style)) },
    ],
    series: [
      {},
      { stroke: line, width: 2, points: { show: sparse, size: 5, fill: line }, spanGaps: true },
      { stroke: "transparent", points: { show: false } },
      { stroke: "transparent", points: { show: false } },
    ],
    bands: [{ series: [3, 2], fill: `color-mix(in srgb, ${line} 20%, transparent)` }],
    hooks: { setCursor: [(chart) => context.pointed(chart.cursor.idx ?? null)] },
  };
}

/** Whether there are so few points that they are marked: a line alone would suggest more data. */
function sparse(chart: uPlot): boolean {
  return (chart.data[0]?.length ?? 0) < 40;
}

/** Formats a tick with enough digits to distinguish two ticks, limited by the precision of the parameter. */
function shortNumber(value: number, step: number, style: ParameterStyle): string {
  const needed = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return formatNumber(value, { ...style, digits: Math.min(needed, style.digits + 1) });
}

/** Formats a tick as hours and minutes for ranges up to two days, as month and day for longer ones. */
function tickLabel(seconds: number, [from, to]: [number, number]): string {
  const text = new Date(seconds * 1000).toISOString();
  if (to - from > 2 * DAY_S) return text.slice(5, 10);
  return to - from < 600 ? text.slice(11, 19) : text.slice(11, 16);
}
