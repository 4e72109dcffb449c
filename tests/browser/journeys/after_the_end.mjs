// What can be said of a case that is closed: that this was a mistake, and that another provider has the person.
import assert from "node:assert/strict";
import test from "node:test";

export default function afterTheEnd(browser, crew) {
  test("R8: a case that was closed by mistake is opened again, and its team has it as it was", async () => {
    const [team, coordinator, referrer] = [await crew.team(), await crew.coordinator(), await crew.referrer()];
    const { number, path } = await referrer.refers({ "Postcode where the person is": "ZX1", Age: "34" });
    await team.taps(number, "now");
    await meet(team, number);
    await team.does(number, "Close", { "What came of it": "Discharged with plan" });
    await team.sawEnd(number);
    await coordinator.sawEnd(number);
    await referrer.rereads(path, "The case is closed: discharged with plan");
    assert.equal(await referrer.hand.getByRole("link", { name: "Open it again" }).count(), 0); // it is the team's to say
    await team.does(number, "Open it again", { "Why the end was wrong": "it was another person" });
    await team.sees(number, "is in contact with the person");
    await coordinator.sees(number, "in contact");
    await referrer.rereads(path, "is in contact with the person");
  });

  test("R8: a person who was passed on is said to be with which provider, and since when", async () => {
    const [team, referrer] = [await crew.team(), await crew.referrer()];
    const { number, path } = await referrer.refers({ "Postcode where the person is": "ZX1", Age: "34" });
    await team.taps(number, "now");
    await meet(team, number);
    await team.does(number, "Close", { "What came of it": "Referred on" });
    await team.does(number, "Say who has it", { "Provider that has it": "RX4" });
    await referrer.rereads(path, "to RX4");
    await referrer.hand.getByText("which is not known to us yet").waitFor();
    const at = await team.hand.evaluate(() => new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "Europe/London" }).format());
    await team.does(number, "Say who has it", { "When they received it": at });
    await referrer.rereads(path, "It is that provider's to report.");
    assert.equal(await referrer.hand.getByText("which is not known to us yet").count(), 0);
  });
}

async function meet(team, number) {
  await team.does(number, "Say how far you are", { "What happened?": "In contact with the person", "How you reached them": "Face to face" });
}
