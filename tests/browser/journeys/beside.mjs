// A request beside the team, such as an AMHP: it is ours until those who were asked say yes.
import test from "node:test";

export default function beside(browser, crew) {
  test("R6: a request beside the team is seen by all, and is ours until somebody says yes", async () => {
    const [team, coordinator] = [await crew.team(), await crew.coordinator()];
    const number = await crew.accepted({ needs: ["NEED_AMHP"] });
    await coordinator.sees(number, /AMHP: NOT ASKED YET/);
    await team.does(number, "Record what you asked for", { "What you asked for": "AMHP", "Whom you asked": "E08000003", "Their own number": "A-17" });
    await coordinator.sees(number, /AMHP: asked, and no answer yet.*asked of E08000003; their number A-17/);
    await coordinator.does(number, "Record an answer", { "What was asked for": "AMHP", "What came of it": "No" });
    await team.sees(number, /AMHP: THEY SAID NO. Ask others, or ring the duty coordinator/);
    await team.does(number, "Record what you asked for", { "What you asked for": "AMHP", "Whom you asked": "E08000004" });
    await coordinator.sees(number, /AMHP: asked, and no answer yet.*asked of E08000004/);
    await team.does(number, "Record an answer", { "What was asked for": "AMHP", "What came of it": "On the way" });
    await coordinator.sees(number, /AMHP: on the way/);
  });
}
