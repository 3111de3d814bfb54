// The initial view: fleet, tracks and charts, all loaded from this host.
import { must } from "../lib/report.mjs";
import { untilCharted, untilLive, visit } from "../lib/browser.mjs";

/** Returns the number of buoys with more than one position in the last day. */
async function tracksOfTheDay(target) {
  const to = new Date();
  const query = new URLSearchParams({ from: new Date(to - 86_400_000).toISOString(), to: to.toISOString() });
  const { features } = await target.json(`/api/v1/tracks?${query}`);
  return features.filter(({ geometry }) => geometry.coordinates.length > 1).length;
}

export async function shown({ report, browser, target, shoot }) {
  const visitor = await visit(browser, target);
  const { page, seen } = visitor;

  await report.check("the page goes live", () => untilLive(page));

  await report.check("the map shows every buoy that has a position", async () => {
    let expected = NaN;
    let displayed = NaN;
    for (let attempt = 0; attempt < 20 && expected !== displayed; attempt += 1) {
      expected = (await target.json("/api/v1/latest")).readings.length;
      await page.waitForTimeout(500);
      displayed = await page.locator("#map .marker").count();
    }
    must(expected > 0, "the API has no reading yet");
    must(displayed === expected, `the API has ${expected} buoys with a reading, the map shows ${displayed}`);
    const inside = await page.evaluate(() => {
      const frame = document.querySelector("#map").getBoundingClientRect();
      return [...document.querySelectorAll("#map .marker__dot")].every((dot) => {
        const { x, y, width, height } = dot.getBoundingClientRect();
        return x >= frame.left && y >= frame.top && x + width <= frame.right && y + height <= frame.bottom;
      });
    });
    must(inside, "some buoys are outside the map");
  });

  await report.check("the list contains every enrolled buoy", async () => {
    const { buoys } = await target.json("/api/v1/buoys");
    const names = await page.locator("#buoys .buoy__name").allTextContents();
    must(buoys.length === names.length && buoys.every(({ name }) => names.includes(name)),
      `the API knows ${buoys.length} buoys, the list shows: ${names.join(", ")}`);
  });

  await report.check("the map shows the coastline and the tracks", async () => {
    await page.waitForFunction(() => (document.querySelector("#map .land")?.getAttribute("d") ?? "").length > 1_000);
    let moving = 0;
    for (let attempt = 0; attempt < 20 && moving === 0; attempt += 1) {
      if (attempt > 0) await page.waitForTimeout(1_000);
      moving = await tracksOfTheDay(target);
    }
    must(moving > 0, "the API has no track, 20 s after it had a reading");
    await page.waitForFunction((minimum) => {
      const lines = [...document.querySelectorAll("#map .track")];
      return lines.length >= minimum && lines.every((line) => /^M[^M]*L/.test(line.getAttribute("d") ?? ""));
    }, moving, { timeout: 35_000 });
  });

  await report.check("each parameter has a chart with points and a value in its unit", async () => {
    await untilCharted(page);
    const { parameters } = await target.json("/api/v1/parameters");
    const charts = await page.locator(".chart").evaluateAll((figures) => figures.map((figure) => {
      const canvas = figure.querySelector("canvas");
      const pixels = canvas?.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return {
        name: figure.dataset.parameter,
        points: Number(figure.dataset.points),
        painted: pixels.some((channel) => channel > 0),
        value: figure.querySelector(".chart__value").textContent,
      };
    }));
    must(charts.length === parameters.length, `${parameters.length} parameters, ${charts.length} charts`);
    for (const { name, points, painted, value } of charts) {
      must(points > 0 && painted, `the chart of ${name} is empty (${points} points)`);
      must(/\d/.test(value), `the chart of ${name} shows no value but ${JSON.stringify(value)}`);
      if (name === "sea_water_temperature") must(value.includes("°C"), `no unit in ${JSON.stringify(value)}`);
    }
  });

  await shoot(page, "desktop");

  await report.check("a new reading appears within 15 s", async () => {
    const before = await page.locator("#fact-latest").textContent();
    must(/\d\d:\d\d:\d\d UTC/.test(before), `the last reading of the selected buoy reads ${JSON.stringify(before)}`);
    await page.waitForFunction((text) => document.querySelector("#fact-latest").textContent !== text, before, { timeout: 15_000 });
  });

  await report.check("the page makes no request to another host and has no error", async () => {
    const others = [...seen.hosts].filter((host) => host !== target.url.host);
    must(others.length === 0, `requests to ${others.join(", ")}`);
    must(seen.errors.length === 0, seen.errors.join("\n"));
  });

  await visitor.close();
}
