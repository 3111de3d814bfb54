// Keyboard operation of skip link, list, map and range, with a visible focus.
import { must } from "../lib/report.mjs";
import { untilCharted, untilLive, visit } from "../lib/browser.mjs";

const focused = (page) => page.evaluate(() => document.activeElement?.id ?? "");

const focusIsVisible = (page) => page.evaluate(() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
});

export async function keyboard({ report, browser, target }) {
  const visitor = await visit(browser, target);
  const { page } = visitor;
  await untilLive(page);
  await untilCharted(page);

  await report.check("the first Tab offers to skip to the list of buoys", async () => {
    await page.keyboard.press("Tab");
    const text = await page.evaluate(() => document.activeElement?.textContent ?? "");
    must(text.startsWith("Skip"), `the first stop is ${JSON.stringify(text)}`);
    must(await focusIsVisible(page), "its focus is not visible");
    await page.keyboard.press("Enter");
    must((await focused(page)) === "buoys", `Enter leads to ${JSON.stringify(await focused(page))}`);
    must(await focusIsVisible(page), "the focus of the list is not visible");
  });

  await report.check("arrow keys select another buoy and its charts", async () => {
    const { readings } = await target.json("/api/v1/latest");
    must(readings.length > 1, "the fleet has only one buoy to select");
    const before = await page.locator("#detail-name").textContent();
    await page.keyboard.press((await page.locator(".buoy").first().getAttribute("aria-selected")) === "true" ? "ArrowDown" : "Home");
    const after = await page.locator("#detail-name").textContent();
    must(after !== before, `${JSON.stringify(before)} is still selected`);
    const active = await page.locator("#buoys").getAttribute("aria-activedescendant");
    const option = page.locator(`[id="${active}"]`);
    must((await option.getAttribute("aria-selected")) === "true", "the active option is not marked as selected");
    must((await page.locator("#map .marker--selected").count()) === 1, "the map does not mark the selected buoy");
    must((await page.locator("#announcer").textContent()).includes(after), "the selection is not announced");
    await untilCharted(page);
    must(new URL(page.url()).searchParams.get("buoy") === (await option.getAttribute("data-buoy")), `the address is ${page.url()}`);
  });

  await report.check("keys pan and zoom the map", async () => {
    await page.locator("#map").focus();
    const transform = () => page.locator("#map .world").getAttribute("transform");
    const seen = new Set([await transform()]);
    for (const key of ["+", "ArrowLeft", "ArrowUp", "-", "0", "s"]) {
      await page.keyboard.press(key);
      seen.add(await transform());
    }
    must(seen.size >= 6, `only ${seen.size} different views`);
  });

  await report.check("arrow keys select the range", async () => {
    await page.locator("#ranges input:checked").focus();
    await page.keyboard.press("ArrowRight");
    must((await page.locator("#ranges input:checked").getAttribute("value")) === "6h", "the second range is not selected");
    await page.waitForSelector('#charts[aria-busy="false"]');
    must((await page.locator(".chart__summary").first().textContent()).includes("6 hours"), "the charts do not name the range");
  });

  await visitor.close();
}
