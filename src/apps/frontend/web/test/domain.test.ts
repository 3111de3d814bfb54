// Units, digits, ages, times and ranges as shown to visitors.
import { describe, expect, it } from "vitest";
import { clockTime, coordinate, dateTime, plural, position } from "../src/domain/format";
import { ageOf, describeAge, freshnessOf } from "../src/domain/freshness";
import { formatValue, inUsualOrder, styleOf } from "../src/domain/parameters";
import { rangeById, RANGES, timeWindow } from "../src/domain/ranges";
import { axisRange, extentOf, placeOf, rampColour } from "../src/domain/scale";

const parameter = (name: string, unit = "1") => ({ name, label: name, unit });

describe("freshness", () => {
  it.each([[0, "live"], [59_999, "live"], [60_000, "late"], [899_999, "late"], [900_000, "silent"]])(
    "an age of %i ms is %s", (age, expected) => expect(freshnessOf(age)).toBe(expected));

  it("is never without a reading", () => {
    expect(freshnessOf(undefined)).toBe("never");
    expect(describeAge(undefined)).toBe("no reading yet");
  });

  it("has no negative age", () => expect(ageOf({ observed_at: 2_000, received_at: 1_000 }, 1_000)).toBe(0));
  it("of a clock that is ahead is the time since the last arrival", () => {
    const ahead = { observed_at: 300_000, received_at: 0 };
    expect(ageOf(ahead, 240_000)).toBe(240_000);
    expect(ageOf({ ...ahead, last_received_at: 230_000 }, 240_000)).toBe(10_000);
  });
  it("of a backlog is the time since the measurement", () =>
    expect(ageOf({ observed_at: 0, received_at: 239_000, last_received_at: 239_000 }, 240_000)).toBe(240_000));

  it.each([
    [1_900, "just now"], [2_000, "2 s ago"], [59_000, "59 s ago"], [60_000, "1 min ago"], [3_599_000, "59 min ago"],
    [7_200_000, "2 h ago"], [172_800_000, "2 d ago"],
  ])("%i ms is shown as %s", (age, text) => expect(describeAge(age)).toBe(text));
});

describe("values", () => {
  it.each([
    ["sea_water_temperature", 14.2, "14.20 °C"],
    ["sea_water_temperature", -1.5, "−1.50 °C"],
    ["sea_water_practical_salinity", 35.1, "35.10"],
    ["moles_of_oxygen_per_unit_mass_in_sea_water", 250.34, "250.3 µmol/kg"],
    ["sea_water_ph_reported_on_total_scale", 8.05, "8.050"],
  ])("%s %f is shown as %s", (name, value, text) => expect(formatValue(value, styleOf(parameter(name)))).toBe(text));

  it("shows a dash without a number", () => {
    expect(formatValue(undefined, styleOf(parameter("sea_water_temperature")))).toBe("–");
    expect(formatValue(Number.NaN, styleOf(parameter("sea_water_temperature")))).toBe("–");
  });

  it("shows an unknown parameter with the label of the API", () => {
    expect(styleOf({ name: "wind", label: "Wind speed", unit: "m/s" })).toMatchObject({ title: "Wind speed", unit: "m/s" });
  });

  it("sorts temperature first and unknown parameters last", () => {
    const names = ["x", "sea_water_ph_reported_on_total_scale", "sea_water_temperature"].map((name) => parameter(name));
    expect(inUsualOrder(names).map(({ name }) => name)).toEqual([
      "sea_water_temperature", "sea_water_ph_reported_on_total_scale", "x",
    ]);
  });
});

describe("times and positions", () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  it("are in UTC", () => {
    expect(clockTime(at)).toBe("03:04:05 UTC");
    expect(dateTime(at)).toBe("2026-01-02 03:04 UTC");
  });

  it.each([[48.3, "48° 18.00′ N"], [-4.8, "4° 48.00′ S"], [9.99999, "10° 00.00′ N"], [0, "0° 00.00′ N"]])(
    "%f degrees are shown as %s", (degrees, text) => expect(coordinate(degrees, "N", "S")).toBe(text));

  it("have hemispheres", () => expect(position(48.3, -4.8)).toBe("48° 18.00′ N, 4° 48.00′ W"));
  it("have plurals", () => expect([plural(1, "buoy"), plural(1200, "buoy")]).toEqual(["1 buoy", "1,200 buoys"]));
});

describe("ranges", () => {
  const hour = rangeById("1h");
  it("fall back to the shortest", () => expect(rangeById("nonsense")).toBe(RANGES[0]));
  it("end now", () => expect(timeWindow(hour, 4e12, 3e12)).toEqual([4e12 - 3_600_000, 4e12]));
  it("start at the first reading of a new buoy", () => {
    const first = 4e12 - 1_200_000;
    expect(timeWindow(hour, 4e12, first)).toEqual([first - 30_000, 4e12]);
  });
  it("show at least five minutes", () => expect(timeWindow(hour, 4e12, 4e12)).toEqual([4e12 - 300_000, 4e12]));
});

describe("scales", () => {
  it("do not magnify noise", () => {
    const [low, high] = axisRange(8.05, 8.05, 0.04);
    expect(low).toBeCloseTo(8.03);
    expect(high).toBeCloseTo(8.07);
  });
  it("have padding above and below", () => {
    const [low, high] = axisRange(10, 20, 1);
    expect(low).toBeLessThan(10);
    expect(high).toBeGreaterThan(20);
  });
  it("have no range without values", () => expect(extentOf([Number.NaN], 1)).toBeUndefined());
  it("widen a single value", () => expect(extentOf([5], 2)).toEqual([4, 6]));
  it("run from dark to light", () => {
    expect(rampColour(0)).toBe("rgb(68 1 84)");
    expect(rampColour(1)).toBe("rgb(253 231 37)");
    expect(rampColour(-3)).toBe(rampColour(0));
  });
  it("position a value between the ends", () => {
    expect(placeOf(15, [10, 20])).toBe(0.5);
    expect(placeOf(99, [10, 20])).toBe(1);
    expect(placeOf(1, [1, 1])).toBe(0.5);
  });
});
