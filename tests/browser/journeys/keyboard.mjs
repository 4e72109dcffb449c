// A referral from the street by keyboard alone: how many presses it takes, and whether a person sees at each of them where
// they are.
import assert from "node:assert/strict";
import test from "node:test";

import { Focus } from "../focus.mjs";

const PRESSES_MAX = 150;

// The form as a nurse goes through it beside a footbridge at three in the morning: what has the focus, and the keys that are
// pressed there. Tab leads to the next row, so the rows are the order of the form too. test_gateway_refer.py counts the
// same referral from the markup.
const STOPS = [
  ["Number to ring you back", "07700900123"],
  ["Postcode where the person is", "zx1 2ab"],
  ["Kind of place", "b"],
  ["Is the scene safe? Safe", ["ArrowDown"]],
  ["What you see, in your own words", "Wants to die, on the rail, drunk, will not give a name"],
  ["Age", "15"],
  ["Drink or drugs", ["Space"]],
  ["How urgent is it? Emergency", ["Space"]],
  ["More that is needed", []],
  ["Safeguarding", []],
  ["Power that is used", "s"],
  ["Time when the power was used", "0305"],
  ["Transport", "a"],
  ["More about the detention", []],
  ["More about the person", []],
  ["More about you", []],
  ["Send now", ["Enter"]],
];
const TOLD = ["07700900123", "zx1 2ab", "Bridge", "Not safe", STOPS[4][1], "15", "Yes", "Emergency", "Section 136", "0305",
  "Ambulance"];

// Every key that goes down is counted, Shift too.
class Keys {
  constructor(page) {
    this.page = page;
    this.presses = 0;
  }

  async press(key) {
    const isShifted = /^[A-Z]$/.test(key);
    this.presses += isShifted ? 2 : 1;
    await this.page.keyboard.press(isShifted ? `Shift+${key}` : key);
  }
}

export default function keyboard(browser) {
  test("a referral from the street by keyboard alone takes at most 150 presses, and the focus is always seen", async () => {
    const page = await browser.pageOf(browser.stage.person("referrer"), { width: 1366 });
    await page.goto("/refer");
    const focus = await Focus.of(page);
    const keys = new Keys(page);
    const order = [];
    for (const [at, [name, pressed]] of STOPS.entries()) {
      if (at > 0) await keys.press("Tab");
      order.push(await focus.see());
      assert.equal(order.at(-1), name, `after ${order.join(", ")}`);
      for (const key of pressed) {
        await keys.press(key);
        if (key.startsWith("Arrow")) await focus.see();
      }
    }
    const said = page.getByText("Say this number when you ring");
    await said.waitFor();
    console.log(`a referral from the street by keyboard, in a browser: ${keys.presses} presses`);
    assert(keys.presses <= PRESSES_MAX, `${keys.presses} presses`);
    assert(await said.evaluate((words) => words.getBoundingClientRect().bottom <= innerHeight), "it is not on the screen");
    const told = await page.locator("dd.nhsuk-summary-list__value").allTextContents();
    for (const words of TOLD) assert(told.includes(words), `${words} is not among ${told.join(", ")}`);
    await browser.finish(page);
  });
}
