const UNKNOWN = "0199aaaa-0000-7000-8000-000000000001";
// Names of day.py's cases; {name} in a path is the number of that one.
const CASES = ["closed", "withdrawn", "in-contact", "on-its-way", "tried", "missing", "detained", "child", "taken", "bare",
  "changed", "offered"];

// Each state that a page can be in, for those who judge pages and those who photograph them. A new page is a row: who looks
// at it, where it is, and what a person does there first.
export const STATES = [
  { name: "sign-in", path: "/sign-in" },
  { name: "sign-in-refused", path: "/sign-in", then: signInWrong },
  { name: "status-works", path: "/status" },
  { name: "not-found", path: "/none" },
  { name: "home-team", as: "team", path: "/" },
  { name: "home-coordinator", as: "coordinator", path: "/" },
  { name: "home-referrer", as: "referrer", path: "/" },
  { name: "refer-street", as: "referrer", path: "/refer" },
  { name: "refer-street-opened", as: "referrer", path: "/refer", then: openEverything },
  { name: "refer-without-a-number", as: "referrer", path: "/refer", then: (page) => press(page, "Send now") },
  { name: "refer-received", as: "referrer", path: "/refer", then: referInTheStreet },
  { name: "referrals", as: "referrer", path: "/referrals" },
  { name: "referrals-of-the-source", as: "referrer", path: "/referrals/all" },
  { name: "referral", as: "referrer", path: "/referrals", then: (page) => page.getByRole("link", { name: /^R-/ }).first().click() },
  { name: "change-one", as: "referrer", path: `/referrals/${UNKNOWN}/change/urgency` },
  { name: "change-any", as: "referrer", path: `/referrals/${UNKNOWN}/change` },
  { name: "referral-unknown", as: "referrer", path: `/referrals/${UNKNOWN}` },
  { name: "refer-custody", as: "referrer", at: 2, path: "/refer" },
  { name: "refer-custody-2", as: "referrer", at: 2, path: "/refer", then: (page) => goOn(page, 1) },
  { name: "refer-custody-3", as: "referrer", at: 2, path: "/refer", then: (page) => goOn(page, 2) },
  { name: "refer-custody-4", as: "referrer", at: 2, path: "/refer", then: (page) => goOn(page, 3) },
  { name: "refer-custody-5", as: "referrer", at: 2, path: "/refer", then: (page) => goOn(page, 4) },
  { name: "refer-custody-check", as: "referrer", at: 2, path: "/refer", then: (page) => goOn(page, 5) },
  { name: "refer-telephoned-which", as: "coordinator", path: "/refer" },
  { name: "refer-telephoned", as: "coordinator", path: "/refer/emergency-department" },
  { name: "refer-not-sent", as: "referrer", at: 2, path: "/refer", then: sendWithoutIntake },
  { name: "refer-signed-out", as: "referrer", path: "/refer", then: sendSignedOut },
  { name: "home-auditor", as: "auditor", path: "/" },
  ...CASES.map((name) => ({ name: `case-${name}-coordinator`, as: "coordinator", path: `/cases/{${name}}` })),
  { name: "case-on-its-way-team", as: "team", path: "/cases/{on-its-way}" },
  { name: "case-on-its-way-referrer", as: "referrer", path: "/cases/{on-its-way}" },
  { name: "case-offered-referrer", as: "referrer", path: "/cases/{offered}" },
  { name: "coordinator-filtered", as: "coordinator", path: "/coordinator?only=overdue" },
  { name: "coordinator-wall", as: "coordinator", path: "/coordinator?wall=1" },
  { name: "check-in", as: "team", path: "/cases/{on-its-way}/checkin?step=contact" },
  { name: "close-without-an-outcome", as: "team", path: "/cases/{in-contact}/close", then: (page) => press(page, "Send") },
  { name: "detention-form", as: "coordinator", path: "/cases/{detained}/detention" },
  { name: "give-back", as: "team", path: "/cases/{on-its-way}/give-back" },
  { name: "mute", as: "coordinator", path: "/cases/{missing}/mute" },
  { name: "capacity", as: "team", path: "/desk/capacity" },
  { name: "shift-handover", as: "team", path: "/desk/shift-handover" },
  { name: "cover", as: "coordinator", path: "/desk/cover" },
  { name: "case-unknown", as: "team", path: "/cases/R-9999" },
];

// Opens a state on a page of its own.
export async function open(browser, state, options) {
  const page = state.as ? await browser.pageOf(browser.stage.person(state.as, state.at), options) : await browser.page(options);
  await page.goto(state.path.replace(/\{(.+)\}/, (_, name) => browser.stage.cases[name]));
  if (state.then) await state.then(page);
  return page;
}

async function signInWrong(page) {
  await page.getByLabel("Your id").fill("p198");
  await page.getByLabel("Password").fill("not it");
  await page.getByLabel("6 digits").fill("000000");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
}

async function press(page, name) {
  await page.getByRole("button", { name, exact: true }).click();
}

async function openEverything(page) {
  for (const summary of await page.locator("summary").all()) await summary.click();
}

async function referInTheStreet(page) {
  await page.getByLabel("Number to ring you back").fill("07700 900123");
  await page.getByLabel("Postcode where the person is").fill("ZX1 2AB");
  await page.getByLabel("Kind of place").selectOption("bridge");
  await page.getByLabel("Not safe", { exact: true }).check();
  await page.getByLabel("What you see").fill("On the rail of the footbridge, talks with us.");
  await page.getByLabel("Age", { exact: true }).fill("about 30");
  await page.getByLabel("Very urgent").check();
  await page.getByLabel("Time when the power").fill("the other day");
  await press(page, "Send now");
  await page.getByText("Say this number when you ring").waitFor();
}

// As many pages on in the form of custody, with something told on the first.
async function goOn(page, pages) {
  await page.getByLabel("Number to ring you back").fill("07700 900123");
  await page.getByLabel("Custody").check();
  for (let number = 2; number <= pages + 1; number++) {
    await press(page, "Continue");
    await page.getByText(`Page ${number} of 6`).waitFor();
  }
}

async function sendWithoutIntake(page) {
  await goOn(page, 5);
  await press(page, "Send now");
  await page.getByRole("alert").waitFor();
}

async function sendSignedOut(page) {
  await page.getByLabel("Number to ring you back").fill("07700 900123");
  await page.context().clearCookies();
  await press(page, "Send now");
  await page.getByRole("alert").waitFor();
}
