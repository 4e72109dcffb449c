// Two people press at once about one case: one of them has it, and the other is told so plainly, and nothing else is done.
// Each pair is played at once, and each of the two first.
import assert from "node:assert/strict";
import test from "node:test";

import { unfoldDecline } from "../at_work.mjs";

const PATIENCE_MS = 20000;
const ORDERS = ["at once", "the first of them first", "the second of them first"];
const OURS = "Your team has this case already: somebody of your team accepted it before you.";
const DONE = "done.";

export default function twoAccept(browser) {
  const { stage } = browser;

  // A person who is about to press, on a page of their own.
  async function ready(who, at, path, press) {
    const page = await browser.pageOf(stage.person(who, at));
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(path);
    return { page, press };
  }

  const card = (page, number) => page.locator(`#offers > [data-number="${number}"]`);
  const accepts = (at) => async (number) => {
    const one = await ready("team", at, "/team", (page) => card(page, number).getByRole("button", { name: "in 15 min" }));
    await card(one.page, number).waitFor();
    return one;
  };
  const declines = (at) => async (number) => {
    const one = await ready("team", at, "/team", (page) => card(page, number).getByRole("button", { name: "Decline" }));
    await unfoldDecline(card(one.page, number), "no capacity");
    return one;
  };
  const takes = (reason) => async (number) => {
    const one = await ready("coordinator", 0, `/cases/${number}/take`, (page) => page.getByRole("button", { name: "Send" }));
    await one.page.getByLabel("Why you take it").fill(reason);
    return one;
  };

  // Both press; what they send goes on in this order. Resolves to what each reads then, in the main part of the page.
  async function race(pair, order) {
    const sent = [];
    for (const one of pair) {
      await one.page.route("**/cases/*/*", (route) => (route.request().method() === "POST" ? sent.push([one, route]) : route.continue()));
      await one.press(one.page).click({ noWaitAfter: true });
    }
    while (sent.length < 2) await pair[0].page.waitForTimeout(20); // a route cannot notify us
    const ways = new Map(sent);
    const go = async (one) => {
      const loaded = one.page.waitForEvent("load");
      await ways.get(one).continue();
      await loaded;
    };
    if (order === ORDERS[0]) await Promise.all(pair.map(go));
    if (order === ORDERS[1]) for (const one of pair) await go(one);
    if (order === ORDERS[2]) for (const one of pair.toReversed()) await go(one);
    const texts = await Promise.all(pair.map(({ page }) => page.locator("main").innerText()));
    return texts.map((text) => text.replaceAll("\u00a0", " ")); // a number to ring is not cut in two
  }

  // Plays a pair in each order. `holds` is told what they read, and how the case stands.
  function play(name, makers, holds, orders = ORDERS) {
    for (const order of orders) {
      test(`${name}: ${order}`, async () => {
        const number = await stage.call("refer");
        const pair = await Promise.all(makers.map((make) => make(number)));
        const said = await race(pair, order);
        await holds({ said, number, order, pages: pair.map(({ page }) => page), ...(await stage.call("standing", number)) });
        for (const { page } of pair) await browser.finish(page);
      });
    }
  }

  play("two people of one team accept one offer, and one of them has it", [accepts(0), accepts(1)],
    async ({ said, number, order, pages, state, owner }) => {
      assert.deepEqual([state, owner], ["STATE_ACCEPTED", "northmoor-crisis"]);
      const won = said.findIndex((text) => text.includes(`${number}: Accept: ${DONE}`));
      assert.notEqual(won, -1, said.join("\n"));
      if (order === ORDERS[1]) assert.equal(won, 0);
      const other = pages[1 - won];
      assert(said[1 - won].includes(OURS), said[1 - won]);
      assert.equal(await other.locator("main form, main [data-personal]").count(), 0);
      if (order === ORDERS[1]) await browser.judge(other, "an accept that came too late");
      await other.getByRole("link", { name: `See how ${number} stands` }).click();
      await other.getByText("will come, expected").first().waitFor();
    }, ORDERS.slice(0, 2));

  play("a coordinator takes what a team accepts, and one of them has it", [takes(""), accepts(0)],
    async ({ said: [taken, accepted], number, order, pages, state }) => {
      const isTaken = state === "STATE_TAKEN";
      if (order !== ORDERS[0]) assert.equal(isTaken, order === ORDERS[1]);
      if (isTaken) {
        assert(taken.includes(`${number}: Take in hand: ${DONE}`), taken);
        assert(accepted.includes("The duty coordinator has it in hand now. Still wanted? Ring 01632 960100"), accepted);
        assert.equal(await pages[1].locator("main form").count(), 0);
      } else {
        assert.equal(state, "STATE_ACCEPTED");
        assert(accepted.includes(`${number}: Accept: ${DONE}`), accepted);
        assert(taken.includes("has this case now. Nothing was changed. To take it from them, say why."), taken);
        if (order === ORDERS[2]) await browser.judge(pages[0], "a case that a team accepted before it was taken");
      }
    });

  play("one accepts what another of the team declines, and the yes counts", [accepts(0), declines(1)],
    async ({ said: [accepted, declined], number, order, state, owner }) => {
      assert.deepEqual([state, owner], ["STATE_ACCEPTED", "northmoor-crisis"]);
      assert(accepted.includes(`${number}: Accept: ${DONE}`), accepted);
      const wasDeclined = declined.includes(`${number}: Decline: ${DONE}`);
      if (order !== ORDERS[0]) assert.equal(wasDeclined, order === ORDERS[2]);
      if (!wasDeclined) assert(declined.includes(OURS), declined);
    });
}
