// A person who cannot be found is not closed: the coordinator has the case until they are found.
import assert from "node:assert/strict";
import test from "node:test";

import { TEAM } from "../at_work.mjs";

export default function missing(browser, crew) {
  test("R12: a person is missing, is found, and the coordinator says who goes on", async () => {
    const [team, coordinator, other] = [await crew.team(), await crew.coordinator(), await crew.otherCoordinator()];
    const number = await crew.accepted();
    await team.does(number, "Report missing", { "Where they were last": "Railway" });
    await team.sawEnd(number);
    await coordinator.sees(number, /missing/, /last seen: not known when, railway; before that with Northmoor/);
    assert.notEqual(await coordinator.card(number).getAttribute("data-alert"), null);
    await coordinator.does(number, "Record what you asked for", { "What you asked for": "Missing report", "Their own number": "CAD-0412" });
    await other.sees(number, /Missing report: asked, and no answer yet.*CAD-0412/);
    await coordinator.does(number, "Record an answer", { "What was asked for": "Missing report", "What came of it": "Yes" });
    await other.sees(number, /Missing report: they said yes/);
    await team.reads(number, "Nobody knows where the person is. The duty coordinator has it");

    await coordinator.does(number, "The person is found", { "Found by": "Police", "Where they were found": "Railway" });
    await other.sees(number, /^held/);
    await other.sawGo(number, /last seen:/);
    await other.reads(number, "The person is found. Northmoor Crisis Resolution and Home Treatment had them before.");
    await coordinator.does(number, "Ask a team", { "Team to ask": TEAM });
    await team.sees(number, "Accept: your team is there");
  });
}
