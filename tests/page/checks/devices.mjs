// Phones, the dark mode, and reduced motion.
import { must } from "../lib/report.mjs";
import { untilCharted, untilLive, visit } from "../lib/browser.mjs";
import { contrasts } from "../lib/contrast.mjs";

export async function devices(context) {
  await phone(context);
  await dark(context);
  await reducedMotion(context);
}

async function phone({ report, browser, target, shoot }) {
  const visitor = await visit(browser, target, { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true });
  const { page } = visitor;
  await report.check("a phone 360 pixels wide shows everything without horizontal scrolling", async () => {
    await untilLive(page);
    await untilCharted(page);
    const { wide, boxes } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      boxes: ["map", "buoys", "charts"].map((id) => {
        const { width, height } = document.getElementById(id).getBoundingClientRect();
        return { id, width, height };
      }),
    }));
    must(wide <= 360, `the page is ${wide} pixels wide`);
    for (const { id, width, height } of boxes) must(width > 250 && height > 150, `#${id} is ${width} by ${height} pixels`);
  });
  await report.check("a tap selects a buoy", async () => {
    const other = page.locator('.buoy[aria-selected="false"]').first();
    const name = await other.locator(".buoy__name").textContent();
    await other.tap();
    must((await page.locator("#detail-name").textContent()) === name, `${name} is not selected`);
  });
  await shoot(page, "phone");
  await visitor.close();
}

async function dark({ report, browser, target, shoot }) {
  const visitor = await visit(browser, target);
  const { page } = visitor;
  await untilLive(page);
  await untilCharted(page);
  const colours = () => page.evaluate(() =>
    ["body", ".panel", "#map", ".land"].map((name) => {
      const style = getComputedStyle(document.querySelector(name));
      return `${style.backgroundColor} ${style.color} ${style.fill}`;
    }));
  const light = await colours();
  await report.check("text has enough contrast in the light mode", async () => legible(page));
  await page.emulateMedia({ colorScheme: "dark" });
  await report.check("the dark mode changes the colours of page, map and charts", async () => {
    const now = await colours();
    now.forEach((colour, index) => must(colour !== light[index], `still ${colour}`));
    await untilCharted(page);
  });
  await report.check("text has enough contrast in the dark mode", async () => legible(page));
  await shoot(page, "dark");
  await visitor.close();
}

async function legible(page) {
  const weak = (await contrasts(page)).filter(({ ratio }) => ratio < 4.5);
  must(weak.length === 0, weak.map(({ text, ratio }) => `${ratio.toFixed(2)}:1 ${JSON.stringify(text)}`).join("\n"));
}

async function reducedMotion({ report, browser, target }) {
  const visitor = await visit(browser, target, { reducedMotion: "reduce" });
  await report.check("nothing is animated with reduced motion", async () => {
    await untilLive(visitor.page);
    const running = await visitor.page.evaluate(() => document.getAnimations().length);
    must(running === 0, `${running} animations run`);
  });
  await visitor.close();
}
