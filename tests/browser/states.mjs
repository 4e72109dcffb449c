// Each state that a page can be in, for those who judge pages and those who photograph them. A new page is a row: who looks
// at it, where it is, and what a person does there first.
// Names of day.py's cases; {name} in a path is the number of that one.
const CASES = ["closed", "withdrawn", "in-contact", "on-its-way", "tried", "missing", "detained", "child", "taken", "bare",
  "changed", "offered"];

export const STATES = [
  { name: "sign-in", path: "/sign-in" },
  { name: "sign-in-refused", path: "/sign-in", then: signInWrong },
  { name: "status-works", path: "/status" },
  { name: "not-found", path: "/none" },
  { name: "home-team", as: "team", path: "/" },
  { name: "home-coordinator", as: "coordinator", path: "/" },
  { name: "home-referrer", as: "referrer", path: "/" },
  { name: "home-auditor", as: "auditor", path: "/" },
  ...CASES.map((name) => ({ name: `case-${name}-coordinator`, as: "coordinator", path: `/cases/{${name}}` })),
  { name: "case-on-its-way-team", as: "team", path: "/cases/{on-its-way}" },
  { name: "case-on-its-way-referrer", as: "referrer", path: "/cases/{on-its-way}" },
  { name: "case-offered-referrer", as: "referrer", path: "/cases/{offered}" },
  { name: "case-unknown", as: "team", path: "/cases/R-9999" },
];

// Opens a state on a page of its own.
export async function open(browser, state, options) {
  const page = state.as ? await browser.pageOf(browser.stage.person(state.as), options) : await browser.page(options);
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
