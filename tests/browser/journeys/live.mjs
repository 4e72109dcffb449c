// Pages that stay open: what they say when the router or the gateway is away, what changes in them while somebody works
// there, and how they call a person.
import assert from "node:assert/strict";
import test from "node:test";

export default function live(browser) {
  const { stage } = browser;
  const light = (page, words) => page.locator("#light").getByText(words).waitFor();

  test("a page says that the router is away, and looks it, without being loaded again", async () => {
    const page = await home(browser);
    await light(page, "Live");
    await stage.call("kill", "broker");
    await light(page, /The router does not answer, since .*\. If it cannot wait, ring: Duty coordinator 01632 960100\./);
    assert(await page.locator("body.is-stale").count());
    await page.goto("/coordinator"); // as somebody sees it who comes now
    const away = page.getByText("The router does not answer now.");
    await away.waitFor();
    assert.match(await page.title(), /Old: /);
    await light(page, "The router does not answer, since");
    await stage.call("start", "broker");
    await light(page, "Live");
    assert.equal(await page.locator("body.is-stale").count(), 0);
    assert(await away.isHidden());
    assert.doesNotMatch(await page.title(), /Old: /);
    await browser.finish(page);
  });

  test("elements come, change, move and go, each in its place", async () => {
    const page = await home(browser);
    await board(page);
    await put(page, strip("r-2", "2", "second"));
    await put(page, strip("r-3", "3", "third"));
    await put(page, strip("r-1", "1", "first"));
    assert.deepEqual(await strips(page), ["first", "second", "third"]);
    await put(page, strip("r-1", "4", "first is last now"));
    await put(page, strip("r-3", "3", "third changed"));
    await put(page, '<li id="x" data-live data-in="elsewhere" data-order="1">of another page</li>');
    await say(page, "gone", "r-2");
    assert.deepEqual(await strips(page), ["third changed", "first is last now"]);
    assert(await page.getByText("Nobody waits").isHidden());
    await say(page, "gone", "r-1");
    await say(page, "gone", "r-3");
    assert(await page.getByText("Nobody waits").isVisible());
    await browser.finish(page);
  });

  test("a form that came has the token of the session, and an id of its own", async () => {
    const page = await home(browser);
    await board(page);
    const form = '<form method="post" action="/x"><input type="hidden" name="token">' +
      '<input type="hidden" name="command" data-command></form>';
    for (const id of ["r-1", "r-2"]) await put(page, strip(id, id, form));
    const [values, token] = await page.evaluate(() => [
      Array.from(document.querySelectorAll("#board input"), (input) => input.value),
      document.querySelector("header input[name=token]").value,
    ]);
    assert.deepEqual([values[0], values[2]], [token, token]);
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    assert.match(values[1], uuid);
    assert.match(values[3], uuid);
    assert.notEqual(values[1], values[3]);
    const made = parseInt(values[1].replaceAll("-", "").slice(0, 12), 16);
    assert(Math.abs(made - Date.now()) < 60000);
    await browser.finish(page);
  });

  test("an element that somebody works in is not changed under their hands", async () => {
    const page = await home(browser);
    await board(page);
    const field = (words) => `${words} <label>Note <input name="note"></label><button type="button">Other</button>`;
    const shown = page.getByRole("button", { name: "This has changed: show it" });
    await put(page, strip("r-1", "1", field("as it was")));
    await page.getByLabel("Note").fill("typed");
    await put(page, strip("r-1", "1", field("as it is")));
    assert.equal(await page.getByLabel("Note").inputValue(), "typed");
    assert(await page.getByLabel("Note").evaluate((input) => input === document.activeElement));
    await page.evaluate(() => document.activeElement.blur());
    assert.equal(await page.getByLabel("Note").inputValue(), "typed"); // it is typed still
    await shown.click();
    assert.equal(await page.locator("#r-1").evaluate((strip) => strip === document.activeElement), true);
    assert.match((await strips(page))[0], /^as it is/);

    await page.getByLabel("Note").focus(); // nothing is typed: the change waits only for the focus to leave
    await put(page, strip("r-1", "1", field("as it is later")));
    assert.match((await strips(page))[0], /as it is\s+Note/);
    await page.evaluate(() => document.activeElement.blur());
    await page.getByText("as it is later").waitFor();

    await page.getByLabel("Note").fill("typed again");
    await say(page, "gone", "r-1");
    await page.getByText("Note").waitFor();
    await shown.click();
    assert.deepEqual(await strips(page), []);
    await browser.finish(page);
  });

  test("nothing moves between a press and its release, so that what was pressed is pressed", async () => {
    const page = await home(browser);
    await board(page);
    const button = '<button type="button">now</button>';
    await put(page, strip("r-2", "2", `<label>Note <input name="note"></label>`));
    await put(page, strip("r-3", "3", `as it was ${button}`));
    await page.evaluate(() => document.addEventListener("click", (click) => {
      if (click.target.textContent === "now") globalThis.pressed = true;
    }));
    await page.getByLabel("Note").focus();
    await put(page, strip("r-2", "2", "<p>A</p><p>change</p><p>that</p><p>is</p><p>longer</p>")); // it waits for the focus to leave
    await page.getByRole("button", { name: "now" }).hover();
    await page.mouse.down();
    await put(page, strip("r-3", "3", `as it is ${button}`));
    await put(page, strip("r-1", "1", "another one"));
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve))); // the focus has left
    assert.equal((await strips(page)).length, 2);
    await page.mouse.up();
    assert(await page.evaluate(() => globalThis.pressed));
    await page.getByText("another one").waitFor();
    await page.getByText("longer").waitFor();
    await page.getByText("This has changed: show it").click(); // the button has the focus
    assert.match((await strips(page))[2], /^as it is/);
    await browser.finish(page);
  });

  test("the title counts what calls, and it sounds once somebody turned the sound on", async () => {
    const page = await home(browser, countTones);
    await board(page);
    const called = async () => Number(/^\((\d+)\) /.exec(await page.title())?.[1] ?? 0);
    const before = await called(); // by cases that stand on this board
    await put(page, strip("r-1", "1", "an offer", "data-alert"));
    assert.equal(await called(), before + 1);
    assert.equal(await page.evaluate(() => globalThis.tones), 0);
    await page.getByRole("button", { name: "Turn sound on" }).click();
    await page.getByRole("button", { name: "Sound is on: hear it" }).waitFor();
    const tested = await tones(page, 0);
    await put(page, strip("r-1", "1", "the same offer", "data-alert"));
    await put(page, strip("r-2", "2", "another one", "data-alert"));
    const rang = await tones(page, tested);
    assert.equal(rang - tested, tested);
    await say(page, "gone", "r-1");
    await say(page, "gone", "r-2");
    assert.equal(await called(), before);
    await browser.finish(page);
  });

  test("times tick by the gateway's clock, also if the device's is wrong", async () => {
    const page = await home(browser, () => {
      const now = Date.now;
      Date.now = () => now() - 3600000;
    });
    await board(page);
    await light(page, "Live");
    const now = Date.now();
    const time = (id, ms) => put(page, strip(id, id, `<time class="clock" data-until="${now + ms}">-</time>`));
    await time("r-1", -1000);
    await time("r-2", 9.5 * 60000);
    await time("r-3", (3 * 60 + 59.5) * 60000);
    await time("r-4", 50 * 60 * 60000);
    await page.getByText("LATE").waitFor();
    await page.locator("#r-2").getByText("9 min").waitFor();
    await page.locator("#r-3").getByText("3h59").waitFor();
    await page.locator("#r-4").getByText("2 days").waitFor();
    assert.equal(await page.locator("#r-1 .clock--late").count(), 1);
    await browser.finish(page);
  });

  test("an offer comes and goes on a board that is open, and none is missed after a break", async () => {
    const page = await browser.pageOf(stage.person("team"));
    await page.goto("/team");
    await light(page, "Live");
    const shown = () => page.locator("#offers > li, #own > li").evaluateAll((cards) => cards.map((card) => card.dataset.number));
    const before = await shown();
    const first = await stage.call("refer");
    await page.locator(`#offers > [data-number="${first}"]`).waitFor();
    await stage.call("cut");
    await light(page, "Not live since");
    const missed = [await stage.call("refer"), await stage.call("refer")];
    for (const number of missed) await page.locator(`#offers > [data-number="${number}"]`).waitFor();
    await light(page, "Live");
    assert.deepEqual((await shown()).sort(), [...before, first, ...missed].sort());

    await page.locator(`#offers > [data-number="${first}"]`).getByRole("button", { name: "in 30 min" }).click();
    await page.locator(`#own > [data-number="${first}"]`).waitFor();
    await browser.finish(page);
  });

  test("the tiles of a board count what came and went, and say as of when, without being loaded again", async () => {
    const page = await home(browser), only = await browser.pageOf(stage.person("coordinator"));
    await only.goto("/coordinator?only=rest");
    for (const one of [page, only]) await light(one, "Live");
    const tiles = (one) => one.locator("#tiles .tile").allInnerTexts();
    const isAsFresh = async (open) => {
      const fresh = await home(browser);
      const now = (await tiles(fresh)).join();
      await open.waitForFunction((wanted) => Array.from(document.querySelectorAll("#tiles .tile"), (tile) => tile.innerText).join() === wanted, now);
      await browser.finish(fresh);
    };
    const count = async () => (await tiles(page)).reduce((sum, tile) => sum + parseInt(tile, 10), 0);
    const before = await count();
    const number = await stage.call("refer");
    await page.locator(`#strips > [data-number="${number}"]`).waitFor();
    await page.waitForFunction((wanted) => Array.from(document.querySelectorAll("#tiles .tile__number"))
      .reduce((sum, figure) => sum + Number(figure.innerText), 0) === wanted, before + 1);
    for (const one of [page, only]) await isAsFresh(one);
    assert.equal(await only.locator("#tiles [aria-current=true]").count(), 1);
    for (const tile of await page.locator("#tiles .tile").all())
      assert.equal(/^0\b/.test(await tile.innerText()), /tile--none/.test(await tile.getAttribute("class")));
    await page.evaluate(() => (document.querySelector("time[data-as-of]").textContent = "then"));
    await page.locator("time[data-as-of]").getByText(/^\d\d:\d\d$/).waitFor();
    for (const one of [page, only]) await browser.finish(one);
  });

  test("the page of a case follows it, and its deeds with it", async () => {
    const page = await browser.pageOf(stage.person("team")), other = await browser.pageOf(stage.person("team", 1));
    const number = await stage.call("refer");
    await other.goto("/team");
    await page.goto(`/cases/${number}`);
    for (const one of [page, other]) await light(one, "Live");
    assert.equal(await page.getByRole("link", { name: "Say how far you are" }).count(), 0);
    await other.locator(`#offers > [data-number="${number}"]`).getByRole("button", { name: "in 30 min" }).click();
    await page.getByRole("link", { name: "Say how far you are" }).waitFor();
    await page.locator("#case").getByText("will come").first().waitFor();
    for (const one of [page, other]) await browser.finish(one);
  });

  test("the button of a card that came by itself does what it says, on every board", async () => {
    const pages = [];
    for (const at of [0, 1]) {
      const page = await browser.pageOf(stage.person("team", at));
      await page.goto("/team");
      await light(page, "Live");
      pages.push(page);
    }
    const number = await stage.call("refer");
    const card = (page, list) => page.locator(`#${list} > [data-number="${number}"]`);
    for (const page of pages) await card(page, "offers").waitFor();
    await card(pages[0], "offers").getByRole("button", { name: "in 15 min" }).click();
    for (const page of pages) await card(page, "own").waitFor();
    for (const page of pages) await browser.finish(page);
  });

  test("a page whose gateway stops says so at once; signed out then, it hides what it showed", async () => {
    const page = await home(browser);
    await light(page, "Live");
    await stage.call("kill", "gateway");
    await light(page, "Not live since");
    assert(await page.getByRole("button", { name: "Try again" }).isVisible());
    assert(await page.getByRole("heading", { level: 1 }).isVisible());
    await stage.call("start", "gateway");
    await page.getByRole("button", { name: "Try again" }).click();
    await light(page, "You are signed out.");
    assert(await page.getByRole("heading", { level: 1 }).isHidden());
    assert.equal((await page.locator("#main").innerText()).replaceAll(/\s+/g, " ").trim(),
      "You are signed out. What this page showed is hidden.Sign in");
    assert(await page.getByText("Signed in:").isHidden());
    assert.equal(await page.locator("#light a").getAttribute("href"), "/sign-in");
    stage.forgetSessions();
    await browser.finish(page);
  });
}

async function home(browser, atFirst) {
  const page = await browser.pageOf(browser.stage.person("coordinator"));
  if (atFirst) await page.addInitScript(atFirst);
  await page.goto("/");
  return page;
}

// A list such as a board has, on a page that follows.
async function board(page) {
  await page.locator("#light").getByText("Live").waitFor();
  await page.evaluate(() => {
    const list = document.createElement("ul");
    const empty = document.createElement("p");
    list.id = "board";
    empty.dataset.ifEmpty = "board";
    empty.textContent = "Nobody waits";
    document.getElementById("main").append(list, empty);
  });
}

function strip(id, order, html, more = "") {
  return `<li class="strip" id="${id}" data-live data-in="board" data-order="${order}" ${more}>${html}</li>`;
}

// Calls the page's own module, as an event of the stream does.
async function say(page, name, data) {
  await page.evaluate(async ([what, words]) => {
    const { name: url } = performance.getEntriesByType("resource").find((entry) => /\/elements\.\w+\.js$/.test(entry.name));
    (await import(url))[what](words);
  }, [name, data]);
}

function put(page, html) {
  return say(page, "put", html);
}

function strips(page) {
  return page.locator("#board > li").allInnerTexts();
}

// Runs in the page, before its scripts.
function countTones() {
  const { start } = OscillatorNode.prototype;
  globalThis.tones = 0;
  OscillatorNode.prototype.start = AudioScheduledSourceNode.prototype.start = function counted(...when) {
    globalThis.tones++;
    return start.apply(this, when);
  };
}

// Waits until more tones than these have begun, and says how many.
async function tones(page, more) {
  await page.waitForFunction((count) => globalThis.tones > count, more);
  return page.evaluate(() => globalThis.tones);
}
