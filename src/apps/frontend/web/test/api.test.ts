// The client: validation of responses, error messages, and requests.
import { afterEach, describe, expect, it, vi } from "vitest";
import { csvAddress, fetchLatest, fetchSeries, fetchTracks } from "../src/api/client";
import { rangeById } from "../src/domain/ranges";

const requested: string[] = [];
const respondWith = (work: () => Response | Promise<Response>) => {
  vi.stubGlobal("fetch", async (address: string) => {
    requested.push(address);
    return work();
  });
};
const json = (body: unknown, status = 200, type = "application/json") =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": type } });

afterEach(() => {
  requested.length = 0;
  vi.unstubAllGlobals();
});

const READING = {
  buoy: "buoy-001",
  observed_at: "2026-11-21T04:10:12.123456789Z",
  received_at: "2026-11-21T04:10:13Z",
  latitude: 48.3,
  longitude: -4.8,
  values: { sea_water_temperature: 14.2, sea_water_ph_reported_on_total_scale: null },
};
const NOW = Date.UTC(2026, 10, 21, 4, 10);

describe("a response", () => {
  it("has its times as numbers", async () => {
    respondWith(() => json({ server_time: "2026-11-21T04:10:14Z", readings: [READING] }));
    const { server_time, readings } = await fetchLatest();
    expect(server_time).toBe(NOW + 14_000);
    expect(readings[0]?.observed_at).toBe(NOW + 12_123);
  });

  it.each([
    ["with an invalid time", { server_time: "yesterday", readings: [] }, "server_time"],
    ["with an invalid position", { server_time: "2026-11-21T04:10:14Z", readings: [{ ...READING, latitude: 91 }] }, "readings.0.latitude"],
    ["with a value that is a string", { server_time: "2026-11-21T04:10:14Z", readings: [{ ...READING, values: { p: "1" } }] }, "readings.0.values.p"],
    ["that is a number", 7, "the top level"],
  ])("%s is rejected with the location", async (_, body, location) => {
    respondWith(() => json(body));
    await expect(fetchLatest()).rejects.toThrow(location);
  });

  it("that is not JSON is rejected", async () => {
    respondWith(() => new Response("<html>"));
    await expect(fetchLatest()).rejects.toThrow("not JSON");
  });
});

describe("an error is reported", () => {
  it("with the status and the problem's title", async () => {
    respondWith(() => json({ title: "The database does not answer" }, 503, "application/problem+json"));
    await expect(fetchLatest()).rejects.toThrow("it answered 503 (The database does not answer)");
  });
  it("with only the status if there is no problem document", async () => {
    respondWith(() => new Response("upstream connect error", { status: 502 }));
    await expect(fetchLatest()).rejects.toThrow(/^it answered 502$/);
  });
  it("when there is no connection", async () => {
    respondWith(() => Promise.reject(new TypeError("failed to fetch")));
    await expect(fetchLatest()).rejects.toThrow("no connection");
  });
  it("when the response takes too long", async () => {
    respondWith(() => Promise.reject(new DOMException("late", "TimeoutError")));
    await expect(fetchLatest()).rejects.toThrow("no answer within 10 s");
  });
});

describe("a request", () => {
  const queryOf = (address: string) => Object.fromEntries(new URL(address, "http://page").searchParams);

  it("for a series names buoy, parameter, span and bucket", async () => {
    respondWith(() => json({ buoy: "b", parameter: "p", unit: "1", bucket_s: 600, points: [] }));
    await fetchSeries("b", "p", rangeById("1d"), NOW);
    expect(queryOf(requested[0] ?? "")).toEqual({
      buoy: "b", parameter: "p", bucket: "10m", from: "2026-11-20T04:10:00.000Z", to: "2026-11-21T04:10:00.000Z",
    });
  });
  it("for tracks spans at least a day", async () => {
    respondWith(() => json({ type: "FeatureCollection", features: [] }));
    await fetchTracks(rangeById("1h"), NOW);
    expect(queryOf(requested[0] ?? "")["from"]).toBe("2026-11-20T04:10:00.000Z");
  });
  it("for an export escapes its parameters", () => {
    expect(queryOf(csvAddress("a&b=c", rangeById("1h"), NOW))["buoy"]).toBe("a&b=c");
  });
});
