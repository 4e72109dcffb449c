// What people see while the router or the gateway is away, and what is there when it is back: boards and pages that are
// open, a referral that is sent meanwhile, an answer that is pressed meanwhile, and a form that is half filled in. And what
// becomes of that form if its session ends.
import assert from "node:assert/strict";
import test from "node:test";

import { CLOCK, TEAM } from "../at_work.mjs";
import { draftsAre } from "../drafts.mjs";

const PATIENCE_MS = 30000;
const LOOKS_MAX = 3;
const STORY = "An invented story, half told.";
const RING = "Duty coordinator 01632 960100";

export default function outage(browser) {
  const { stage } = browser;
  const light = (page, words) => page.locator("#light").getByText(words).waitFor();
  const cards = (page) => page.locator("[data-number]").evaluateAll((all) => all.map((card) => card.dataset.number).sort());
  const outOf = (page) => page.getByLabel("What you see");

  async function openOf(person, path) {
    const page = await browser.pageOf(person);
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(path);
    return page;
  }

  // A board as somebody would see it who came now.
  async function fresh(person, path) {
    const page = await openOf(person, path);
    await light(page, "Live");
    const shown = await cards(page);
    await browser.finish(page);
    return shown;
  }

  // The open board has what one that is opened now has. An offer may end between the two looks: then both are looked at again.
  async function isAsFresh(page, person, path) {
    let [open, now] = [await cards(page), await fresh(person, path)];
    for (let looks = 1; looks < LOOKS_MAX && open.join() !== now.join(); looks++)
      [open, now] = [await cards(page), await fresh(person, path)];
    assert.deepEqual(open, now);
  }

  async function isOld(page) {
    await light(page, new RegExp(String.raw`The router does not answer, since ${CLOCK}\. If it cannot wait, ring: ${RING}\.`));
    assert(await page.locator("body.is-stale").count());
  }

  test("the router is away: pages say since when, or whom to ring, nothing is lost, and all is right when it is back", async () => {
    const [team, coordinator, nurse, form, sheet] = await Promise.all([
      openOf(stage.person("team"), "/team"), openOf(stage.person("coordinator"), "/coordinator"),
      openOf(stage.person("referrer"), "/referrals"), openOf(stage.person("referrer"), "/refer"),
      openOf(stage.person("team"), `/cases/${stage.cases["on-its-way"]}`)]);
    await light(sheet, "Live");
    const number = await stage.call("refer");
    const card = team.locator(`#offers > [data-number="${number}"]`);
    await card.waitFor();
    await light(nurse, "Live");
    await stage.call("kill", "broker");
    for (const page of [team, coordinator, nurse, sheet]) await isOld(page);

    await form.getByLabel("Number to ring you back").fill("07700 900155");
    await form.getByLabel("Postcode where the person is").fill("ZX1 2AB");
    await outOf(form).fill(STORY);
    await form.getByRole("button", { name: "Send now" }).click();
    await form.getByRole("heading", { name: "Saved, and not with the router yet" }).waitFor();
    assert(await form.locator("#referral").getByText("01632 960100").count());
    await isOld(form);
    await browser.judge(form, "a referral that is saved while the router is away");

    await Promise.all([card.getByRole("button", { name: "in 15 min" }).click(), sheet.reload()]); // each waits as long
    await team.getByText("It is not known whether this was done").waitFor();
    assert((await team.getByRole("alert").innerText()).includes(RING));
    await browser.judge(team, "an accept that was not answered");
    await sheet.getByRole("heading", { name: "No answer came" }).waitFor();
    await sheet.getByText(RING).waitFor();
    await browser.judge(sheet, "a page that cannot be shown while the router is away");

    await stage.call("start", "broker");
    await form.getByText("Say this number when you ring").waitFor();
    await form.getByText(`${TEAM} has been asked and has until`).waitFor();
    const saved = await form.getByRole("heading", { level: 1 }).innerText();
    for (const page of [coordinator, nurse]) await light(page, "Live");
    await nurse.locator("#referrals h2").getByText(saved).waitFor();
    await coordinator.locator(`[data-number="${saved}"]`).waitFor();

    await team.getByRole("button", { name: "Send", exact: true }).click();
    await team.getByText(`${number}: Accept: done.`).waitFor();
    await team.locator(`#own > [data-number="${number}"]`).waitFor();
    await team.locator(`#offers > [data-number="${saved}"]`).waitFor();
    assert.deepEqual(await stage.call("standing", number), { state: "STATE_ACCEPTED", owner: "northmoor-crisis" });
    await coordinator.locator(`[data-number="${number}"]`).getByText(TEAM).waitFor();
    await isAsFresh(team, stage.person("team"), "/team");
    await isAsFresh(coordinator, stage.person("coordinator"), "/coordinator");
    assert.equal(await coordinator.locator("body.is-stale").count(), 0);
    for (const page of [team, coordinator, nurse, form, sheet]) await browser.finish(page);
  });

  test("a referral's page that was only looked at says of no message that it waits", async () => {
    const page = await openOf(stage.person("referrer"), "/refer");
    await page.getByLabel("Number to ring you back").fill("07700 900188");
    await page.getByRole("button", { name: "Send now" }).click();
    await page.getByText("Say this number when you ring").waitFor();
    await page.getByRole("link", { name: "See how it stands now" }).click();
    await page.waitForURL("**/referrals/*");
    await stage.call("kill", "broker");
    await isOld(page);
    for (let looks = 1; looks <= 2; looks++) { // each is noted, and cannot be sent on
      await page.reload();
      await page.getByText(/The router (is away; this is as of|does not answer, since)/).first().waitFor();
      assert.equal(await page.getByText("later message").count(), 0);
    }
    await stage.call("start", "broker");
    await light(page, "Live");
    await browser.finish(page);
  });

  // Begins to fill in a form. Resolves to its page when the device has what was typed.
  async function halfFilled(person) {
    const page = await openOf(person, "/refer");
    await page.locator("#sealing[data-ready]").waitFor({ state: "attached" });
    await page.getByLabel("Number to ring you back").fill("07700 900166");
    await outOf(page).fill(STORY);
    await draftsAre(page, 2); // its key and what is sealed under it
    return page;
  }

  // Signs in on this page's browser, and opens the form.
  async function comeBack(page, person) {
    await browser.signIn(page, person);
    await page.goto("/refer");
  }

  async function isHereAndSends(page) {
    await page.getByText("What you had typed before is here again.").waitFor();
    assert.equal(await outOf(page).inputValue(), STORY);
    await page.getByRole("button", { name: "Send now" }).click();
    await page.getByText("Say this number when you ring").waitFor();
    await draftsAre(page, 0);
  }

  test("the intake is away: what was typed last comes back, not an older draft, and is sent with nothing left of it", async () => {
    const person = stage.person("street-triage", 2);
    const page = await halfFilled(person);
    await page.reload();
    await page.getByText("What you had typed before is here again.").waitFor();
    await stage.call("kill", "intake");
    const typed = { "Number to ring you back": "07700 900555", "Postcode where the person is": "ZX2 5EE", "What you see": "Another story." };
    for (const [label, words] of Object.entries(typed)) await page.getByLabel(label).fill(words);
    const press = async () => {
      const arrived = page.waitForEvent("domcontentloaded"); // the page before says NOT SENT too
      await page.getByRole("button", { name: "Send now" }).click();
      await arrived;
    };
    await press();
    await page.getByRole("heading", { name: "NOT SENT" }).waitFor();
    await draftsAre(page, 2);
    for (const [label, words] of Object.entries(typed)) assert.equal(await page.getByLabel(label).inputValue(), words);
    assert.equal(await page.getByText("What you had typed before").count(), 0);
    await page.goto("/refer");
    await page.getByText("What you had typed before is here again.").waitFor();
    for (const [label, words] of Object.entries(typed)) assert.equal(await page.getByLabel(label).inputValue(), words);
    await stage.call("start", "intake");
    for (;;) { // until the gateway has heard of the intake again
      await press();
      if (await page.getByText("Say this number when you ring").or(page.getByRole("heading", { name: "NOT SENT" })).innerText() !== "NOT SENT") break;
    }
    await page.getByText(typed["Number to ring you back"]).first().waitFor();
    await draftsAre(page, 0);
    await browser.finish(page);
  });

  test("a browser without a worker forgets what was sent too", async () => {
    const page = await browser.pageOf(stage.person("street-triage", 2));
    await page.addInitScript(() => Object.defineProperty(navigator, "serviceWorker", { value: undefined }));
    await page.goto("/refer");
    await page.getByLabel("Number to ring you back").fill("07700 900177");
    await outOf(page).fill(STORY);
    await draftsAre(page, 2);
    await page.getByRole("button", { name: "Send now" }).click();
    await page.getByText("Say this number when you ring").waitFor();
    await draftsAre(page, 0);
    await browser.finish(page);
  });

  test("the gateway is killed and comes back: what was half typed stays, and is sent after signing in again", async () => {
    const person = stage.person("street-triage", 2);
    const page = await halfFilled(person);
    await stage.call("kill", "gateway");
    assert.equal(await outOf(page).inputValue(), STORY);
    await stage.call("start", "gateway");
    stage.forgetSessions();
    await comeBack(page, person);
    await isHereAndSends(page);
    await browser.finish(page);
  });

  test("a session that ended in the middle of a form: the same person goes on, in the page or in a new one", async () => {
    const person = stage.person("street-triage", 3);
    const page = await halfFilled(person);
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Send now" }).click();
    await page.getByRole("heading", { name: "NOT SENT" }).waitFor();
    const other = await page.context().newPage();
    await comeBack(other, person);
    await isHereAndSends(other);
    await page.getByRole("button", { name: "I have signed in: go on" }).click();
    await page.getByText("This page was of another sign-in.").waitFor();
    assert.equal(await outOf(page).inputValue(), STORY);
    person.cookies = undefined;
    await browser.finish(page);
  });

  test("an account that is disabled in the middle of a form: nobody else sees what was typed, and its person goes on", async () => {
    const person = stage.person("street-triage", 1), another = stage.person("emergency-department");
    const page = await halfFilled(person);
    await stage.call("account", "disable", person.id);
    while (!(await page.evaluate(isSignedOut))) await page.waitForTimeout(50); // a file cannot notify us
    await page.getByRole("button", { name: "Send now" }).click();
    await page.getByRole("heading", { name: "NOT SENT" }).waitFor();
    Object.assign(person, await stage.call("account", "reset", person.id), { cookies: undefined });
    const second = await page.context().newPage();
    await comeBack(second, person);
    await second.getByText("What you had typed before is here again.").waitFor();
    assert.equal(await outOf(second).inputValue(), STORY);
    await second.context().clearCookies();

    await browser.signIn(second, another);
    await page.getByRole("button", { name: "I have signed in: go on" }).click();
    await page.getByRole("heading", { name: "Somebody else typed this" }).waitFor();
    assert.equal(await page.getByText(STORY).count(), 0);
    await browser.judge(page, "a form that somebody else has filled in");
    await page.goto("/refer");
    await page.getByRole("button", { name: "Continue" }).waitFor();
    await draftsAre(page, 0);
    assert.equal(await page.getByText("What you had typed before").count(), 0);
    another.cookies = undefined;
    await browser.finish(page);
  });
}

// Runs in the page.
async function isSignedOut() {
  return (await fetch("/")).url.endsWith("/sign-in");
}
