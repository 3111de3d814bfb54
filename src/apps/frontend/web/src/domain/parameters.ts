// The title, unit and precision of each measured parameter.
import type { Parameter } from "../api/types";

/** The presentation of one parameter. */
export interface ParameterStyle {
  /** Short heading in oceanographic terms. */
  readonly title: string;
  /** Unit after a number; empty for a dimensionless quantity. */
  readonly unit: string;
  /** Explanation of the number, if the unit is not sufficient. */
  readonly note: string;
  /** Digits after the decimal point. */
  readonly digits: number;
  /** Minimum span of an axis, so that noise is not magnified. */
  readonly minSpan: number;
  /** Index into the chart palette (`--series-1` and on). */
  readonly hue: number;
}

const KNOWN: Readonly<Record<string, ParameterStyle>> = {
  sea_water_temperature: {
    title: "Water temperature", unit: "°C", note: "in situ, ITS-90", digits: 2, minSpan: 0.4, hue: 1,
  },
  sea_water_practical_salinity: {
    title: "Practical salinity", unit: "", note: "PSS-78, dimensionless", digits: 2, minSpan: 0.2, hue: 2,
  },
  moles_of_oxygen_per_unit_mass_in_sea_water: {
    title: "Dissolved oxygen", unit: "µmol/kg", note: "per mass of sea water", digits: 1, minSpan: 4, hue: 3,
  },
  sea_water_ph_reported_on_total_scale: {
    title: "pH", unit: "", note: "total scale", digits: 3, minSpan: 0.04, hue: 4,
  },
};

const UNITS: Readonly<Record<string, string>> = { degC: "°C", "umol/kg": "µmol/kg", "1": "" };

/** Returns the style of a parameter; an unknown parameter has the label and unit of the API. */
export function styleOf(parameter: Parameter): ParameterStyle {
  return KNOWN[parameter.name] ?? {
    title: parameter.label,
    unit: UNITS[parameter.unit] ?? parameter.unit,
    note: "",
    digits: 2,
    minSpan: 1,
    hue: 5,
  };
}

/** Formats a value with the precision of its parameter, without a unit. */
export function formatNumber(value: number, style: ParameterStyle): string {
  return Number.isFinite(value) ? value.toFixed(style.digits).replace("-", "−") : "–";
}

/** Formats a value with its unit: `14.20 °C`. */
export function formatValue(value: number | undefined, style: ParameterStyle): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  const number = formatNumber(value, style);
  return style.unit === "" ? number : `${number} ${style.unit}`;
}

/** Sorts known parameters first, in their usual order, then others by name. */
export function inUsualOrder(parameters: readonly Parameter[]): Parameter[] {
  const order = Object.keys(KNOWN);
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...parameters].sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name, "en"));
}
