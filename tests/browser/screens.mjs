// Photographs states of pages, and prints each on A4: screens.mjs SOURCE BUILD FOLDER. The environment may name some, in CONCORDAT_SCREENS, with a
// space between two; NAME* is all that begin so.
import { mkdirSync } from "node:fs";
import path from "node:path";

import { Browser } from "./browser.mjs";
import { Stage } from "./stage.mjs";
import { leave, open, STATES } from "./states.mjs";

const [source, build, folder] = process.argv.slice(2);
const names = (process.env.CONCORDAT_SCREENS ?? "").split(" ").filter(Boolean);
const wanted = (state) => names.length === 0 || names.some((name) => name.endsWith("*") ? state.name.startsWith(name.slice(0, -1)) :
  state.name === name);
const states = STATES.filter(wanted);
mkdirSync(folder, { recursive: true });
const stage = await Stage.open(source, build);
const browser = await Browser.open(stage);
for (const state of states) {
  const page = await open(browser, state);
  for (const [width, height] of [[360, 780], [768, 1024], [1920, 1080]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: path.join(folder, `${state.name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.pdf({ path: path.join(folder, `${state.name}.pdf`), format: "A4" });
  await leave(browser, state, page);
}
console.log(`${states.length} states of pages, six pictures and a PDF each, are in ${folder}`);
await browser.close();
await stage.close();
