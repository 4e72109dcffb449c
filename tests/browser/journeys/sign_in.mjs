// Signing in, by keyboard alone and with what is wrong; changing the person; the status, without scripts too.
import assert from "node:assert/strict";
import test from "node:test";

import { freshCode } from "../stage.mjs";

export default function signIn(browser) {
  const { stage } = browser;

  test("a person signs in, changes the person and signs out by keyboard alone", async () => {
    const person = stage.person("team", 1);
    const page = await browser.page();
    await page.goto("/");
    assert.equal(new URL(page.url()).pathname, "/sign-in");
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Skip to the main part");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    for (const text of [person.id, person.password, await freshCode(person)]) {
      await page.keyboard.type(text);
      await page.keyboard.press("Tab");
    }
    assert.equal(await focused(page), "Sign in");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/team");
    await page.getByText(`Signed in: ${person.name}`).waitFor();
    await reach(page, "Change person");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/sign-in");
    await page.goto("/");
    assert.equal(new URL(page.url()).pathname, "/sign-in");
    await browser.finish(page);
  });

  test("a wrong password is told at the top of the form, and the id stays", async () => {
    const page = await browser.page();
    await page.goto("/sign-in");
    await page.getByLabel("Your id").fill("p199");
    await page.getByLabel("Password").fill("not it");
    await page.getByLabel("6 digits").fill("000000");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("Each code counts once").waitFor();
    assert.equal(await page.getByLabel("Your id").inputValue(), "p199");
    await browser.finish(page);
  });

  test("the status says that the router is away, and back, without scripts", async () => {
    const page = await browser.page({ javaScriptEnabled: false });
    await stage.call("kill", "broker");
    await reloadUntil(page, "/status", "The router does not answer");
    assert.equal(await page.getByText("01632 960100").count(), 1);
    await stage.call("start", "broker");
    await reloadUntil(page, "/status", "Concordat works");
    await browser.finish(page);
  });
}

async function focused(page) {
  return page.evaluate(() => document.activeElement.textContent.trim());
}

// Presses Tab until what has this name has the focus; the end of the page is the bound.
async function reach(page, name) {
  for (let i = 0; i < 100; i++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not reach '${name}'`);
}

async function reloadUntil(page, path, words) {
  for (let i = 0; i < 600; i++) {
    await page.goto(path);
    if (await page.getByText(words).count()) return;
    await new Promise((resolve) => setTimeout(resolve, 50)); // a page without scripts cannot notify us
  }
  assert.fail(`${path} does not say '${words}'`);
}
