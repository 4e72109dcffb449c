// A browser in front of the stage, and what every page is judged by.
import assert from "node:assert/strict";

import { axe, chromium, HtmlValidate } from "./packages.mjs";
import { freshCode } from "./stage.mjs";

const CHROMIUM = "/usr/bin/chromium-headless-shell";
export const PROGRAMS = [CHROMIUM, "/usr/sbin/nginx", "/usr/bin/openssl"];
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// The rules of axe that look at colours: of text, and of the rows of a table. sameShape() says that the rest finds the
// same in the dark.
const COLOUR_RULES = ["color-contrast", "link-in-text-block", "table-fake-caption", "td-has-header", "th-has-data-cells"];
const RULES = {
  // A board fetches itself anew if the browser runs no script: what it shows would be old otherwise.
  "meta-refresh": "off",
  // An input is of text, and a button sends its form, unless they say otherwise: pages need not.
  "no-implicit-button-type": "off",
  "no-implicit-input-type": "off",
  // Boxes of one name are one question, as radio buttons are.
  "form-dup-name": ["error", { shared: ["radio", "checkbox", "button", "reset", "submit"] }],
};

export class Browser {
  static async open(stage) {
    const browser = new Browser();
    browser.stage = stage;
    browser.states = new Set();
    browser.kept = new Map(); // by a person's id: their page, for the next state
    browser.undecided = {}; // by rule: how many places axe leaves to people
    browser.validator = new HtmlValidate({ extends: ["html-validate:recommended"], rules: RULES });
    browser.launching = {
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        `--host-resolver-rules=MAP ${new URL(stage.origin).host}:443 127.0.0.1:${stage.port}`,
        `--ignore-certificate-errors-spki-list=${stage.certificate}`,
      ],
    };
    browser.chromium = await chromium.launch(browser.launching);
    return browser;
  }

  async close() {
    await this.chromium.close();
  }

  // Another browser, which keeps what it knows in this folder.
  async keep(folder) {
    return chromium.launchPersistentContext(folder, { ...this.launching, baseURL: this.stage.origin });
  }

  // A page in a context of its own: it shares no cookie with another one. Its faults fail the test: see finish().
  async page({ width = 360, colorScheme = "light", javaScriptEnabled = true, cookies = undefined } = {}) {
    const context = await this.chromium.newContext({
      baseURL: this.stage.origin,
      viewport: { width, height: width < 600 ? 780 : 1080 },
      colorScheme,
      javaScriptEnabled,
      storageState: cookies,
    });
    return this.watch(await context.newPage());
  }

  // What the content policy refuses, or what fails in a script, is kept in page.faults.
  watch(page) {
    page.faults = [];
    page.on("pageerror", (error) => page.faults.push(String(error)));
    page.on("console", (message) => {
      if (/content security policy|trusted ?type/i.test(message.text())) page.faults.push(message.text());
    });
    page.on("response", (response) => {
      if (response.request().isNavigationRequest() && response.frame() === page.mainFrame()) page.document = response;
    });
    return page;
  }

  async finish(page) {
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }

  async signIn(page, person) {
    await page.goto("/sign-in");
    await page.getByLabel("Your id").fill(person.id);
    await page.getByLabel("Password").fill(person.password);
    await page.getByLabel("6 digits").fill(await freshCode(person));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL((url) => url.pathname !== "/sign-in");
  }

  // A page of somebody who is signed in; a session is used again, because one-time codes are few.
  async pageOf(person, options = {}) {
    if (!person.cookies) {
      const first = await this.page();
      await this.signIn(first, person);
      person.cookies = await first.context().storageState();
      await this.finish(first);
    }
    return this.page({ ...options, cookies: person.cookies });
  }

  // The page that a state before has left, because a browser takes longer to begin than to go on. Of those who leave
  // something in a browser, such as a form that is half filled in, each has a page of its own.
  async keptPageOf(person) {
    if (!this.kept.has(person.id)) this.kept.set(person.id, await this.pageOf(person));
    return this.kept.get(person.id);
  }

  // Leaves a page: closed, or for the next state.
  async leave(page) {
    if (![...this.kept.values()].includes(page)) return this.finish(page);
    return assert.deepEqual(page.faults.splice(0), []);
  }

  async finishKept() {
    for (const page of this.kept.values()) await this.finish(page);
    this.kept.clear();
  }

  // Judges a page as it stands, in light and in dark, with every rule and every element. A rule that looks at no colour is
  // judged once, because the page has the same shape in the dark.
  async judge(page, name) {
    assert(!this.states.has(name), `two states are called '${name}'`);
    this.states.add(name);
    await page.evaluate(axe);
    await this.judgeIn("light", page, name, { type: "tag", values: TAGS });
    await this.judgeIn("dark", page, name, { type: "rule", values: COLOUR_RULES });
    await sameShape(page, name);
    await page.emulateMedia({ colorScheme: null });
    await this.validate(page, name);
  }

  async judgeIn(colorScheme, page, name, runOnly) {
    await page.emulateMedia({ colorScheme });
    const { violations, incomplete } = await page.evaluate(runAxe, runOnly);
    for (const { id, nodes } of incomplete) this.undecided[id] = (this.undecided[id] ?? 0) + nodes.length;
    assert.deepEqual(violations.flatMap(violation), [], `${name}, ${colorScheme}`);
  }

  // The HTML as the gateway sent it.
  async validate(page, name) {
    const report = await this.validator.validateString(await page.document.text());
    const faults = report.results.flatMap((result) => result.messages);
    assert.deepEqual(faults.map((fault) => `${fault.line}: ${fault.message} (${fault.ruleId})`), [], name);
  }
}

function violation(rule) {
  return rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.html} ${node.failureSummary}`);
}

// Runs in the page. What passed is not sent: it is most of it.
async function runAxe(runOnly) {
  const { violations, incomplete } = await globalThis.axe.run(document, { runOnly, resultTypes: ["violations", "incomplete"] });
  return { violations, incomplete };
}

// The page, which is dark, has the same shape in the light. It is measured again if its words changed meanwhile.
async function sameShape(page, name) {
  for (;;) {
    const dark = await page.evaluate(shapeOf);
    await page.emulateMedia({ colorScheme: "light" });
    const light = await page.evaluate(shapeOf);
    if (dark.words === light.words) {
      assert.deepEqual(dark.boxes, light.boxes, `${name} has another shape in the dark`);
      return;
    }
    await page.emulateMedia({ colorScheme: "dark" });
  }
}

// Runs in the page: where each element is, and how it is shown apart from its colours.
function shapeOf() {
  const boxes = Array.from(document.querySelectorAll("body, body *"), (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const { display, visibility, opacity, overflow, fontSize, fontWeight } = getComputedStyle(element);
    return [element.localName, left, top, width, height, display, visibility, opacity, overflow, fontSize, fontWeight].join(" ");
  });
  return { words: document.body.innerText, boxes };
}
