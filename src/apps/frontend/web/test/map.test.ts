// Positions on the map.
import { describe, expect, it } from "vitest";
import type { Position } from "../src/live/state";
import { degreeLabel, degreeStep, multiples, scaleBar } from "../src/map/grid";
import { placeLabels } from "../src/map/labels";
import { fitted, frame, meanLongitude, near } from "../src/map/projection";

const inside = (positions: Position[], width: number, height: number) => {
  const projection = fitted(positions, width, height);
  return positions.every((position) => {
    const [x, y] = projection([...position]) ?? [-1, -1];
    return x >= 0 && x <= width && y >= 0 && y <= height;
  });
};

describe("projection", () => {
  it.each([[1360, 500], [360, 300], [90, 60]])("shows the whole fleet in %i by %i pixels", (width, height) => {
    expect(inside([[-7.8, 47.1], [-1.2, 50.3], [-2.6, 45.5]], width, height)).toBe(true);
  });

  it("keeps a fleet on both sides of the date line together", () => {
    expect(Math.abs(meanLongitude([[179, 0], [-179, 0]]))).toBeCloseTo(180);
    const [[west], [east]] = frame([[179, 0], [-179, 0]], 180);
    expect(east - west).toBeCloseTo(2);
    expect(inside([[179, 10], [-179, 12]], 600, 400)).toBe(true);
  });

  it("shows sea around a single buoy", () => {
    const [[west, south], [east, north]] = frame([[-5, 48]], -5);
    expect(east - west).toBeCloseTo(1.2);
    expect(north - south).toBeCloseTo(1.2);
  });

  it("shifts longitudes by multiples of 360 degrees", () => expect([near(-179, 180), near(10, 0), near(190, 0)]).toEqual([181, 10, -170]));
});

describe("grid", () => {
  it.each([[10, 5, 2], [1, 4, 0.25], [360, 4, 45]])("divides %f degrees into about %i", (span, parts, step) =>
    expect(degreeStep(span, parts)).toBe(step));
  it("draws the lines between two edges", () => expect(multiples(-1.2, 2.1, 1)).toEqual([-1, 0, 1, 2]));
  it.each([[0, "0°"], [-4.5, "4° 30′ W"], [48, "48° E"]])("labels %f as %s", (degrees, text) =>
    expect(degreeLabel(degrees, "E", "W")).toBe(text));
  it.each([10, 100, 1000, 1e5])("has a round scale bar that fits at %i pixels per degree", (pixels) => {
    const bar = scaleBar(pixels, 48, 110);
    expect(bar.pixels).toBeLessThanOrEqual(110);
    expect(bar.pixels).toBeGreaterThan(40);
    expect(["1", "2", "5"]).toContain(bar.km.toExponential().charAt(0));
  });
});

describe("labels", () => {
  const label = (id: string, x: number, y: number, rank = 0) => ({ id, x, y, text: "Ariel", rank });
  it("are placed at points that are far apart", () => {
    expect(placeLabels([label("a", 100, 100), label("b", 300, 100)], 500).size).toBe(2);
  });
  it("never overlap, and the selected one is placed first", () => {
    const placed = placeLabels([label("a", 100, 100), label("b", 102, 101), label("c", 101, 99, 1)], 500);
    expect([...placed]).toEqual([["c", "right"], ["a", "left"]]);
  });
  it("do not cover another buoy's point", () => {
    expect(placeLabels([label("a", 100, 100), label("b", 140, 100)], 500).get("a")).toBe("left");
  });
  it("are on the left at the right edge", () => {
    expect(placeLabels([label("a", 490, 100)], 500).get("a")).toBe("left");
  });
});
