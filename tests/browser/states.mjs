// Each state that a page can be in, for those who judge pages and those who photograph them. A new page is a row: who looks
// at it, where it is, and what a person does there first.
//
// `as` and `at` are whom stage.person() finds; without them nobody is signed in. {NAME} in `path` is the number of day.py's
// case. `before` changes the stage when the page is there, and `after` changes it back.

const UNKNOWN = "0199aaaa-0000-7000-8000-000000000001";
const CUSTODY = "liaison-and-diversion", DEPARTMENT = "emergency-department";
// Names of day.py's cases.
const CASES = ["closed", "withdrawn", "in-contact", "on-its-way", "tried", "missing", "detained", "child", "taken", "bare",
  "changed", "closing", "passed-on", "asked-beside", "without-authority", "heard", "muted", "offered"];
// All reports are one page; these have between them all that stands on it: bars, spans, charts, shares, many tables, none.
const REPORTS = ["times", "national", "custody", "section136", "equality", "requests", "change"];

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
  { name: "refer-without-a-number", as: "referrer", path: "/refer", then: (page) => pressAndBeTold(page, "Send now") },
  { name: "refer-received", as: "referrer", path: "/refer", then: referInTheStreet },
  { name: "refer-of-another", as: "referrer", path: "/refer", then: sendWhatAnotherTyped },
  { name: "refer-signed-out", as: "referrer", path: "/refer", then: sendSignedOut },
  { name: "referrals", as: "referrer", path: "/referrals" },
  { name: "referrals-of-the-source", as: "referrer", path: "/referrals/all" },
  { name: "referrals-none", as: DEPARTMENT, path: "/referrals" },
  { name: "referral", as: "referrer", path: "/referrals", then: (page) => follow(page, "{on-its-way}") },
  { name: "referral-closed", as: "referrer", path: "/referrals", then: (page) => follow(page, "{closed}") },
  { name: "change-one", as: "referrer", path: `/referrals/${UNKNOWN}/change/urgency` },
  { name: "change-any", as: "referrer", path: `/referrals/${UNKNOWN}/change` },
  { name: "referral-unknown", as: "referrer", path: `/referrals/${UNKNOWN}` },
  { name: "refer-custody", as: CUSTODY, path: "/refer" },
  { name: "refer-custody-2", as: CUSTODY, path: "/refer", then: (page) => goOn(page, 1) },
  { name: "refer-custody-3", as: CUSTODY, path: "/refer", then: (page) => goOn(page, 2) },
  { name: "refer-custody-4", as: CUSTODY, path: "/refer", then: (page) => goOn(page, 3) },
  { name: "refer-custody-5", as: CUSTODY, path: "/refer", then: (page) => goOn(page, 4) },
  { name: "refer-custody-check", as: CUSTODY, path: "/refer", then: (page) => goOn(page, 5) },
  { name: "refer-department", as: DEPARTMENT, path: "/refer" },
  { name: "refer-department-2", as: DEPARTMENT, path: "/refer", then: (page) => goOn(page, 1) },
  { name: "refer-department-check", as: DEPARTMENT, path: "/refer", then: (page) => goOn(page, 5) },
  { name: "refer-telephoned-which", as: "coordinator", path: "/refer" },
  { name: "refer-telephoned", as: "coordinator", path: "/refer/emergency-department" },
  { name: "team-locked", as: "team", at: 3, path: "/team", then: lock },
  { name: "unlock", as: "team", at: 3, path: "/cases/{offered}" },
  { name: "unlock-wrong", as: "team", at: 3, path: "/cases/{offered}", then: proveWrong },

  ...CASES.map((name) => ({ name: `case-${name}-coordinator`, as: "coordinator", path: `/cases/{${name}}` })),
  { name: "case-on-its-way-team", as: "team", path: "/cases/{on-its-way}" },
  { name: "case-on-its-way-referrer", as: "referrer", path: "/cases/{on-its-way}" },
  { name: "case-offered-referrer", as: "referrer", path: "/cases/{offered}" },
  { name: "coordinator-filtered", as: "coordinator", path: "/coordinator?only=overdue" },
  { name: "coordinator-wall", as: "coordinator", path: "/coordinator?wall=1" },
  { name: "check-in", as: "team", path: "/cases/{on-its-way}/checkin?step=contact" },
  { name: "close-without-an-outcome", as: "team", path: "/cases/{in-contact}/close", then: (page) => pressAndBeTold(page, "Send") },
  { name: "detention-form", as: "coordinator", path: "/cases/{detained}/detention" },
  ...["accept", "decline"].map((form) => ({ name: form, as: "team", path: `/cases/{offered}/${form}` })),
  ...["handover", "message", "tried", "ask", "missing", "show"].map((form) =>
    ({ name: form, as: "team", path: `/cases/{on-its-way}/${form}` })),
  ...["take", "assign"].map((form) => ({ name: form, as: "coordinator", path: `/cases/{on-its-way}/${form}` })),
  ...["found", "acknowledge", "saw-closing"].map((form) =>
    ({ name: form, as: "coordinator", path: `/cases/{${form === "saw-closing" ? "closing" : "missing"}}/${form}` })),
  { name: "answer", as: "coordinator", path: "/cases/{asked-beside}/answer" },
  { name: "passed-on", as: "team", path: "/cases/{passed-on}/passed-on" },
  { name: "reopen", as: "coordinator", path: "/cases/{withdrawn}/reopen" },
  { name: "withdraw", as: "referrer", path: "/cases/{offered}/withdraw" },
  { name: "detention-arrived", as: "coordinator", path: "/cases/{detained}/detention?step=arrived" },
  { name: "detention-extended", as: "coordinator", path: "/cases/{detained}/detention?step=extended" },
  { name: "detention-ended", as: "coordinator", path: "/cases/{detained}/detention?step=ended",
    then: (page) => pressAndBeTold(page, "Send") },
  { name: "check-in-which", as: "team", path: "/cases/{on-its-way}/checkin" },
  { name: "who", as: "coordinator", path: "/cases/{on-its-way}/who", then: askWho },
  { name: "give-back", as: "team", path: "/cases/{on-its-way}/give-back" },
  { name: "mute", as: "coordinator", path: "/cases/{missing}/mute" },
  { name: "capacity", as: "team", path: "/desk/capacity" },
  { name: "handover-nobody-on-shift", as: "team", path: "/handover" },
  { name: "handover-not-signed", as: "team", path: "/team", then: beginHandover },
  { name: "handover-of-mine", as: "team", path: "/handover", then: handOver },
  { name: "handover-to-sign", as: "team", at: 1, path: "/handover" },
  { name: "handover-signed", as: "team", at: 1, path: "/handover", then: takeHandover },
  { name: "handover-coordinator", as: "coordinator", path: "/handover" },
  { name: "cover", as: "coordinator", path: "/desk/cover" },
  { name: "accept-too-late", as: "team", path: "/cases/{on-its-way}", then: acceptOnceMore },
  { name: "take-after-accept", as: "coordinator", path: "/cases/{on-its-way}/take", then: (page) => pressAndBeTold(page, "Send") },
  { name: "case-unknown", as: "team", path: "/cases/R-9999" },

  { name: "audit", as: "auditor", path: "/audit" },
  { name: "audit-checked", as: "auditor", path: "/audit", then: checkTheTrail },
  ...REPORTS.map((name) => ({ name: `report-${name}`, path: `/audit/reports/${name}` })).concat([
    { name: "report-unsuppressed", path: "/audit/reports/times?period=2028-09&unsuppressed=yes" },
    { name: "report-provisional", path: "/audit/reports/national?period=2028-10&unsuppressed=yes" },
  ]).map((state) => ({ ...state, as: "inspector", before: readTwoYears, then: readAgain, after: readTheDay })),
  { name: "report-not-yet", as: "auditor", path: "/audit/reports/times" },
  { name: "report-wrong-period", as: "auditor", path: "/audit/reports/times?from=yesterday" },
  { name: "audit-case", as: "auditor", path: "/audit/cases/{on-its-way}" },
  { name: "audit-find-case", as: "auditor", path: "/audit/cases" },
  { name: "report-of-nothing", as: "auditor", path: "/audit/reports/national?period=2020-01" },
  ...[
    { name: "report-change-opened", path: "/audit/reports/change?period=2028-09", then: readAgainOpened },
    { name: "report-change-unsuppressed", path: "/audit/reports/change?period=2028-10&unsuppressed=yes", then: readAgain },
  ].map((state) => ({ ...state, as: "inspector", before: readTwoYears, after: readTheDay })),
  { name: "audit-of-another-role", as: "team", path: "/audit" },
  { name: "audit-no-case", as: "auditor", path: "/audit/cases/R-9999" },

  { name: "refer-not-sent", as: CUSTODY, path: "/refer", before: kill("custody"), then: sendWithoutIntake,
    after: start("custody") },
  ...[
    { name: "team-away", as: "team", path: "/team", then: seeThatItIsOld },
    { name: "coordinator-away", as: "coordinator", path: "/coordinator", then: seeThatItIsOld },
    { name: "referrals-away", as: "referrer", path: "/referrals", then: seeThatItIsOld },
    { name: "referral-saved", as: "referrer", path: "/refer", then: referWithoutRouter },
    { name: "case-not-answered", as: "team", path: "/cases/{on-its-way}", then: (page) => page.reload() },
    { name: "action-not-answered", as: "coordinator", path: "/cases/{missing}/mute", then: muteWithoutRouter },
    { name: "status-away", path: "/status", then: seeTheRouterAway },
  ].map((state) => ({ ...state, before: kill("broker"), after: bringRouterBack })),
];

// What stays in a browser: a form that is half filled in, a referral that waits; and a page that is open while the stage changes.
const leavesSomething = (state) => state.path === "/refer" || state.before;

// Opens a state, on a page of its own if it leaves something in its browser.
export async function open(browser, state) {
  const person = state.as && browser.stage.person(state.as, state.at);
  const page = !person ? await browser.page() : leavesSomething(state) ? await browser.pageOf(person) : await browser.keptPageOf(person);
  page.numbered = (text) => text.replace(/\{(.+)\}/, (_, name) => browser.stage.cases[name]);
  await page.goto(page.numbered(state.path));
  if (state.before) await state.before(browser.stage);
  if (state.then) await state.then(page);
  return page;
}

// Puts the stage back after a state, and leaves its page.
export async function leave(browser, state, page) {
  if (state.after) await state.after(browser.stage, page);
  await browser.leave(page);
}

function kill(program) {
  return (stage) => stage.call("kill", program);
}

function start(program) {
  return (stage) => stage.call("start", program);
}

function readTwoYears(stage) {
  return stage.call("read_two_years");
}

function readTheDay(stage) {
  return stage.call("read_the_day");
}

async function readAgain(page) {
  await page.reload();
}

async function readAgainOpened(page) {
  await readAgain(page);
  await openEverything(page);
}

async function press(page, name) {
  await page.getByRole("button", { name, exact: true }).click();
}

// The page that comes says what was not done.
async function pressAndBeTold(page, name) {
  await press(page, name);
  await page.getByRole("alert").waitFor();
}

async function beginHandover(page) {
  await press(page, "I come on shift");
  await page.getByRole("link", { name: "Hand the shift over" }).click();
  await page.getByRole("button", { name: "I go, and hand this over" }).waitFor();
}

async function handOver(page) {
  await press(page, "I go, and hand this over");
  await page.getByText("nobody has signed yet").first().waitFor();
}

async function takeHandover(page) {
  await press(page, "I have read it, and take it over");
  await page.getByRole("link", { name: "The latest handover that both signed" }).click();
  await page.getByText("by both").waitFor();
}

// The link to a case, by day.py's name of it.
async function follow(page, name) {
  await page.getByRole("link", { name: page.numbered(name) }).click();
  await page.getByText("What you can do").waitFor();
}

async function askWho(page) {
  await page.getByLabel("Why you ask").fill("a look at the form");
  await press(page, "Send");
  await page.getByText("That you asked has been recorded too").waitFor();
}

// As scripts/lock.js does.
async function lock(page) {
  await page.evaluate(async () => {
    const { token } = document.getElementById("lock").dataset;
    await fetch("/leave", { method: "POST", body: new URLSearchParams({ token }) });
  });
  await page.reload();
}

async function proveWrong(page) {
  await page.getByLabel("6 digits").fill("000000");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("alert").waitFor();
}

async function signInWrong(page) {
  await page.getByLabel("Your id").fill("p198");
  await page.getByLabel("Password").fill("not it");
  await page.getByLabel("6 digits").fill("000000");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
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

// Goes on by so many pages in a form of one thing a page, with something told on the first.
async function goOn(page, pages) {
  await page.getByLabel("Number to ring you back").fill("07700 900123");
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

// A stale page is posted again, of an offer that has been answered.
async function acceptOnceMore(page) {
  await page.evaluate(() => {
    const form = document.createElement("form");
    const fields = { token: document.querySelector("header input[name=token]").value, attempt: "1", minutes: "15" };
    for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { name, value }));
    document.body.append(Object.assign(form, { method: "post", action: `${location.pathname}/accept` }));
    form.submit();
  });
  await page.getByRole("alert").waitFor();
}

async function sendWhatAnotherTyped(page) {
  await page.getByLabel("Number to ring you back").fill("07700 900123");
  await page.locator("main input[name=by]").evaluate((input) => (input.value = "p999"));
  await press(page, "Send now");
  await page.getByRole("heading", { name: "Somebody else typed this" }).waitFor();
}

async function seeThatItIsOld(page) {
  await page.locator("#light").getByText("The router does not answer, since").waitFor();
}

async function referWithoutRouter(page) {
  await page.getByLabel("Number to ring you back").fill("07700 900123");
  await press(page, "Send now");
  await page.getByText("Saved, and not with the router yet").waitFor();
  await seeThatItIsOld(page);
}

async function muteWithoutRouter(page) {
  await page.locator("input[name=minutes]").fill("15");
  await press(page, "Send");
  await page.getByRole("alert").waitFor();
}

async function bringRouterBack(stage, page) {
  await stage.call("start", "broker");
  if (await page.getByText("Saved, and not with the router yet").count()) await page.getByText("Say this number when you ring").waitFor();
  while (!(await page.getByText("Concordat works").count())) await page.goto("/status");
}

async function seeTheRouterAway(page) {
  while (!(await page.getByText("does not answer").count())) await page.reload();
}

async function checkTheTrail(page) {
  await press(page, "Check the trail now");
  while (await page.getByText("It is being checked").count()) await page.reload();
}
