// What each measured parameter is called, in which unit, with how many digits it makes sense.
import type { Parameter } from "../api/types";

/** How one parameter is shown. */
export interface ParameterStyle {
  /** Short heading, as an oceanographer would write it. */
  readonly title: string;
  /** What stands behind a number; empty for a dimensionless quantity. */
  readonly unit: string;
  /** What the number is, where the unit alone does not say it. */
  readonly note: string;
  /** Digits after the decimal point. */
  readonly digits: number;
  /** The smallest span an axis shows, so that noise is not blown up into drama. */
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

/** The style of a parameter; one the page does not know yet is shown by its label and unit as the API gives them. */
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

/** A value with the digits its parameter deserves, without a unit. */
export function formatNumber(value: number, style: ParameterStyle): string {
  return Number.isFinite(value) ? value.toFixed(style.digits).replace("-", "−") : "–";
}

/** A value with its unit: `14.20 °C`. */
export function formatValue(value: number | undefined, style: ParameterStyle): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  const number = formatNumber(value, style);
  return style.unit === "" ? number : `${number} ${style.unit}`;
}

/** Known parameters first and in their usual order, others after them by name. */
export function inUsualOrder(parameters: readonly Parameter[]): Parameter[] {
  const order = Object.keys(KNOWN);
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...parameters].sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name, "en"));
}
