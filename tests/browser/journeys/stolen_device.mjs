// A device is stolen with a referral on it that could not be sent: nobody finds in its storage what was typed. The same
// search finds it in a record that was not sealed.
import assert from "node:assert/strict";
import test from "node:test";

import { draftsAre } from "../drafts.mjs";

export default function stolenDevice(browser) {
  const { stage } = browser;

  test("what was sealed on a stolen device is in no file of the browser", async () => {
    const { folder, mark } = await stage.call("profile");
    const { cookies } = (await (await browser.pageOf(stage.person("referrer"))).context().storageState());
    let context = await browser.keep(folder);
    await context.addCookies(cookies);
    let page = await context.newPage();
    await page.goto("/refer");
    await page.locator("#sealing[data-ready]").waitFor({ state: "attached" });
    await stage.call("stop", "nginx");
    try {
      await page.getByLabel("Number to ring you back").fill("01632 960111");
      await page.getByLabel("What you see").fill(`${mark} was told. ${`${mark} again. `.repeat(200)}`);
      await page.getByLabel("Age", { exact: true }).fill(`about 30 ${mark}`);
      await draftsAre(page, 2); // which are looked for too
      await page.getByRole("button", { name: "Send now" }).click();
      await page.getByText("NOT SENT. Nobody knows of it yet.").waitFor();
      await context.close();
      const sealed = await stage.call("search_profile");
      assert.deepEqual(sealed.found, []);
      assert(sealed.looked > 20, `${sealed.looked} files`);

      context = await browser.keep(folder);
      page = await context.newPage();
      await page.goto("/refer");
      await page.getByText("NOT SENT. Nobody knows of it yet.").waitFor();
      await page.evaluate(plantUnsealed, mark);
      await context.close();
      assert.notDeepEqual((await stage.call("search_profile")).found, []);
    } finally {
      await stage.call("start", "nginx");
    }
  });
}

// A short record, one with letters that need two bytes, and a long one, which the browser compresses.
async function plantUnsealed(mark) {
  const database = await new Promise((resolve) => {
    const request = indexedDB.open("control", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("records", { autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
  });
  const transaction = database.transaction("records", "readwrite", { durability: "strict" });
  for (const text of [mark, `Żółw ${mark}`, `${mark} `.repeat(5000)]) transaction.objectStore("records").add({ text });
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  database.close();
}
