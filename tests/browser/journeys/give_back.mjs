// A case that goes from one to another: given back, taken by the coordinator, assigned by them, answered late.
import assert from "node:assert/strict";
import test from "node:test";

import { CLOCK, LINE, OTHER_TEAM } from "../at_work.mjs";

export default function giveBack(browser, crew) {
  const { stage } = browser;

  test("R8: a team gives a case back, and the next team is asked at once", async () => {
    const [team, other, coordinator] = [await crew.team(), await crew.otherTeam(), await crew.coordinator()];
    const number = await crew.accepted();
    await coordinator.sees(number, "Northmoor Crisis Resolution");
    await team.does(number, "Give back", { "Why you cannot go": "accepted by mistake" });
    await team.sawEnd(number);
    await other.sees(number, "Accept: your team is there", "age 34");
    await coordinator.reads(number, "Southfell Crisis Resolution and Home Treatment has been asked");
    await other.taps(number, "in 45 min");
    await coordinator.sees(number, "accepted", "Southfell Crisis Resolution");
  });

  test("R8: a coordinator takes a case from a team with a reason, and assigns it to another", async () => {
    const [team, other, coordinator] = [await crew.team(), await crew.otherTeam(), await crew.coordinator()];
    const number = await crew.accepted();
    await coordinator.opens(number, "Take in hand");
    await coordinator.sends({});
    await coordinator.hand.getByRole("alert").waitFor(); // to take it from a team needs a reason
    await coordinator.sends({ "Why you take it": "the team rang, it cannot go" });
    await team.sawEnd(number);
    await coordinator.sees(number, "taken");
    await coordinator.reads(number, "no longer has it and need not go", "Imre Castle");
    await coordinator.does(number, "Ask a team", { "Team to ask": OTHER_TEAM });
    await other.sees(number, "It goes back to the duty coordinator.");
    await other.declines(number, "no capacity");
    await coordinator.sees(number, "held");
    await coordinator.does(number, "Ask a team", { "Team to ask": OTHER_TEAM });
    await other.taps(number, "in 60 min");
    await coordinator.sees(number, "accepted");
  });

  test("R10: a team that is there now is said to be there now", async () => {
    const [team, coordinator] = [await crew.team(), await crew.coordinator()];
    const number = await stage.call("refer");
    await team.taps(number, "now");
    await coordinator.sees(number, "accepted");
    await coordinator.reads(number, new RegExp(String.raw`expected ${CLOCK} \(.* ago\)`));
  });

  test("R20: a willing team that is seconds late has the case if nobody else has", async () => {
    const [team, other, coordinator] = [await crew.team(), await crew.otherTeam(), await crew.coordinator()];
    const number = await stage.call("refer");
    await team.opens(number, "Accept");
    await team.declines(number, "no capacity");
    await other.sees(number, "Accept: your team is there");
    await team.sends({ "Minutes until you are there": "20" });
    await team.did();
    await other.sawEnd(number);
    await team.sees(number, "will come");
    await coordinator.sees(number, "accepted", "Northmoor Crisis Resolution");
  });

  test("R23: that a person was turned away for drink is told to the coordinator at once", async () => {
    const [team, coordinator] = [await crew.team(), await crew.coordinator()];
    const number = await stage.call("refer");
    await team.declines(number, "intoxication");
    await team.sawEnd(number);
    await coordinator.sees(number, "no person is turned away for that");
  });

  test("R9: a telephone line holds an emergency while a team that comes is asked", async () => {
    const [other, line, coordinator] = [await crew.otherTeam(), await crew.line(), await crew.coordinator()];
    const number = await stage.call("refer", { urgency: "URGENCY_EMERGENCY" });
    await coordinator.does(number, "Take in hand");
    await coordinator.does(number, "Ask a team", { "Team to ask": LINE });
    await line.sees(number, "to ring; a team that comes is sought meanwhile");
    await line.taps(number, "now");
    await other.sees(number, "until a team comes");
    await coordinator.reads(number, "Another team is sought that comes");
    await other.taps(number, "in 15 min");
    await line.sawEnd(number);
    await coordinator.sees(number, "Southfell Crisis Resolution");
    assert.equal(await other.card(number).getAttribute("data-in"), "own");
  });
}
