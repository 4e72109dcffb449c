// The end of a shift: one person hands it over and another takes it, each in a browser of their own, and both signatures
// stand on the page that is printed.
import assert from "node:assert/strict";
import test from "node:test";

export default function shift(browser) {
  const { stage } = browser;
  const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

  test("two people of a desk sign the same page, and it prints without its buttons", async () => {
    const goes = await at(browser, "coordinator", 0, "/coordinator");
    await press(goes, "I come on shift");
    await goes.getByRole("link", { name: "Hand the shift over" }).click();
    await goes.getByText("nobody has signed yet").first().waitFor();
    const open = await goes.getByText(stage.cases.detained, { exact: true }).count();
    assert(open > 0, "an open case is listed");
    await goes.getByText("The teams of your areas, now").waitFor();
    await press(goes, "I go, and hand this over");
    await goes.getByText("by one: who signed has the duty until somebody else signs.").waitFor();
    assert.equal(await goes.getByRole("button", { name: /take it over/ }).count(), 0);

    const number = await stage.call("refer");
    const comes = await at(browser, "coordinator", 1, "/coordinator");
    await comes.getByRole("link", { name: "Read the handover and sign" }).click();
    await comes.locator(".said", { hasText: number }).getByText("NEW since").waitFor();
    await browser.judge(comes, "a handover to sign, with what is new since");
    await press(comes, "I have read it, and take it over");
    await comes.getByText("is off shift. You have the duty").waitFor();

    await comes.getByRole("link", { name: "The latest handover that both signed" }).click();
    await comes.getByText("by both").waitFor();
    for (const { name, id } of [stage.person("coordinator", 0), stage.person("coordinator", 1)])
      await comes.getByText(`${name} (${id}), signed at`).waitFor();
    await comes.locator(".said", { hasText: number }).getByText("NEW between the two signatures").waitFor();
    await comes.emulateMedia({ media: "print" });
    assert.equal(await comes.locator(".not-printed:visible, header form:visible").count(), 0);
    assert(await comes.getByText("by both").isVisible());
    await comes.emulateMedia({ media: "screen" });

    await comes.goto("/coordinator");
    await press(comes, "I go off shift");
    await comes.getByText(/you are on shift still|nobody is on shift here/).waitFor();
    await browser.finish(goes);
    await browser.finish(comes);
  });
}

async function at(browser, role, which, path) {
  const page = await browser.pageOf(browser.stage.person(role, which));
  await page.goto(path);
  return page;
}
