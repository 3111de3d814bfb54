// The page reports an unreachable API, empty data and invalid responses, and keeps the last data.
import { must } from "../lib/report.mjs";
import { untilLive, visit } from "../lib/browser.mjs";

const API = "**/api/**";

export async function trouble({ report, browser, target, shoot }) {
  const visitor = await visit(browser, target);
  const { page } = visitor;
  await untilLive(page);
  const buoys = await page.locator("#map .marker").count();

  await report.check("an unreachable API is reported with the next attempt, and the last data stays", async () => {
    await page.route(API, (route) => route.abort("connectionrefused"));
    await page.waitForSelector("#notice:not([hidden])", { timeout: 15_000 });
    const text = await page.locator("#notice-text").textContent();
    must(/unreachable/.test(text) && /Retrying (in \d+ s|now)/.test(text) && /last good data/.test(text), text);
    must((await page.locator("#map .marker").count()) === buoys, "the buoys have disappeared from the map");
    must((await page.locator("#connection").textContent()) === "Not connected", "the connection status is still live");
    await shoot(page, "outage");
  });

  await report.check("the page reconnects on request", async () => {
    await page.unroute(API);
    await page.locator("#notice-retry").click();
    await untilLive(page);
    must(await page.locator("#notice").isHidden(), "the notice is still visible");
  });
  await visitor.close();

  await report.check("an empty list of buoys is explained", () => withResponses(browser, target, {
    "/api/v1/latest": { server_time: new Date().toISOString(), readings: [] },
    "/api/v1/buoys": { buoys: [] },
  }, async (empty) => {
    await untilLive(empty);
    must(await empty.locator("#buoys-empty").isVisible(), "the empty list is not explained");
  }));

  await report.check("a buoy without a reading is marked", () => withResponses(browser, target, {
    "/api/v1/latest": { server_time: new Date().toISOString(), readings: [] },
    "/api/v1/buoys": { buoys: [{ id: "buoy-001", name: "First", first_seen: null, last_seen: null }] },
  }, async (silent) => {
    await untilLive(silent);
    must((await silent.locator(".buoy__age").textContent()) === "no reading yet", "the list does not show it");
    must((await silent.locator("#fact-latest").textContent()) === "no reading yet", "the details do not show it");
  }));

  await report.check("an invalid response is rejected", () => withResponses(browser, target, {
    "/api/v1/latest": { server_time: "yesterday", readings: "none" },
  }, async (broken) => {
    await broken.waitForSelector("#notice:not([hidden])", { timeout: 15_000 });
    must((await broken.locator("#notice-text").textContent()).includes("unexpected shape"), "the notice has another cause");
  }));
}

async function withResponses(browser, target, responses, work) {
  const prepare = (page) => page.route(API, (route) => {
    const body = responses[new URL(route.request().url()).pathname];
    return body === undefined ? route.continue() : route.fulfill({ json: body });
  });
  const visitor = await visit(browser, target, { prepare });
  try {
    await work(visitor.page);
  } finally {
    await visitor.close();
  }
}
