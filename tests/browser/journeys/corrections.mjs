// A referrer corrects what they told, withdraws and undoes it: those who are on their way see it at once.
import assert from "node:assert/strict";
import test from "node:test";

const UNSEEN = "nobody who is asked or has it has said so yet";

export default function corrections(browser, crew) {
  test("R3, R1: a change of urgency and place is on the open boards until the team has seen it", async () => {
    const [team, coordinator, referrer] = [await crew.team(), await crew.coordinator(), await crew.referrer()];
    const { number, path } = await referrer.refers(
      { "How urgent is it?": "Urgent", "Postcode where the person is": "ZX1", "What you see": "An invented story.", Age: "34" });
    await team.taps(number, "in 30 min");
    await referrer.corrects(path, "urgency", { "How urgent is it?": "Very urgent" });
    await referrer.corrects(path, "postcode", { "Postcode where the person is": "ZX3" });
    for (const one of [team, coordinator])
      await one.sees(number, "urgency is very urgent (was: urgent)", "place is ZX3 (was: ZX1)", UNSEEN);
    await referrer.rereads(path, UNSEEN);
    await team.taps(number, "Seen");
    for (const one of [team, coordinator]) await one.sawGo(number, UNSEEN);
    await referrer.rereadsWithout(path, UNSEEN);

    await team.opens(number, "Read the record");
    await team.sends({ "Why you read it": "on our way" });
    await team.hand.getByText("An invented story.").waitFor(); // which no update repeated
  });

  test("R1, R4: a team that cannot receive a detained person is asked only when the detention is taken away by name", async () => {
    const [team, coordinator, referrer] = [await crew.team(), await crew.coordinator(), await crew.referrer()];
    const { number, path } = await referrer.refers(
      { "Postcode where the person is": "ZX1", Age: "34", "Power that is used": "Section 136" });
    await coordinator.sees(number, /^held; detained, section 136/);
    assert.equal(await team.card(number).count(), 0);
    await referrer.corrects(path, "legal", { "It was told and is not so: take it away": "yes" });
    await coordinator.sees(number, "legal status taken away (was: section 136)");
    await team.sees(number, "Accept: your team is there");
  });

  test("R8: a referral is withdrawn by mistake, and its referrer opens it again", async () => {
    const [team, other, coordinator, referrer] =
      [await crew.team(), await crew.otherTeam(), await crew.coordinator(), await crew.referrer()];
    const { number, path } = await referrer.refers({ "Postcode where the person is": "ZX1", Age: "34" });
    await team.sees(number, "Accept: your team is there");
    await referrer.does(number, "Withdraw", { "Why nobody need come": "the person went home" });
    await team.sawEnd(number);
    await coordinator.sawEnd(number);
    await referrer.rereads(path, "If that was a mistake, it can be reopened until");
    await referrer.does(number, "Open it again", { "Why the end was wrong": "it was another person" });
    await other.sees(number, "Accept: your team is there"); // the next of the ladder
    await referrer.rereads(path, "Southfell Crisis Resolution and Home Treatment has been asked");
  });
}
