// A person at work: their board, which stays open and is not loaded again by them, and a page beside it on which they open
// cases and fill in forms.
import assert from "node:assert/strict";

const LOADING_MS = 20000;
const THERE_MS = 5000; // what a page that is there has, it has at once
// What a form of several steps asks first, on a page of its own.
const FIRST_QUESTION = "What happened?";

// A time as people read it, for a RegExp: that of another day has its date.
export const CLOCK = String.raw`(?:\w+ \d+ \w+ )?\d\d:\d\d`;

// The teams, as people read them.
export const TEAM = "Northmoor Crisis Resolution and Home Treatment";
export const OTHER_TEAM = "Southfell Crisis Resolution and Home Treatment";
export const LINE = "Northmoor and Southfell Crisis Line";

export class AtWork {
  // `who` and `at` are whom stage.person() finds. Resolves when their board is live; a referrer has none.
  static async begin(browser, who, at = 0) {
    const one = new AtWork();
    one.browser = browser;
    one.board = await browser.pageOf(browser.stage.person(who, at));
    one.hand = browser.watch(await one.board.context().newPage());
    await one.board.goto("/");
    await one.isLive();
    return one;
  }

  async isLive() {
    await this.board.locator("#light").getByText("Live").waitFor();
  }

  async end() {
    assert.deepEqual(this.hand.faults, []);
    await this.browser.finish(this.board);
  }

  // What stands on their board about a case.
  card(number) {
    return this.board.locator(`[data-number="${number}"]`);
  }

  // Waits until their board says each of these about a case, without being loaded again.
  async sees(number, ...said) {
    try {
      for (const words of said) await this.looksFor(this.card(number), words);
    } catch (unseen) {
      await this.reads(number);
      unseen.message += `\nThe case itself says:\n${await this.hand.locator("main").innerText()}`;
      throw unseen;
    }
  }

  // They unfold what is folded away on a card, fold it again and go on: a card that somebody has in hand does not change.
  async looksFor(card, words) {
    await card.getByText(words).first().waitFor({ state: "attached", timeout: LOADING_MS });
    const more = card.locator("details").filter({ hasText: words }).locator("summary");
    const isFolded = !(await card.getByText(words).first().isVisible()) && (await more.count()) > 0;
    if (isFolded) await more.click();
    await says(card, [words]);
    if (!isFolded) return;
    await more.click();
    await this.board.evaluate(() => document.activeElement.blur());
  }

  async sawEnd(number) {
    await this.card(number).waitFor({ state: "detached" });
  }

  // Waits until the card does not say it any more.
  async sawGo(number, words) {
    await this.card(number).getByText(words).first().waitFor({ state: "detached" });
  }

  // Presses a button of a card, which leads to the board again.
  async taps(number, button) {
    const before = this.board.url();
    const card = this.card(number);
    await card.waitFor({ timeout: LOADING_MS });
    await orSay(card, `no button '${button}'`, () => card.getByRole("button", { name: button }).click({ timeout: LOADING_MS }));
    await this.board.waitForURL((url) => url.href !== before && url.searchParams.has("said")).catch(async (error) => {
      throw new Error(`${error.message} at ${this.board.url()}: ${await this.board.locator("main").innerText()}`);
    });
    await this.board.getByRole("status").getByText("done.").waitFor();
    await this.isLive();
  }

  // Declines an offer on its card.
  async declines(number, reason) {
    await unfoldDecline(this.card(number), reason);
    await this.taps(number, "Decline");
  }

  // Opens a case beside the board. Waits until it says each of these.
  async reads(number, ...said) {
    await this.hand.goto(`/cases/${number}`);
    await says(this.hand.locator("main"), said);
  }

  // On the case's page: what a person does there is a link, and below more that they can do; then its form.
  async does(number, what, answers = {}) {
    await this.opens(number, what);
    await this.sends(answers);
    await this.did();
  }

  // A referrer refers somebody. Returns the number of the case, and the path of their own page of it.
  async refers(answers) {
    await this.hand.goto("/refer");
    await this.sends({ "Number to ring you back": "07700 900123", ...answers }, "Send now");
    await says(this.hand.locator("main"), ["Say this number when you ring"]);
    const number = await this.hand.getByRole("heading", { level: 1 }).innerText();
    const path = await this.hand.getByRole("link", { name: "See how it stands now" }).getAttribute("href");
    return { number, path };
  }

  // A referrer changes one thing that they told, or takes it away.
  async corrects(path, what, answers) {
    await this.hand.goto(`${path}/change/${what}`);
    await this.sends(answers, "Send now");
    await says(this.hand.locator("main"), ["RECEIVED"]);
  }

  async did() {
    await says(this.hand.locator("main"), ["done."]);
  }

  // Loads a page of theirs again until it says each of these: it cannot notify us.
  async rereads(path, ...said) {
    await this.reloads(path, async (main) => {
      for (const words of said) if (!(await main.getByText(words).count())) return false;
      return true;
    }, said);
  }

  // The same until it does not say it any more.
  async rereadsWithout(path, words) {
    await this.reloads(path, async (main) => !(await main.getByText(words).count()), `without ${words}`);
  }

  async reloads(path, isGood, wanted) {
    const main = this.hand.locator("main");
    for (const until = Date.now() + LOADING_MS; Date.now() < until;) {
      await this.hand.goto(path);
      if (await isGood(main)) return;
    }
    assert.fail(`${path} never becomes '${wanted}', but:\n${await main.innerText()}`);
  }

  async opens(number, what) {
    await this.reads(number);
    const main = this.hand.locator("main");
    const link = main.getByRole("link", { name: what, exact: true }).first();
    await orSay(main, `nothing called '${what}' can be done`, async () => {
      if (!(await link.isVisible())) await main.getByText("More that you can do").click({ timeout: THERE_MS });
      await link.click({ timeout: THERE_MS });
    });
    await this.hand.getByRole("heading", { level: 1, name: what }).waitFor();
  }

  async sends(answers, button = "Send") {
    for (const [label, words] of Object.entries(answers)) {
      await answer(this.hand, label, words);
      if (label === FIRST_QUESTION) {
        await this.hand.getByRole("button", { name: "Continue" }).click();
        await this.hand.getByRole("heading", { level: 1, name: words }).waitFor();
      }
    }
    await this.hand.getByRole("button", { name: button, exact: true }).click();
  }
}

// Waits until a place says each of these.
async function says(place, said) {
  for (const words of said) await orSay(place, `it does not say '${words}'`, () => place.getByText(words).first().waitFor());
}

// What fails in a place says what a person reads there.
async function orSay(place, wrong, doing) {
  try {
    await doing();
  } catch (error) {
    assert.fail(`${wrong}, but:\n${(await place.allInnerTexts()).join("\n")}\n${error.message}`);
  }
}

// Opens the Decline of an offer's card, and chooses a reason.
export async function unfoldDecline(card, reason) {
  await card.locator("summary").getByText("Decline").click();
  const reasons = card.getByLabel("Decline, because");
  await reasons.waitFor();
  await choose(reasons, reason);
}

// The people of these journeys. Each comes when they are first needed, and stays until all have gone home.
export class Crew {
  constructor(browser) {
    this.browser = browser;
    this.there = new Map();
  }

  async get(who, at = 0) {
    const name = `${who} ${at}`;
    if (!this.there.has(name)) this.there.set(name, await AtWork.begin(this.browser, who, at));
    return this.there.get(name);
  }

  team = () => this.get("northmoor-crisis", 4);
  colleague = () => this.get("northmoor-crisis", 5);
  otherTeam = () => this.get("southfell-crisis");
  line = () => this.get("crisis-line");
  coordinator = () => this.get("northmoor-duty", 2);
  otherCoordinator = () => this.get("northmoor-duty", 1);
  neighbour = () => this.get("southfell-duty");
  referrer = () => this.get("street-triage", 4);

  // A case that the team has accepted.
  async accepted(facts) {
    const team = await this.team();
    const number = await this.browser.stage.call("refer", facts);
    await team.taps(number, "in 30 min");
    return number;
  }

  async goHome() {
    for (const one of this.there.values()) await one.end();
    this.there.clear();
  }
}

// Answers one question of a form by its label, as it is asked: words, one of a list, one of some, or a tick.
export async function answer(page, label, words) {
  const group = page.getByRole("group", { name: label }), field = page.getByLabel(label).first();
  await orSay(page.locator("main"), `it does not ask '${label}'`, () => group.or(field).first().waitFor({ timeout: THERE_MS }));
  const choice = group.getByLabel(words, { exact: true }).or(group.getByLabel(`${words}: to be recorded next`, { exact: true }));
  if (await choice.count()) {
    await choice.check();
    return;
  }
  if (!(await field.count())) assert.fail(`'${words}' is not one of:\n${(await group.allInnerTexts()).join("\n")}`);
  const kind = await field.evaluate((element) => element.type, null, { timeout: THERE_MS });
  if (kind === "select-one") await choose(field, words);
  else if (kind === "checkbox") await field.check();
  else await field.fill(words);
}

async function choose(list, words) {
  const options = await list.locator("option").allInnerTexts();
  assert(options.includes(words), `'${words}' is not one of: ${options.join(", ")}`);
  await list.selectOption({ label: words });
}
