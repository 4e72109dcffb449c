// Times that tick, by the gateway's clock, because a tablet's can be wrong: <time data-until="MS"> says how
// long until then. The words are those of services/desk/time_words.c.

const MINUTE_MS = 60000;
const TICK_MS = 1000;
const LONDON = { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" };
const clock = new Intl.DateTimeFormat("en-GB", LONDON);
let aheadMs = 0; // by so much is the gateway's clock ahead of ours

export function setNow(nowMs) {
    aheadMs = nowMs - Date.now();
}

export function nowMs() {
    return Date.now() + aheadMs;
}

export function clockOf(ms) {
    return clock.format(ms);
}

export function leftUntil(untilMs) {
    if (untilMs < nowMs())
        return "LATE";
    const minutes = Math.floor((untilMs - nowMs()) / MINUTE_MS);
    if (minutes < 60)
        return `${minutes} min`;
    if (minutes < 48 * 60)
        return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}`;
    return `${Math.floor(minutes / (24 * 60))} days`;
}

// Text that stays as it is is not written again, so that a screen reader does not say it again.
function tick() {
    for (const time of document.querySelectorAll("time[data-until]")) {
        const left = leftUntil(Number(time.dataset.until));
        if (time.textContent !== left)
            time.textContent = left;
        if (left === "LATE") {
            time.classList.remove("clock--soon", "clock--well");
            time.classList.add("clock--late");
        }
    }
}

export function startTimes() {
    tick();
    setInterval(tick, TICK_MS);
}
