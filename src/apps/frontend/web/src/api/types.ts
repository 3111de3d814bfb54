// The schemas of the API's responses, which are validated before use.
import * as v from "valibot";

/** Parses RFC 3339 text to epoch milliseconds. */
const instant = v.pipe(
  v.string(),
  v.transform((text) => Date.parse(text)),
  v.number(),
  v.finite(),
);

/** `GET /api/v1/buoys`. */
export const BuoysSchema = v.object({
  buoys: v.array(v.object({
    id: v.string(),
    name: v.string(),
    first_seen: v.nullish(instant),
    last_seen: v.nullish(instant),
  })),
});

/** `GET /api/v1/parameters`. */
export const ParametersSchema = v.object({
  parameters: v.array(v.object({ name: v.string(), label: v.string(), unit: v.string() })),
});

/** `GET /api/v1/latest`: one reading per buoy that has sent any. */
export const LatestSchema = v.object({
  server_time: instant,
  readings: v.array(v.object({
    buoy: v.string(),
    observed_at: instant,
    received_at: instant,
    last_received_at: v.nullish(instant),
    latitude: v.pipe(v.number(), v.minValue(-90), v.maxValue(90)),
    longitude: v.pipe(v.number(), v.minValue(-180), v.maxValue(180)),
    values: v.record(v.string(), v.nullable(v.number())),
  })),
});

/** `GET /api/v1/series`: average, minimum and maximum per bucket. */
export const SeriesSchema = v.object({
  buoy: v.string(),
  parameter: v.string(),
  unit: v.string(),
  bucket_s: v.number(),
  points: v.array(v.object({
    t: instant,
    avg: v.number(),
    min: v.number(),
    max: v.number(),
    count: v.number(),
  })),
});

const line = v.array(v.pipe(v.array(v.number()), v.minLength(2)));

/** `GET /api/v1/tracks`: GeoJSON, one line per buoy, in parts where it crosses the antimeridian. */
export const TracksSchema = v.object({
  type: v.literal("FeatureCollection"),
  features: v.array(v.object({
    type: v.literal("Feature"),
    properties: v.object({ buoy: v.string() }),
    geometry: v.variant("type", [
      v.object({ type: v.literal("LineString"), coordinates: line }),
      v.object({ type: v.literal("MultiLineString"), coordinates: v.array(line) }),
    ]),
  })),
});

/** `GET /api/v1/summary`. */
export const SummarySchema = v.object({ readings: v.number(), buoys: v.number() });

export type Buoy = v.InferOutput<typeof BuoysSchema>["buoys"][number];
export type Parameter = v.InferOutput<typeof ParametersSchema>["parameters"][number];
export type Latest = v.InferOutput<typeof LatestSchema>;
export type Reading = Latest["readings"][number];
export type Series = v.InferOutput<typeof SeriesSchema>;
export type SeriesPoint = Series["points"][number];
export type Tracks = v.InferOutput<typeof TracksSchema>;
export type Summary = v.InferOutput<typeof SummarySchema>;
