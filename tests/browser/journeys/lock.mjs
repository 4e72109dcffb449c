// A page that nobody touches: it hides itself, also while the gateway is away, and the person comes back to what they did.
import assert from "node:assert/strict";
import test from "node:test";

import { freshCode } from "../stage.mjs";

const LEFT = "Nobody touched this page for a while, so it hides what is personal.";
const LOCK = "30:00"; // as stage_server.py starts the gateway

export default function lock(browser) {
  const { stage } = browser;

  test("a page that nobody touched hides itself, and the code brings the person back to it", async () => {
    const person = stage.person("team", 2);
    const page = await browser.pageOf(person);
    await page.clock.install();
    const path = `/cases/${stage.cases.offered}`;
    await page.goto(path);
    await page.clock.fastForward("29:00");
    await page.keyboard.press("Shift");
    await page.clock.fastForward("29:00");
    assert(await page.locator("main").isVisible());
    const left = page.waitForResponse("**/leave");
    await page.clock.fastForward("02:00");
    await page.getByText(LEFT).waitFor();
    assert(!await page.locator("main").isVisible());
    await left;
    await page.getByRole("link", { name: "Are you still here?" }).click();
    await page.getByLabel("6 digits").fill(await freshCode(person));
    await page.getByRole("button", { name: "Go on" }).click();
    await page.waitForURL(`**${path}`);
    assert(await page.locator("main").isVisible());
    await browser.finish(page);
  });

  test("a board stays and hides what is told of people, also if the gateway does not answer", async () => {
    const page = await browser.pageOf(stage.person("team", 2));
    await page.clock.install();
    await page.goto("/team");
    const number = await stage.call("refer");
    const card = page.locator(`[data-number="${number}"]`);
    const facts = card.locator("[data-personal]");
    const shown = () => facts.filter({ visible: true }).count();
    await card.getByText(`More about ${number}`).click();
    assert.equal(await shown(), 2); // what stands on the card, and what is folded away
    await page.context().setOffline(true);
    await page.clock.fastForward(LOCK);
    await page.getByText(LEFT).waitFor();
    assert(await card.isVisible());
    assert.equal(await shown(), 0);
    await page.context().setOffline(false);
    await page.evaluate(async () => {
      const { token } = document.getElementById("lock").dataset;
      await fetch("/leave", { method: "POST", body: new URLSearchParams({ token }) });
    });
    await page.reload();
    await card.waitFor();
    await page.getByText(LEFT).waitFor();
    for (const summary of await card.locator("summary").all()) await summary.click();
    assert.equal(await shown(), 0);
    await browser.finish(page);
  });
}
