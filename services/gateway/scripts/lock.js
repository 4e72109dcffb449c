// Hides what is personal when nobody has touched the page for a while, also if the gateway does not answer, and tells the
// gateway: when somebody touches the page, and when they have left it. What is hidden then comes back only with a page of
// a session that is unlocked.
//
// A page that has an element with data-board stays, without its elements with data-personal. Any other is hidden whole.

const TELL_PARTS = 6; // of the time: so much earlier than here the gateway may lock the session
const LOOK_MS = 1000;
export const UNLOCKED = "concordat-unlocked";

const settings = document.getElementById("lock")?.dataset;
const tabs = new BroadcastChannel("concordat-lock");
let touchedMs = Date.now(), toldMs = Date.now(), locked = false;

function tell(path) {
    const body = new URLSearchParams({ token: settings.token });
    return fetch(path, { method: "POST", body, keepalive: true });
}

function show(isLocked) {
    locked = isLocked;
    document.documentElement.classList.toggle("is-locked", locked);
    document.documentElement.classList.toggle("is-locked-whole", locked && !document.querySelector("[data-board]"));
    const lock = document.getElementById("lock"); // the page can have been fetched anew
    if (!lock)
        return;
    lock.hidden = !locked;
    lock.querySelector("a").href = "/unlock?then=" + encodeURI(location.pathname);
}

async function leave() {
    show(true);
    try {
        await tell("/leave");
    } catch {
        // It locks the session by itself, at most a sixth of the time earlier.
    }
}

async function touch() {
    if (locked)
        return;
    look();
    touchedMs = Date.now();
    if (locked || touchedMs - toldMs < settings.seconds * 1000 / TELL_PARTS)
        return;
    toldMs = touchedMs;
    tabs.postMessage({ token: settings.token, touchedMs });
    try {
        const answer = await tell("/touch");
        if (answer.status === 403)
            show(true);
    } catch {
        // It is away; the page counts by itself.
    }
}

// A machine that slept has no timers, so each look compares times.
function look() {
    if (!locked && Date.now() - touchedMs >= settings.seconds * 1000)
        leave();
}

if (settings) {
    for (const kind of ["pointerdown", "keydown", "input", "wheel"])
        addEventListener(kind, touch, { capture: true, passive: true });
    addEventListener("visibilitychange", look);
    setInterval(look, LOOK_MS);
    // Pages of the same session belong together: one that is touched, or was unlocked, keeps all of them. If there is
    // another session, somebody else has signed in.
    tabs.onmessage = ({ data }) => {
        if (data.token !== settings.token) {
            show(true);
            return;
        }
        touchedMs = Math.max(touchedMs, data.touchedMs);
        if (locked && data.unlocked) {
            show(false);
            dispatchEvent(new Event(UNLOCKED));
        }
    };
    tabs.postMessage({ token: settings.token, touchedMs, unlocked: true });
}
