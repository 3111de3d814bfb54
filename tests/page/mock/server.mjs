// Serves the built page and the simulated fleet on loopback, over HTTP or HTTPS, with the content security policy of
// the real server.
import { createReadStream, statSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { extname, join, normalize } from "node:path";
import { Fleet, PARAMETERS } from "./fleet.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".json": "application/json", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};
const POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
  + "require-trusted-types-for 'script'; trusted-types 'none'";
const BUCKETS = { "60s": 60, "10m": 600, "1h": 3_600, "1d": 86_400 };

/** Starts the server; `{ port, close() }`. It uses HTTPS with `tls` (`{ key, cert }`). */
export async function startMock({ dist, buoys = 12, pastMs, port = 0, tls }) {
  const fleet = new Fleet(buoys, Date.now(), pastMs);
  const handle = (request, response) => {
    const url = new URL(request.url, "http://loopback");
    response.setHeader("content-security-policy", POLICY);
    response.setHeader("x-content-type-options", "nosniff");
    if (!url.pathname.startsWith("/api/")) return sendFile(dist, url.pathname, response);
    if (url.pathname === "/api/v1/observations.csv") return sendCsv(fleet, url.searchParams, response);
    const body = answer(fleet, url, Date.now());
    return body === undefined ? sendJson(response, 404, { title: "Not Found", status: 404 }) : sendJson(response, 200, body);
  };
  const server = tls ? createHttps(tls, handle) : createHttp(handle);
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

function answer(fleet, { pathname, searchParams }, now) {
  const at = (name, otherwise) => Date.parse(searchParams.get(name) ?? "") || otherwise;
  const [from, to] = [at("from", now - 3_600_000), at("to", now)];
  switch (pathname) {
    case "/api/v1/buoys": return { buoys: fleet.buoys(now) };
    case "/api/v1/parameters": return { parameters: PARAMETERS };
    case "/api/v1/latest": return { server_time: new Date(now).toISOString(), readings: fleet.latest(now) };
    case "/api/v1/tracks": return { type: "FeatureCollection", features: fleet.tracks(from, to) };
    case "/api/v1/summary":
      return { readings: 480_000 + Math.floor((now - fleet.start) / 1000) % 100_000, buoys: fleet.ids.length };
    case "/api/v1/series": return series(fleet, searchParams, from, to);
    case "/api/openapi.json": return { openapi: "3.1.0", info: { title: "SeaSense", version: "1" }, paths: {} };
    default: return undefined;
  }
}

function series(fleet, query, from, to) {
  const parameter = PARAMETERS.find(({ name }) => name === query.get("parameter"));
  const index = fleet.ids.indexOf(query.get("buoy"));
  const bucketS = BUCKETS[query.get("bucket")];
  if (parameter === undefined || index < 0 || bucketS === undefined) return undefined;
  const points = fleet.series(index, parameter.name, from, to, bucketS);
  return { buoy: fleet.ids[index], parameter: parameter.name, unit: parameter.unit, bucket_s: bucketS, points };
}

function sendJson(response, status, body) {
  const type = status === 200 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

function sendCsv(fleet, query, response) {
  const index = fleet.ids.indexOf(query.get("buoy"));
  const [from, to] = [Date.parse(query.get("from")), Date.parse(query.get("to"))];
  const rows = fleet.series(index, PARAMETERS[3].name, from, to, 60).map(({ t, avg }) => `${fleet.ids[index]},${t},${avg}`);
  response.writeHead(200, { "content-type": "text/csv; charset=utf-8" });
  response.end(["buoy,observed_at,sea_water_temperature", ...rows, ""].join("\n"));
}

function sendFile(dist, path, response) {
  const requested = join(dist, normalize(path === "/" ? "/index.html" : path));
  const found = requested.startsWith(dist) && statSync(requested, { throwIfNoEntry: false })?.isFile() === true;
  const file = found ? requested : join(dist, "404.html");
  response.writeHead(found ? 200 : 404, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
  return createReadStream(file).pipe(response);
}
