// Without a signal: a referral is sealed on its device, says so on every page, and is delivered once when the signal is back;
// after a reload, after the intake's key has changed, and after the session has ended. The proxy is what goes away here.
import assert from "node:assert/strict";
import test from "node:test";

import { draftsAre } from "../drafts.mjs";

const PATIENCE_MS = 20000;

export default function sealed(browser) {
  const { stage } = browser;

  // A page with the form, whose worker has it all.
  async function formOf(person) {
    const page = await browser.pageOf(person);
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto("/refer");
    await page.locator("#sealing[data-ready]").waitFor({ state: "attached" });
    return page;
  }

  async function fillIn(page, callback = "01632 960111") {
    await page.getByLabel("Number to ring you back").fill(callback);
    await page.getByLabel("What you see").fill("An invented story.");
    await page.getByLabel("Age", { exact: true }).fill("about 30");
  }

  // The page is waited for until it shows so many referrals that were not sent.
  async function sendWithoutSignal(page, shown = 1) {
    await page.getByRole("button", { name: "Send now" }).click();
    await page.getByText("NOT SENT. Nobody knows of it yet.").nth(shown - 1).waitFor();
  }

  // What happens meanwhile happens without a signal.
  async function withoutSignal(meanwhile) {
    await stage.call("stop", "nginx");
    try {
      await meanwhile();
    } finally {
      await stage.call("start", "nginx");
    }
  }

  const referralsOf = () => stage.call("cases");

  test("a referral without a signal is saved, shown on every page, and delivered once", async () => {
    const before = await referralsOf();
    const page = await formOf(stage.person("referrer"));
    await withoutSignal(async () => {
      await fillIn(page);
      await sendWithoutSignal(page);
      assert.equal(await page.getByLabel("What you see").inputValue(), "");
      await page.reload();
      await page.getByText("NOT SENT. Nobody knows of it yet.").first().waitFor();
      assert.equal(await page.getByText("ring Duty coordinator 01632 960100").count(), 1);
      await browser.judge(page, "a referral that is saved on its device only");
    });
    await page.getByText(/is sent now\. R-/).waitFor();
    assert.equal(await referralsOf(), before + 1);
    await page.getByRole("link", { name: "See how it stands" }).click();
    await page.waitForURL("**/referrals/*");
    await browser.finish(page);
  });

  test("two referrals from one page without a signal are two", async () => {
    const before = await referralsOf();
    const page = await formOf(stage.person("referrer"));
    await withoutSignal(async () => {
      await fillIn(page, "01632 960112");
      await sendWithoutSignal(page);
      await fillIn(page, "01632 960113");
      await sendWithoutSignal(page, 2);
      assert.equal(await page.getByText("NOT SENT. Nobody knows of it yet.").count(), 2);
    });
    await page.getByText(/is sent now\. R-/).nth(1).waitFor();
    assert.equal(await referralsOf(), before + 2);
    await browser.finish(page);
  });

  test("it is delivered after the key has changed, and without a session", async () => {
    const before = await referralsOf();
    const page = await formOf(stage.person("referrer", 1));
    await withoutSignal(async () => {
      await fillIn(page);
      await sendWithoutSignal(page);
      await stage.call("age_form_keys", 8);
      await page.context().clearCookies();
    });
    await page.getByText(/is sent now\. R-/).waitFor();
    assert.equal(await referralsOf(), before + 1);
    stage.person("referrer", 1).cookies = undefined;
    await browser.finish(page);
  });

  test("after five minutes a full screen says whom to ring", async () => {
    const page = await formOf(stage.person("referrer"));
    await withoutSignal(async () => {
      await fillIn(page);
      await sendWithoutSignal(page);
      await page.clock.setFixedTime(Date.now() + 5 * 60 * 1000);
      await page.getByRole("heading", { name: "RING NOW: Duty coordinator 01632 960100" }).waitFor();
      await browser.judge(page, "whom to ring about a referral that was not sent");
      await page.keyboard.press("Escape");
      assert.equal(await page.getByRole("dialog").count(), 1);
      await page.getByRole("button", { name: "I have rung" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.getByText("NOT SENT. Nobody knows of it yet.").first().waitFor();
    });
    await page.clock.setSystemTime(Date.now());
    await page.getByText(/is sent now\. R-/).waitFor();
    await browser.finish(page);
  });

  test("a half-written form survives a reload while the gateway is gone, and not a sign-out", async () => {
    const person = stage.person("referrer");
    const page = await formOf(person);
    const told = page.getByLabel("What you see");
    await told.fill("An invented story, half told.");
    await draftsAre(page, 2); // its key and what is sealed under it
    await stage.call("kill", "gateway");
    await page.reload();
    await page.getByText("What you had typed before is here again.").waitFor();
    assert.equal(await told.inputValue(), "An invented story, half told.");
    await stage.call("start", "gateway");
    stage.forgetSessions();
    await browser.signIn(page, person);
    await draftsAre(page, 2);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/status");
    await draftsAre(page, 0);
    await browser.finish(page);
  });

  test("under a key that the intake does not have, the sender is told to ring, and the next form has its new key", async () => {
    const page = await formOf(stage.person("referrer"));
    await withoutSignal(async () => {
      await fillIn(page);
      await sendWithoutSignal(page);
      await stage.call("replace_disk");
    });
    await page.getByRole("heading", { name: "RING NOW" }).waitFor();
    await page.getByText("nobody can read it, and nobody is coming").waitFor();
    await page.getByRole("button", { name: "I have rung" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await browser.finish(page);

    const next = await formOf(stage.person("referrer"));
    await withoutSignal(async () => {
      await fillIn(next);
      await sendWithoutSignal(next);
    });
    await next.getByText(/is sent now\. R-/).waitFor();
    await browser.finish(next);
  });
}
