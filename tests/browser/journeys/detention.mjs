// Somebody is detained: the hours from the first arrival, the checks of a police station, and what is outside the law, on the
// boards of all who can do something.
import assert from "node:assert/strict";
import test from "node:test";

import { CLOCK } from "../at_work.mjs";

const DETAINED = { legal: { status: "LEGAL_STATUS_SECTION_136" } };
const HOUR_MS = 3600000;

export default function detention(browser, crew) {
  const { stage } = browser;

  test("R5, R2: the hours count from the first arrival, end soon and are over, and each is seen on the other's board", async () => {
    const [coordinator, other] = [await crew.coordinator(), await crew.otherCoordinator()];
    const number = await stage.call("refer", DETAINED);
    const arrives = (hoursAgo, place) => coordinator.does(number, "Record the detention",
      { "What happened?": "Arrived at a place of safety", "Place of safety": place, "Time when it was": ago(hoursAgo) });
    await other.sees(number, "detained, section 136");
    await arrives(21, "Health based");
    await other.sees(number, /detained, section 136 until/);
    await coordinator.taps(number, "Heard");
    await other.sees(number, "has heard of it");
    await other.reads(number, "THEY END SOON");
    const until = await hours(other);
    assert.match(await other.card(number).getAttribute("class"), /strip--soon/);

    await coordinator.does(number, "Record the detention", { "What happened?": "Arrived at a place of safety", "Place of safety": "Emergency department", "Time when it was": ago(1) });
    await other.reads(number, "place of safety: emergency department");
    assert.equal(await hours(other), until); // no transfer restarts them

    await arrives(25, "Health based");
    await other.sees(number, "DETAINED WITHOUT AUTHORITY since");
    await other.sawGo(number, "has heard of it");
    assert.match(await other.card(number).getAttribute("class"), /strip--late/);
    assert.notEqual(await other.card(number).getAttribute("data-alert"), null);
    await other.reads(number, /NONE: the hours of section 136 ended at .* Ring 01632\s960100 now/);
    await coordinator.does(number, "Record the detention", { "What happened?": "The detention has ended", "How it ended": "Expired", "Why no AMHP came": "None came" });
    await other.sawGo(number, "DETAINED WITHOUT AUTHORITY");
    await other.reads(number, "none: the detention has ended");
  });

  test("R5, R7: at a police station checks are asked for, and a child there is outside the law", async () => {
    const [coordinator, other] = [await crew.coordinator(), await crew.otherCoordinator()];
    const number = await stage.call("refer", { ...DETAINED, person: { ageKnown: false, ageYears: 0, looksUnder18: "LOOKS_UNDER_18_YES" } });
    await coordinator.does(number, "Record the detention",
      { "What happened?": "Arrived at a place of safety", "Place of safety": "Police station", "Time when it was": ago(0.2) });
    await other.reads(number, "the grounds and the inspector of a police station",
      /As recorded this is outside section 136A. If it is so, move the person now and ring 01632\s960100/);
    await other.sees(number, "CHECK ITS ENTRIES, see its status");
    await coordinator.does(number, "Record the detention", { "What happened?": "Police station allowed", "Who approved it": "p117",
      "Imminent serious risk": "yes", "No other place": "yes", "Health professional throughout": "yes" });
    await other.reads(number, new RegExp(`the next health check at the police station, by ${CLOCK}`));
    await coordinator.does(number, "Record the detention", { "What happened?": "Health check at the station" });
    await other.reads(number, /As recorded this is outside section 136A/);
  });
}

function ago(hours) {
  return new Date(Date.now() - hours * HOUR_MS).toISOString();
}

async function hours(one) {
  const row = one.hand.locator(".nhsuk-summary-list__row").filter({ has: one.hand.getByText("Hours", { exact: true }) });
  return new RegExp(`from (.*) until (${CLOCK})`).exec(await row.innerText())[0];
}
