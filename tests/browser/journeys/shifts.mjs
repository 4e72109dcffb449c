// The people on shift, a shift that is handed over, and how many more people a team could see: each board that is open says it.
import assert from "node:assert/strict";
import test from "node:test";

import { answer } from "../at_work.mjs";

export default function shifts(browser, crew) {
  test("R15, R22: the last one on shift hands over what is in hand, and two people sign", async () => {
    const [team, colleague, other] = [await crew.team(), await crew.colleague(), await crew.get("team", 1)];
    await crew.accepted();
    const onShift = (one) => one.board.locator("section", { has: one.board.getByRole("heading", { name: "On shift" }) });
    const again = async (one) => {
      await one.board.goto("/team");
      await one.isLive();
    };
    await again(team);
    await onShift(team).getByRole("button", { name: "I come on shift" }).click();
    await onShift(team).getByText("Bea Nowak (p105)").waitFor();
    await again(other); // who has come on shift in states.mjs
    if (await onShift(other).getByText("Robin Ashby (p102)").count())
      await onShift(other).getByRole("button", { name: "I go off shift" }).click();
    await onShift(other).getByRole("button", { name: "I come on shift" }).waitFor();
    await again(team);
    await onShift(team).getByRole("button", { name: "I go off shift" }).click();
    await team.board.getByRole("alert").getByText("Hand your shift over first").waitFor();
    await again(team);
    await onShift(colleague).getByText("Bea Nowak (p105)").waitFor();
    await onShift(colleague).getByRole("button", { name: "I come on shift" }).click();
    await onShift(team).getByRole("link", { name: "Hand the shift over" }).click();
    await team.board.getByRole("button", { name: "I go, and hand this over" }).click();
    await team.board.getByRole("status").getByText("Hand your shift over: done.").waitFor();
    await again(team);
    await onShift(team).getByText(/Bea Nowak .*hands over/).waitFor();
    await again(colleague);
    await onShift(colleague).getByRole("link", { name: "Read the handover and sign" }).click();
    await colleague.board.getByRole("button", { name: "I have read it, and take it over" }).click();
    await colleague.board.getByText("is off shift. You have the duty").waitFor();
    await again(colleague);
    await onShift(colleague).getByText("Gwen Pryce (p106)").waitFor();
    assert.equal(await onShift(colleague).getByText("Bea Nowak").count(), 0);
    await again(team);
    await onShift(team).getByRole("button", { name: "I come on shift" }).waitFor();
  });

  test("R6: how many people a team could see is said in one tap", async () => {
    const [team, colleague] = [await crew.team(), await crew.colleague()];
    await team.board.getByRole("button", { name: "2", exact: true }).click();
    await team.board.getByText(/You said: 2, said/).waitFor();
    await colleague.board.getByText(/You said: 2, said/).waitFor();
    await colleague.board.getByRole("link", { name: "more" }).click();
    await answer(colleague.board, "People you can see", "60");
    await colleague.board.getByRole("button", { name: "Send", exact: true }).click();
    await colleague.board.getByText(/You said: 60, said/).waitFor();
    for (const one of [team, colleague]) await one.isLive();
  });
}
