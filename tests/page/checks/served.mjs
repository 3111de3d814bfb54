// HTTP responses: headers, the 404 page, the download.
import { must } from "../lib/report.mjs";

export async function served({ report, target }) {
  await report.check("the headers forbid foreign scripts, frames and inline code", async () => {
    const { status, headers } = await target.get("/");
    must(status === 200, `the page answered ${status}`);
    const policy = headers["content-security-policy"] ?? "";
    must(policy.includes("default-src 'self'") && policy.includes("frame-ancestors 'none'") && !policy.includes("unsafe"),
      `the policy is ${JSON.stringify(policy)}`);
    must(headers["x-content-type-options"] === "nosniff", "content type sniffing is allowed");
  });

  await report.check("a missing path returns the 404 page", async () => {
    const { status, type, text } = await target.get("/no-such-page");
    must(status === 404 && type.startsWith("text/html") && text.includes('href="/"'), `${status} ${type}`);
  });

  await report.check("the CSV export of a buoy can be downloaded", async () => {
    const { readings } = await target.json("/api/v1/latest");
    must(readings.length > 0, "the API has no reading yet");
    const to = new Date();
    const query = new URLSearchParams({ buoy: readings[0].buoy, from: new Date(to - 3_600_000).toISOString(), to: to.toISOString() });
    const { status, type, text } = await target.get(`/api/v1/observations.csv?${query}`);
    must(status === 200 && type.startsWith("text/csv"), `it answered ${status} ${type}`);
    must(text.trim().split("\n").length > 1, "it has no row");
  });

  await report.check("the API serves its OpenAPI description", async () => {
    const { openapi } = await target.json("/api/openapi.json");
    must(String(openapi).startsWith("3.1"), `the OpenAPI version is ${openapi}`);
  });
}
