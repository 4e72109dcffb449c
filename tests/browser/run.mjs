// The journeys, and every state of every page judged: run.mjs SOURCE BUILD.
import { existsSync } from "node:fs";
import test, { after } from "node:test";

import { Crew } from "./at_work.mjs";
import { Browser, PROGRAMS } from "./browser.mjs";
import afterTheEnd from "./journeys/after_the_end.mjs";
import beside from "./journeys/beside.mjs";
import corrections from "./journeys/corrections.mjs";
import detention from "./journeys/detention.mjs";
import entered from "./journeys/entered.mjs";
import giveBack from "./journeys/give_back.mjs";
import handOver from "./journeys/hand_over.mjs";
import firstLoad from "./journeys/first_load.mjs";
import keyboard from "./journeys/keyboard.mjs";
import live from "./journeys/live.mjs";
import lock from "./journeys/lock.mjs";
import messages from "./journeys/messages.mjs";
import missingPerson from "./journeys/missing.mjs";
import notReached from "./journeys/not_reached.mjs";
import reminders from "./journeys/reminders.mjs";
import oneReferral from "./journeys/one_referral.mjs";
import outage from "./journeys/outage.mjs";
import sealed from "./journeys/sealed.mjs";
import shifts from "./journeys/shifts.mjs";
import shift from "./journeys/shift.mjs";
import signIn from "./journeys/sign_in.mjs";
import stolenDevice from "./journeys/stolen_device.mjs";
import twoAccept from "./journeys/two_accept.mjs";
import whoIsThere from "./journeys/who_is_there.mjs";
import { Stage } from "./stage.mjs";
import { leave, open, STATES } from "./states.mjs";

const missing = PROGRAMS.filter((program) => !existsSync(program));
if (missing.length) {
  console.log(`skipped: ${missing.join(" and ")} is not installed (tests/run browser installs it)`);
  process.exit(77);
}
const stage = await Stage.open(...process.argv.slice(2));
const browser = await Browser.open(stage);
const crew = new Crew(browser);

after(async () => {
  console.log(`${browser.states.size} page-states were judged, each light and dark; axe left undecided: ${JSON.stringify(browser.undecided)}`);
  await browser.close();
  await stage.close();
});

for (const state of STATES) {
  test(`nobody is kept out of ${state.name}`, async () => {
    const page = await open(browser, state);
    try {
      await browser.judge(page, state.name);
    } finally {
      await leave(browser, state, page);
    }
  });
}
test("each page of the states was without a fault", () => browser.finishKept());
signIn(browser);
lock(browser);
for (const journey of [whoIsThere, giveBack, handOver, notReached, missingPerson, corrections, afterTheEnd, messages, reminders, detention,
  beside, shifts, entered]) journey(browser, crew);
test("each page of those at work was without a fault", () => crew.goHome());
keyboard(browser);
firstLoad(browser);
live(browser);
sealed(browser);
shift(browser);
stolenDevice(browser);
stage.forgetSessions(); // those before have ended with the gateway
oneReferral(browser);
twoAccept(browser);
outage(browser);
