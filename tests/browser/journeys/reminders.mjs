// A case that waits rings for the coordinator until somebody has heard of it, and again when it is worse.
import assert from "node:assert/strict";
import test from "node:test";

import { CLOCK } from "../at_work.mjs";

const MUTED = new RegExp(`Nobody is reminded until ${CLOCK}, or until it is worse`);

export default function reminders(browser, crew) {
  const { stage } = browser;

  test("R15: who has heard is said on each board; it rings no more, and looks as urgent as before", async () => {
    const [coordinator, other] = [await crew.coordinator(), await crew.otherCoordinator()];
    const number = await stage.call("refer", DETAINED);
    await other.sees(number, /^held/);
    assert(await rings(other, number));
    const edge = await edgeOf(other, number);
    await coordinator.taps(number, "Heard");
    await other.sees(number, "Imre Castle (p203) has heard of it.");
    assert(!await rings(other, number));
    assert.equal(await edgeOf(other, number), edge);
    await other.board.getByRole("link", { name: "not in hand" }).click();
    await other.sees(number, "has heard of it");
    await other.board.getByRole("link", { name: "Show every case" }).click();
    await other.isLive();
  });

  test("R15: a case is muted for a time, and by one tap it is not", async () => {
    const [coordinator, other] = [await crew.coordinator(), await crew.otherCoordinator()];
    const number = await stage.call("refer", DETAINED);
    for (const minutes of [15, 30, 60]) {
      await coordinator.taps(number, `Mute ${minutes} min`);
      await other.sees(number, MUTED);
      assert(!await rings(other, number));
      await coordinator.taps(number, "Reminders again");
      await other.sawGo(number, MUTED);
      await other.sees(number, "Imre Castle (p203) has heard of it.");
    }
  });

  test("R15: what was muted rings again when it is more urgent", async () => {
    const [coordinator, other, referrer] = [await crew.coordinator(), await crew.otherCoordinator(), await crew.referrer()];
    const { number, path } = await referrer.refers(
      { "How urgent is it?": "Urgent", "Postcode where the person is": "ZX1", Age: "34", "Power that is used": "Section 136" });
    await coordinator.taps(number, "Mute 60 min");
    await other.sees(number, MUTED);
    await referrer.corrects(path, "urgency", { "How urgent is it?": "Emergency" });
    await other.sees(number, "urgency is emergency (was: urgent)");
    await other.sawGo(number, MUTED);
    assert(await rings(other, number));
  });
}

const DETAINED = { legal: { status: "LEGAL_STATUS_SECTION_136" } };

async function rings(one, number) {
  return await one.card(number).getAttribute("data-alert") !== null;
}

async function edgeOf(one, number) {
  return one.card(number).evaluate((strip) => {
    const { borderLeftStyle, borderLeftColor } = getComputedStyle(strip);
    return `${borderLeftStyle} ${borderLeftColor}`;
  });
}
