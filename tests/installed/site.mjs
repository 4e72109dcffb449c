// A site that was set up by the page, as people use it: `site.mjs refer` sends an exercise by the form of street triage and has a
// team accept it; `site.mjs close NUMBER` has the team do the rest. What it needs to know comes on standard input as JSON:
// origin, port, certificate, and the people by role. It prints the number of the case.
import { text } from "node:stream/consumers";

import { Browser } from "../browser/browser.mjs";

const PATIENCE_MS = 30000;
const stage = JSON.parse(await text(process.stdin));
const browser = await Browser.open(stage);

async function openOf(role, path) {
  const page = await browser.pageOf(stage.people[role]);
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(path);
  return page;
}

async function refer() {
  const coordinator = await openOf("coordinator", "/coordinator");
  await coordinator.getByText("DRILL").first().waitFor(); // that of the set-up
  const team = await openOf("team", "/team");
  await team.getByRole("button", { name: "I come on shift" }).click();
  await team.getByRole("button", { name: "I go off shift" }).waitFor();
  const nurse = await openOf("referrer", "/refer");
  await nurse.getByLabel("Number to ring you back").fill("07700 900144");
  await nurse.getByLabel("Postcode where the person is").fill("ZX1 2AB");
  await nurse.getByText("More about you").click();
  await nurse.getByLabel("An exercise, not about a person").check();
  await nurse.getByRole("button", { name: "Send now" }).click();
  await nurse.getByRole("link", { name: "See how it stands" }).click();
  await nurse.getByText("Say this number when you ring").waitFor();
  const number = await nurse.getByRole("heading", { level: 1 }).innerText();
  await team.locator(`#offers > [data-number="${number}"]`).getByRole("button", { name: "in 30 min" }).click();
  await nurse.locator("#referral").getByText("will come, expected").first().waitFor();
  for (const page of [coordinator, team, nurse]) await browser.finish(page);
  return number;
}

async function close(number) {
  const team = await openOf("team", "/team");
  const card = team.locator(`#own > [data-number="${number}"]`);
  for (const step of ["Travelling", "Arrived"]) await card.getByRole("button", { name: step }).click();
  await card.getByRole("link", { name: "Contact" }).click();
  await team.getByLabel("Face to face").check();
  await team.getByRole("button", { name: "Send" }).click();
  await team.goto("/team");
  await card.getByRole("link", { name: "Outcome" }).click();
  await team.getByLabel("What came of it").selectOption({ label: "Crisis home treatment" });
  await team.getByRole("button", { name: "Send" }).click();
  await team.getByText("Close: done.").or(team.getByText("The case is closed")).first().waitFor();
  await browser.finish(team);
  return number;
}

try {
  console.log(await { refer, close }[process.argv[2]](process.argv[3]));
} finally {
  await browser.close();
}
