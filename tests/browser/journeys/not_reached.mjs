// The person cannot be reached: each try says what comes next, and nothing closes before a coordinator has looked.
import assert from "node:assert/strict";
import test from "node:test";

import { TEAM } from "../at_work.mjs";

export default function notReached(browser, crew) {
  test("R11: each failed try says what comes next, and the coordinator sees when all are used", async () => {
    const [team, coordinator] = [await crew.team(), await crew.coordinator()];
    const number = await crew.accepted();
    await team.opens(number, "Could not reach them");
    await team.sends({ "How you tried": "Telephone", "What comes next": "Try again" });
    await team.hand.getByRole("alert").waitFor(); // by when?
    await team.sends({ "Minutes until then": "15" });
    await team.sees(number, /1 to reach the person failed; next: try again, by/);
    await coordinator.sees(number, /1 to reach the person failed/);
    await team.does(number, "Could not reach them", { "How you tried": "Telephone", "What comes next": "Visit", "Minutes until then": "30" });
    await team.does(number, "Could not reach them", { "How you tried": "Face to face", "What comes next": "Welfare check" });
    for (const one of [team, coordinator]) await one.sees(number, "ALL TRIES ARE USED UP", /Welfare check: NOT ASKED YET/);
    assert.match(await coordinator.card(number).getAttribute("class"), /strip--late/);
    await team.does(number, "Could not reach them", { "How you tried": "Telephone", "What comes next": "Hand back" });
    await team.sawEnd(number);
    await coordinator.sees(number, /^held/);
    await coordinator.reads(number, "The team could not reach the person. The coordinator decides what comes next");
  });

  test("R11: a case that nobody saw the person in closes only when the coordinator has seen that", async () => {
    const [team, coordinator] = [await crew.team(), await crew.coordinator()];
    const number = await crew.accepted();
    await close(team, number);
    await team.sawEnd(number);
    await coordinator.sees(number, /to close/, "wants to close it as: not found. Nobody has met the person");
    await team.reads(number, "The team wants to close it without contact. The coordinator looks at it");
    await coordinator.card(number).getByRole("link", { name: "Closing without contact" }).click();
    await coordinator.board.waitForURL("**/saw-closing");
    await coordinator.board.getByRole("button", { name: "Send", exact: true }).click();
    await coordinator.board.getByText("The case is closed: not found").waitFor();
    await coordinator.board.goto("/coordinator");
    await coordinator.isLive();
    await team.reads(number, "The case is closed: not found");
  });

  test("R11: the coordinator keeps it open and chooses who goes on", async () => {
    const [team, coordinator] = [await crew.team(), await crew.coordinator()];
    const number = await crew.accepted();
    await close(team, number);
    await coordinator.sees(number, /to close/);
    await coordinator.does(number, "See its closing", { "Why it stays open": "nobody knocked" });
    await coordinator.sees(number, /^held/);
    await coordinator.reads(number, "The coordinator keeps it open and chooses who goes on");
    await coordinator.does(number, "Ask a team", { "Team to ask": TEAM });
    await team.sees(number, "Accept: your team is there");
  });

  test("R13: a contact to which nobody came is no contact", async () => {
    const [team, coordinator] = [await crew.team(), await crew.coordinator()];
    const number = await crew.accepted();
    await team.does(number, "Say how far you are",
      { "What happened?": "In contact with the person", "How you reached them": "Telephone", "Did the person come?": "Did not attend" });
    await team.sees(number, /Heard of again by/);
    await coordinator.reads(number, /Heard of again by/);
    assert.equal(await coordinator.hand.getByText("is in contact with the person").count(), 0);
  });

  test("R14: a time that is still to come is refused, and says what to type", async () => {
    const team = await crew.team();
    const number = await crew.accepted();
    await team.opens(number, "Say how far you are");
    const at = new Date(Date.now() + 3 * 60 * 60 * 1000);
    await team.sends({ "What happened?": "In contact with the person", "How you reached them": "Face to face", "Time when it was": at.toISOString() });
    await team.hand.getByRole("alert").waitFor();
    assert.equal(await team.hand.getByLabel("Time when it was").inputValue(), at.toISOString());
    await team.sees(number, "will come");
  });
}

async function close(team, number) {
  await team.does(number, "Close", { "What came of it": "Not found", "Why nobody met the person": "Not found", "A few words": "unanswered" });
}
