// The light says whether the page is live, in words: the element with the id "light". What is old looks old.

import { showTitle } from "./alarm.js";
import { clockOf } from "./times.js";
import { WORDS } from "./words.js";

const SHOWN = {
    live: { tone: "light--live", words: () => WORDS.live },
    behind: { tone: "", words: () => WORDS.behind },
    stale: { tone: "light--stale", words: (since) => WORDS.stale(since), isStale: true, again: true },
    away: { tone: "light--away", words: (since, ring) => WORDS.away(since, ring), isStale: true },
    signedOut: { tone: "light--stale", words: () => WORDS.signedOut, isStale: true, signIn: true },
    signedOutTyped: { tone: "light--stale", words: () => WORDS.signedOutTyped, isStale: true, signIn: true },
};

let shown = "";

function button(label, whenPressed) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "nhsuk-button nhsuk-button--secondary";
    made.textContent = label;
    made.addEventListener("click", whenPressed);
    return made;
}

function signInLink() {
    const link = document.createElement("a");
    link.href = "/sign-in";
    link.textContent = WORDS.signIn;
    return link;
}

// `sinceMs` is since when, for those that say it.
export function showLight(state, sinceMs, whenAgain) {
    const row = SHOWN[state];
    const light = document.getElementById("light");
    const words = row.words(clockOf(sinceMs), light?.dataset.ring);
    if (!light || shown === words)
        return;
    shown = words;
    const text = document.createElement("span");
    text.textContent = words;
    light.className = `light not-printed ${row.tone}`;
    light.replaceChildren(text);
    if (row.again)
        light.append(button(WORDS.again, whenAgain));
    if (row.signIn)
        light.append(signInLink());
    document.body.classList.toggle("is-stale", Boolean(row.isStale));
    for (const element of document.querySelectorAll("[data-unless-live]"))
        element.hidden = state === "live";
    showTitle();
}
