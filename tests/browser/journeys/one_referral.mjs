// One person, from a street without a signal to the outcome, over three browsers that stay open: the nurse's, a team's and
// the coordinator's. Nobody loads a page again; only the team's buttons and forms lead from one page to the next.
import assert from "node:assert/strict";
import test from "node:test";

import { TEAM } from "../at_work.mjs";

const PATIENCE_MS = 20000;

export default function oneReferral(browser) {
  const { stage } = browser;

  async function openOf(person, path) {
    const page = await browser.pageOf(person);
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(path);
    return page;
  }

  async function boardOf(person, path) {
    const page = await openOf(person, path);
    await page.locator("#light").getByText("Live").waitFor();
    return page;
  }

  // Without a signal the form stays on the device, and says so. Leads to the page of the referral, which is with the router.
  async function referWithoutSignal(nurse) {
    const before = await stage.call("cases");
    await nurse.locator("#sealing[data-ready]").waitFor({ state: "attached" });
    await nurse.context().setOffline(true);
    await nurse.getByLabel("Number to ring you back").fill("07700 900144");
    await nurse.getByLabel("Postcode where the person is").fill("ZX1 2AB");
    await nurse.getByLabel("What you see").fill("An invented story: sits by the river, talks with us.");
    await nurse.getByLabel("Very urgent").check();
    await nurse.getByRole("button", { name: "Send now" }).click();
    await nurse.getByText("NOT SENT. Nobody knows of it yet.").waitFor();
    assert.equal(await stage.call("cases"), before);
    await nurse.context().setOffline(false);
    await nurse.getByText(/is sent now\. R-/).waitFor();
    assert.equal(await stage.call("cases"), before + 1);
    await nurse.getByRole("link", { name: "See how it stands" }).click();
    await nurse.getByText("Say this number when you ring").waitFor();
    return nurse.getByRole("heading", { level: 1 }).innerText();
  }

  test("one person is referred without a signal, seen and left in good hands, and nobody loads a page again", async () => {
    const team = await boardOf(stage.person("team"), "/team");
    const coordinator = await boardOf(stage.person("coordinator"), "/coordinator");
    await stay(team, coordinator);
    const nurse = await openOf(stage.person("referrer"), "/refer");
    const number = await referWithoutSignal(nurse);
    await stay(nurse);
    const reads = (words) => nurse.locator("#referral").getByText(words).first().waitFor();
    const strip = coordinator.locator(`#strips > [data-number="${number}"]`);
    const card = (list) => team.locator(`#${list} > [data-number="${number}"]`);

    await reads(`${TEAM} has been asked and has until`);
    await card("offers").waitFor();
    await strip.getByText("offered").waitFor();
    await stayed(team);
    await card("offers").getByRole("button", { name: "in 30 min" }).click();
    await team.getByText(`${number}: Accept: done.`).waitFor();
    await card("own").waitFor();
    await strip.locator(".strip__held").getByText(TEAM).waitFor();
    await strip.getByText("accepted").waitFor();
    await reads(`${TEAM} will come, expected`);

    await card("own").getByRole("button", { name: "Travelling" }).click();
    await reads("is on its way");
    await strip.getByText("travelling").waitFor();
    await card("own").getByRole("button", { name: "Arrived" }).click();
    await reads("is where the person is");
    await card("own").getByRole("link", { name: "Contact" }).click();
    await team.getByLabel("Face to face").check();
    await team.getByRole("button", { name: "Send" }).click();
    await reads("is in contact with the person");
    await strip.getByText("in contact").waitFor();

    await team.goto("/team");
    await card("own").getByRole("link", { name: "Outcome" }).click();
    await team.getByLabel("What came of it").selectOption({ label: "Crisis home treatment" });
    await team.getByRole("button", { name: "Send" }).click();
    await team.getByText("Close: done.").or(team.getByText("The case is closed")).first().waitFor();
    await reads("The case is closed: crisis home treatment");
    await strip.waitFor({ state: "detached" });
    await stayed(coordinator, nurse);
    await browser.judge(nurse, "a referral whose outcome came by itself");
    for (const page of [nurse, team, coordinator]) await browser.finish(page);
  });

  test("the list of what a person referred changes by itself, and has what came meanwhile", async () => {
    const list = await boardOf(stage.person("referrer"), "/referrals");
    await stay(list);
    const number = await stage.call("refer_by_car");
    const row = list.locator("#referrals > *").filter({ hasText: number });
    await row.getByText("offered").waitFor();
    assert.equal(await list.locator("#referrals h2").first().innerText(), number);
    await stage.call("say", "crisis-person", "accept", number, "20");
    await row.getByText("accepted").waitFor();
    await stayed(list);
    await browser.finish(list);
  });

  test("a page that nobody sees asks for nothing, because that would count as told, and is right when somebody looks", async () => {
    const number = await stage.call("refer_by_car");
    const nurse = await browser.pageOf(stage.person("referrer"));
    await nurse.addInitScript(noteEvents);
    await nurse.clock.install();
    await nurse.goto("/referrals");
    await nurse.getByRole("link", { name: number }).click();
    await nurse.locator("#light").getByText("Live").waitFor();
    await nurse.evaluate(() => Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true }));
    const asked = [];
    nurse.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await stage.call("say", "crisis-person", "accept", number, "20");
    while (!(await nurse.evaluate(() => globalThis.heard.includes("changed")))) await nurse.waitForTimeout(50); // its clock stands
    await nurse.clock.runFor(1000);
    assert.deepEqual(asked, []);
    await nurse.evaluate(() => {
      delete document.visibilityState;
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await nurse.locator("#referral").getByText("will come, expected").first().waitFor();
    await browser.finish(nurse);
  });
}

// Runs in the page, before its scripts: notes which events of the stream came.
function noteEvents() {
  const { addEventListener } = EventSource.prototype;
  globalThis.heard = [];
  EventSource.prototype.addEventListener = function noting(name, take) {
    return addEventListener.call(this, name, (event) => {
      take(event);
      globalThis.heard.push(name);
    });
  };
}

// Marks pages, to see later that they were not loaded again.
async function stay(...pages) {
  for (const page of pages) await page.evaluate(() => (globalThis.stayed = true));
}

async function stayed(...pages) {
  for (const page of pages) assert.equal(await page.evaluate(() => globalThis.stayed), true);
}
