// What a page says of whom it reaches: a coordinator who has just come, and a team for which nobody connected a desk.
import assert from "node:assert/strict";
import test from "node:test";

export default function whoIsThere(browser) {
  const { stage } = browser;

  test("a coordinator who comes to a board that nobody watched reads there that somebody is at it", async () => {
    const person = stage.person("southfell-duty"), board = await browser.page();
    await browser.signIn(board, person);
    assert.match(await board.document.text(), /Southfell duty coordinator \(.*\) IS NOT AT THE BOARD/); // until they came
    await board.locator("#beside").getByText(/^Southfell duty coordinator \(.*\) is at the board/).waitFor();
    person.cookies = await board.context().storageState();
    await browser.finish(board);
  });

  test("a team that is not connected here is told so, and whom to ring; the log has it once", async () => {
    const page = await browser.pageOf(stage.person("salt-home"));
    await page.goto("/");
    await page.getByRole("heading", { name: "Your team or desk is not connected here" }).waitFor();
    await page.getByText("Nobody can be offered to it on these pages").waitFor();
    await page.getByText("ring now: Duty coordinator 01632 960100").waitFor();
    assert.equal(await page.getByText("Live").count(), 0);
    await page.reload();
    await browser.judge(page, "a team that is not connected here");
    const said = (await stage.call("log", "gateway")).split("\n").filter((line) => line.includes("no desk here is connected for it"));
    assert.equal(said.length, 1);
    assert.match(said[0], /team salt-home/);
    assert.doesNotMatch(said[0], /Bo Lee|p109/);
    await browser.finish(page);
  });
}
