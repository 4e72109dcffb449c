// Photographs each state of each page: screens.mjs SOURCE BUILD FOLDER.
import { mkdirSync } from "node:fs";
import path from "node:path";

import { Browser } from "./browser.mjs";
import { Stage } from "./stage.mjs";
import { leave, open, STATES } from "./states.mjs";

const [source, build, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const stage = await Stage.open(source, build);
const browser = await Browser.open(stage);
for (const state of STATES) {
  const page = await open(browser, state);
  for (const [width, height] of [[360, 780], [768, 1024], [1920, 1080]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: path.join(folder, `${state.name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await leave(browser, state, page);
}
console.log(`${STATES.length} states of pages, six pictures each, are in ${folder}`);
await browser.close();
await stage.close();
