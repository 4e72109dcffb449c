// Keeps a page as it would be if it were fetched now, by the events that services/gateway/feed.h lists.

import { countAlerts, startAlarm } from "./alarm.js";
import { becomeLike, gone, hideAll, put, startElements } from "./elements.js";
import { showLight } from "./light.js";
import { UNLOCKED } from "./lock.js";
import { clockOf, nowMs, setNow, startTimes } from "./times.js";
import { elementOf, pageOf } from "./trusted.js";

const SILENCE_MS = 40000; // a beat comes every 15 s
const LOOK_MS = 1000;
const AGAIN_MS = [1000, 2000, 5000, 10000, 30000];
const SPREAD_MS = 1000; // so that all boards of a region do not come in the same instant

let position = positionOf(document);
let source = null;
let heardMs = nowMs(); // when we last heard anything
let againAt = 0;       // how often we tried since
let timer = null;
let ended = false;     // the session has
let server = null;     // how the desk's server is, as it was said last: [state, since]
let isOwed = false;    // a case of this page has changed, and the page is to be fetched
let isFetching = false;

function metaOf(page, name) {
    return page.querySelector(`meta[name="concordat-${name}"]`)?.content ?? "";
}

function positionOf(page) {
    return metaOf(page, "position");
}

function stop() {
    source?.close();
    source = null;
    server = null;
    clearTimeout(timer);
    timer = null;
}

function beStale() {
    showLight("stale", heardMs, tryNow);
}

function tryLater(work) {
    const wait = AGAIN_MS[Math.min(againAt++, AGAIN_MS.length - 1)];
    stop();
    timer = setTimeout(work, wait + Math.random() * SPREAD_MS);
}

function tryNow() {
    stop();
    showLight("behind");
    follow();
    fetchOwed();
}

function heard() {
    heardMs = nowMs();
    againAt = 0;
}

function showServer() {
    const [state, since] = server ?? ["works", heardMs];
    showLight(state === "works" ? "live" : state, since);
    if (state === "works")
        for (const time of document.querySelectorAll("time[data-as-of]"))
            time.textContent = clockOf(nowMs());
}

function endSession() {
    stop();
    ended = true;
    if (!document.getElementById("light")) { // nothing on the page could say it
        location.assign("/sign-in");
        return;
    }
    showLight(hideAll() ? "signedOutTyped" : "signedOut");
    countAlerts();
}

// Makes the page as it is now, and resolves to the position that it knows then. The answer to a form that was sent stands
// at another address than its page.
async function fetchPage() {
    isOwed = false;
    const address = new URL(metaOf(document, "page") || location.href, location.href);
    address.searchParams.set("renewed", "1"); // nobody touched the page: the gateway must not take this for a person
    const response = await fetch(address, { signal: AbortSignal.timeout(SILENCE_MS) });
    if (response.redirected) {
        endSession();
        return "";
    }
    if (!response.ok)
        throw new Error(String(response.status));
    const page = pageOf(await response.text());
    becomeLike(page);
    return positionOf(page);
}

async function fetchAnew() {
    showLight("behind");
    try {
        position = await fetchPage();
        if (!ended)
            follow();
    } catch {
        beStale();
        tryLater(fetchAnew);
    }
}

// A page that nobody sees is fetched when somebody does: fetching it says that a person was told. The stream goes on
// meanwhile.
async function fetchOwed() {
    if (isFetching)
        return;
    isFetching = true;
    try {
        while (isOwed && !ended && document.visibilityState === "visible")
            await fetchPage();
    } catch {
        isOwed = true;
        beStale();
        tryLater(fetchAnew);
    }
    isFetching = false;
}

// Whether this page shows it: the people on shift; or the case, and less of it than there is; a list of cases shows those
// too that it has not yet.
function concerns(id, seq) {
    if (id === "shifts")
        return document.getElementById(id) !== null;
    const shown = document.querySelector(`[data-case="${CSS.escape(id)}"]`);
    if (!shown)
        return document.querySelector("[data-cases]") !== null;
    return !seq || Number(seq) > Number(shown.dataset.seq);
}

function owe(id, seq) {
    if (isOwed || !concerns(id, seq))
        return;
    isOwed = true;
    setTimeout(fetchOwed, Math.random() * SPREAD_MS);
}

// The card of a case on a board is news for the case's own page too.
const CARD = "case-";

function hearOfCard(id, seq) {
    if (id?.startsWith(CARD))
        owe(id.slice(CARD.length), seq);
}

// Each takes the data of an event of its name.
const EVENTS = {
    put(data) {
        const element = elementOf(data);
        put(data);
        hearOfCard(element?.id, element?.dataset.seq);
    },
    gone(data) {
        gone(data);
        hearOfCard(data);
    },
    changed(data) {
        owe(...data.split(" "));
    },
    state(data) {
        const [state, since] = data.split(" ");
        server = [state, Number(since)];
        showServer();
    },
    beat(data) {
        setNow(Number(data));
        heardMs = nowMs();
        showServer();
    },
    reload() {
        stop();
        timer = setTimeout(fetchAnew, Math.random() * SPREAD_MS);
    },
    "signed-out": endSession,
    busy() {
        beStale();
        againAt = AGAIN_MS.length - 1;
        tryLater(follow);
    },
    restart() {
        beStale();
        tryLater(follow);
    },
};

function follow() {
    const wall = document.querySelector(".is-wall") ? "&wall=1" : "";
    source = new EventSource(`/events?after=${encodeURIComponent(position)}${wall}`);
    const ours = source;
    for (const [name, take] of Object.entries(EVENTS)) {
        source.addEventListener(name, (event) => {
            if (source !== ours)
                return;
            heard();
            take(event.data);
            position = event.lastEventId || position;
        });
    }
    source.addEventListener("error", () => {
        if (source !== ours)
            return;
        beStale();
        tryLater(follow);
    });
}

// A network that died without a word is noticed by the beats that do not come.
function look() {
    if (!source || nowMs() - heardMs < SILENCE_MS)
        return;
    beStale();
    tryLater(follow);
}

function comeBack(isSure) {
    if (!ended && (isSure || timer) && document.visibilityState === "visible")
        tryNow();
}

if (position) {
    startElements(countAlerts);
    startTimes();
    startAlarm();
    showLight("behind");
    follow();
    setInterval(look, LOOK_MS);
    addEventListener(UNLOCKED, fetchAnew); // it had heard only what a locked page may know
    addEventListener("online", () => comeBack(true));
    addEventListener("offline", () => ended || beStale());
    document.addEventListener("visibilitychange", () => {
        comeBack(false);
        fetchOwed();
    });
    addEventListener("pagehide", stop);
    addEventListener("pageshow", (event) => event.persisted && comeBack(true));
}
