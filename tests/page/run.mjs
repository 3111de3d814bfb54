// usage: SEASENSE_PAGE_URL=https://seasense.localhost:8443/ SEASENSE_CA_FILE=ca.crt node run.mjs
// Tests the public page in headless Chromium and prints TAP. SEASENSE_SCREENSHOTS is a directory for screenshots,
// SEASENSE_CHROMIUM a browser other than /usr/bin/chromium.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Report } from "./lib/report.mjs";
import { Target } from "./lib/target.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Installs the locked dependency on the first run in a clone. */
function install() {
  if (existsSync(join(here, "node_modules", "playwright-core"))) return;
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts"], { cwd: here, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error("npm ci failed");
}

const screenshots = process.env["SEASENSE_SCREENSHOTS"];

async function shoot(page, name) {
  if (!screenshots) return;
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `page-${name}.png`), fullPage: true });
}

async function main() {
  install();
  const target = new Target(process.env["SEASENSE_PAGE_URL"] ?? "https://seasense.localhost:8443/", process.env["SEASENSE_CA_FILE"]);
  const report = new Report();
  let key;
  if (target.secure) {
    await report.check("the certificate is valid and signed by the platform's authority", async () => {
      key = await target.verifiedKey();
    });
    if (key === undefined) return report.close();
  }
  const { launch } = await import("./lib/browser.mjs");
  const browser = await launch(target, key);
  try {
    for (const name of ["served", "shown", "keyboard", "devices", "trouble"]) {
      const { [name]: checks } = await import(`./checks/${name}.mjs`);
      await report.group(name, () => checks({ report, browser, target, shoot }));
    }
  } finally {
    await browser.close();
  }
  return report.close();
}

process.exitCode = (await main()) ? 0 : 1;
