// A headless Chromium with a new profile that can reach only the platform, and pages that record their requests and
// errors.
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-domain-reliability", "--no-pings",
];

/** Starts Chromium; `key` is the only public key of a certificate that it trusts without an authority. */
export function launch(target, key) {
  const rules = `MAP * ~NOTFOUND, EXCLUDE ${target.host}, EXCLUDE ${target.address}`;
  const args = [...FLAGS, `--host-resolver-rules=${rules}`];
  if (key !== undefined) args.push(`--ignore-certificate-errors-spki-list=${key}`);
  return chromium.launch({ executablePath: process.env["SEASENSE_CHROMIUM"] ?? "/usr/bin/chromium", args });
}

/** Opens the page in a new context and records its requests and errors. */
export async function visit(browser, target, { path = "/", prepare, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, colorScheme: "light", ...options });
  const page = await context.newPage();
  const seen = { hosts: new Set(), errors: [] };
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== "blob:" && protocol !== "data:") seen.hosts.add(host);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.errors.push(message.text());
  });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  if (prepare) await prepare(page);
  await page.goto(new URL(path, target.url).href, { waitUntil: "load" });
  return { page, seen, close: () => context.close() };
}

/** Waits until the page shows live data. */
export const untilLive = (page) => page.waitForSelector('#connection[data-kind="live"]', { timeout: 20_000 });

/** Waits until the charts of the selected buoy are drawn. */
export const untilCharted = (page) =>
  page.waitForSelector('#charts[aria-busy="false"] .chart:not([data-points="0"]) canvas', { timeout: 20_000 });
