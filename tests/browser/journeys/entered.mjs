// What a form makes of what was typed or telephoned, and whose number it shows.
import assert from "node:assert/strict";
import test from "node:test";

export default function entered(browser, crew) {
  const { stage } = browser;

  test("R17: what was telephoned counts from when they rang, and is late where it is late", async () => {
    const [coordinator, team] = [await crew.coordinator(), await crew.team()];
    await coordinator.hand.goto("/refer/emergency-department");
    const rang = new Date(Date.now() - 2 * 3600000);
    await coordinator.sends({ "Time when they rang": rang.toISOString(), "Number to ring you back": "07700 900123",
      "Postcode where the person is": "ZX1", Age: "34" }, "Send now");
    await coordinator.hand.getByText("Say this number when you ring").waitFor();
    const number = await coordinator.hand.getByRole("heading", { level: 1 }).innerText();
    await team.sees(number, "Accept: your team is there");
    await team.taps(number, "in 15 min");
    await team.sees(number, /entered by the duty coordinator at .*, a late entry/, "LATE");
    await coordinator.sees(number, "LATE");
    assert(/strip--late/.test(await coordinator.card(number).getAttribute("class")));
    await coordinator.taps(number, "Heard"); // the bell of a case that a team has can be stopped
    assert.equal(await coordinator.card(number).getAttribute("data-alert"), null);
  });

  test("R17: a mistyped field does not hold a referral up, and whoever comes reads what was typed", async () => {
    const [team, referrer] = [await crew.team(), await crew.referrer()];
    const { number } = await referrer.refers({ "Postcode where the person is": "ZX1", Age: "quite young" });
    await referrer.hand.getByText(/Not understood, so kept as you typed it/).waitFor();
    await team.taps(number, "in 30 min");
    await team.opens(number, "Read the record");
    await team.sends({ "Why you read it": "on our way" });
    await team.hand.getByText(/quite young/).waitFor();
  });

  test("R16: the number to ring is that of the person's own area", async () => {
    const [coordinator, neighbour, referrer] = [await crew.coordinator(), await crew.neighbour(), await crew.referrer()];
    const { number, path } = await referrer.refers({ "Postcode where the person is": "ZX6", Age: "34" });
    await referrer.rereads(path, "01632 960200 (Southfell duty coordinator)");
    await neighbour.card(number).waitFor();
    assert.equal(await coordinator.card(number).count(), 0);
  });

  test("R19: an exercise says so on each board", async () => {
    const [team, coordinator] = [await crew.team(), await crew.coordinator()];
    const number = await stage.call("refer", { drill: true });
    for (const one of [team, coordinator]) await one.sees(`${number}`, "DRILL");
  });
}
