// A team asks another to take a case over: it stays with the first until the other says yes.
import assert from "node:assert/strict";
import test from "node:test";

import { OTHER_TEAM } from "../at_work.mjs";

export default function handOver(browser, crew) {
  test("R21: a handover is called off, declined, and accepted, and each side sees who has the person", async () => {
    const [team, other, coordinator] = [await crew.team(), await crew.otherTeam(), await crew.coordinator()];
    const number = await crew.accepted();
    const ask = async () => {
      await team.does(number, "Hand over", { "Team to ask": OTHER_TEAM });
      await team.sees(number, "is asked to take it over");
      await other.sees(number, "It stays with the team that has it now.");
    };
    await ask();
    await coordinator.sees(number, "until then it stays with Northmoor");
    await team.taps(number, "Keep it");
    await other.sawEnd(number);
    await team.sawGo(number, "is asked to take it over");

    await ask();
    await other.declines(number, "no capacity");
    await team.sawGo(number, "is asked to take it over");
    await coordinator.sawGo(number, "until then it stays with");
    await coordinator.sees(number, "Northmoor Crisis Resolution");

    await ask();
    await other.taps(number, "in 30 min");
    await team.sawEnd(number);
    assert.equal(await other.card(number).getAttribute("data-in"), "own");
    await coordinator.sees(number, "Southfell Crisis Resolution");
  });

  test("R21: a team that cannot usually take the person is asked only if it is said twice", async () => {
    const [team, other] = [await crew.team(), await crew.otherTeam()];
    const number = await crew.accepted({ needs: ["NEED_AUTISM"] });
    await team.opens(number, "Hand over");
    await team.sends({ "Team to ask": OTHER_TEAM });
    await team.hand.getByRole("alert").waitFor();
    await team.sends({ "Although the rules say otherwise": "yes" });
    await other.sees(number, "this team is not there for one of these needs");
    await team.taps(number, "Keep it");
    await other.sawEnd(number);
  });
}
