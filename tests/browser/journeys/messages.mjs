// Referrer, team and coordinator write to each other about a case; each message stands there until it was seen.
import assert from "node:assert/strict";
import test from "node:test";

export default function messages(browser, crew) {
  test("R15, R24: a message is on the other's board at once, and unseen until they say so", async () => {
    const [team, coordinator, referrer] = [await crew.team(), await crew.coordinator(), await crew.referrer()];
    const { number, path } = await referrer.refers({ "Postcode where the person is": "ZX1", Age: "34" });
    await team.taps(number, "in 30 min");
    await referrer.does(number, "Write a message", { "Who reads it": "Team", "Your message": "The door code is 1234." });
    await team.sees(number, "from the referrer: The door code is 1234.");
    await referrer.rereads(path, "its words are in the record (not seen yet by: team)");
    await team.taps(number, "Seen");
    await team.sawGo(number, "The door code is 1234.");
    await referrer.rereadsWithout(path, "not seen yet by");

    await team.does(number, "Write a message", { "Who reads it": "Everybody", "Your message": "We are held up at the bridge." });
    await coordinator.sees(number, "We are held up at the bridge.");
    await referrer.rereads("/referrals", "There is a message for you");
    await referrer.does(number, "Say that you saw it");
    await referrer.rereadsWithout("/referrals", "There is a message for you");
    await coordinator.taps(number, "Seen");
    await coordinator.sawGo(number, "We are held up at the bridge.");
  });

  test("R15: a note for whoever comes on shift next stays on the board of one's own team alone", async () => {
    const [team, colleague, coordinator] = [await crew.team(), await crew.colleague(), await crew.coordinator()];
    const number = await crew.accepted();
    await coordinator.does(number, "Write a message", { "Who reads it": "Team", "Your message": "Ring before you go." });
    await colleague.sees(number, "Ring before you go.");
    await colleague.taps(number, "Seen");
    await team.sawGo(number, "Ring before you go.");
    await team.does(number, "Write a message", { "Who reads it": "Team", "Your message": "The dog bites." });
    await colleague.sees(number, "The dog bites.");
    assert.equal(await coordinator.card(number).getByText("The dog bites.").count(), 0);
  });

  test("R24: what a device has and what a person has seen are told apart", async () => {
    const [other, neighbour] = [await crew.otherTeam(), await crew.neighbour()];
    const number = await browser.stage.call("refer", { postcodeDistrict: "ZX6" });
    await other.sees(number, "Accept: your team is there");
    await neighbour.rereads(`/cases/${number}`, "It is on a device there; nobody has said yet that they saw it.");
    await other.reads(number);
    await neighbour.rereads(`/cases/${number}`, "A person there has seen it.");
  });
}
