// The client of the API: one function per resource; errors have messages for visitors.
import * as v from "valibot";
import type { Range } from "../domain/ranges";
import * as types from "./types";

/** A failed request; the message is shown to the visitor. */
export class ApiError extends Error {
  override readonly name = "ApiError";
}

const TIME_LIMIT_MS = 10_000;
const DAY_MS = 86_400_000;

async function get<S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> {
  let answer: Response;
  try {
    answer = await fetch(path, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(TIME_LIMIT_MS) });
  } catch (cause) {
    const timedOut = cause instanceof DOMException && cause.name === "TimeoutError";
    throw new ApiError(timedOut ? `no answer within ${TIME_LIMIT_MS / 1000} s` : "no connection", { cause });
  }
  if (!answer.ok) throw new ApiError(`it answered ${answer.status}${await detailOf(answer)}`);
  let body: unknown;
  try {
    body = await answer.json();
  } catch (cause) {
    throw new ApiError("it answered with something that is not JSON", { cause });
  }
  const checked = v.safeParse(schema, body);
  if (!checked.success) {
    const where = v.getDotPath(checked.issues[0]) ?? "the top level";
    throw new ApiError(`its answer has an unexpected shape at ${where}`);
  }
  return checked.output;
}

/** Returns the title of an RFC 9457 problem in parentheses, or an empty string. */
async function detailOf(answer: Response): Promise<string> {
  if (!answer.headers.get("content-type")?.includes("json")) return "";
  try {
    const problem = v.safeParse(v.object({ title: v.string() }), await answer.json());
    return problem.success ? ` (${problem.output.title})` : "";
  } catch {
    return "";
  }
}

const iso = (at: number) => new Date(at).toISOString();

const span = (ms: number, now: number) => ({ from: iso(now - ms), to: iso(now) });

/** Fetches every enrolled buoy, with or without a reading. */
export const fetchBuoys = () => get("/api/v1/buoys", types.BuoysSchema);

/** Fetches the measured quantities. */
export const fetchParameters = () => get("/api/v1/parameters", types.ParametersSchema);

/** Fetches the newest reading of each buoy. */
export const fetchLatest = () => get("/api/v1/latest", types.LatestSchema);

/** Fetches the size of the collection. */
export const fetchSummary = () => get("/api/v1/summary", types.SummarySchema);

/** Fetches the tracks of the range, at least of a day, because a track of an hour is too short to see on the map. */
export const fetchTracks = (range: Range, now: number) =>
  get(`/api/v1/tracks?${new URLSearchParams(span(Math.max(range.ms, DAY_MS), now))}`, types.TracksSchema);

/** Fetches one parameter of one buoy in the range, in buckets. */
export const fetchSeries = (buoy: string, parameter: string, range: Range, now: number) =>
  get(
    `/api/v1/series?${new URLSearchParams({ buoy, parameter, ...span(range.ms, now), bucket: range.bucket })}`,
    types.SeriesSchema,
  );

/** Returns the address of the CSV export of a buoy for the range. */
export const csvAddress = (buoy: string, range: Range, now: number) =>
  `/api/v1/observations.csv?${new URLSearchParams({ buoy, ...span(range.ms, now) })}`;

/** The address of the API description. */
export const OPENAPI_ADDRESS = "/api/openapi.json";
