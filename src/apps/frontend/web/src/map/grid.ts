// Calculates the meridians, parallels and scale bar of a Mercator view.
const DEGREE_STEPS = [1 / 60, 2 / 60, 5 / 60, 10 / 60, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 45];
const EARTH_KM_PER_DEGREE = 111.195;

/** Returns a usual chart step in degrees that divides `span` into about `parts`. */
export function degreeStep(span: number, parts: number): number {
  return DEGREE_STEPS.find((step) => span / step <= parts) ?? 45;
}

/** Returns the multiples of `step` between two values. */
export function multiples(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

/** Returns the label of a line: `48° N`, `4° 30′ W`. */
export function degreeLabel(degrees: number, positive: string, negative: string): string {
  const minutes = Math.round(Math.abs(degrees) * 60);
  if (minutes === 0) return "0°";
  const whole = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const text = rest === 0 ? `${whole}°` : `${whole}° ${String(rest).padStart(2, "0")}′`;
  return `${text} ${degrees < 0 ? negative : positive}`;
}

/** Returns a round length for a scale bar: kilometres, and its width in pixels, at most `maxPixels`. */
export function scaleBar(pixelsPerDegree: number, latitude: number, maxPixels: number): { km: number; pixels: number } {
  const kmPerPixel = (EARTH_KM_PER_DEGREE * Math.cos((latitude * Math.PI) / 180)) / pixelsPerDegree;
  const longest = kmPerPixel * maxPixels;
  const power = 10 ** Math.floor(Math.log10(longest));
  const km = ([5, 2].find((factor) => factor * power <= longest) ?? 1) * power;
  return { km, pixels: km / kmPerPixel };
}
