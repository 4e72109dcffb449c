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
  { name: "home-auditor", as: "auditor", path: "/" },
];

// Opens a state on a page of its own.
export async function open(browser, state, options) {
  const page = state.as ? await browser.pageOf(browser.stage.person(state.as), options) : await browser.page(options);
  await page.goto(state.path);
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
