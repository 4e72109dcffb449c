// Elements with data-alert call a person to the page. Their number stands in the title and on the app's icon.
// A new one rings, once somebody has turned the sound on, and again until somebody touches the page.

import { WORDS } from "./words.js";

const AGAIN_MS = 30000;
const TONES = [660, 880];
const TONE_S = 0.25;
const WISH = "concordat-sound";
const plainTitle = document.title.replace(/^(\(\d+\) |Old: )*/, ""); // the gateway may have counted already
let known = new Set();
let unheard = false;
let audio = null;
let lock = null;

function ring() {
    if (audio?.state !== "running")
        return;
    TONES.forEach((frequency, i) => {
        const tone = new OscillatorNode(audio, { frequency });
        const loudness = new GainNode(audio, { gain: 0 });
        const start = audio.currentTime + i * TONE_S;
        loudness.gain.setTargetAtTime(0.5, start, 0.01);
        loudness.gain.setTargetAtTime(0, start + TONE_S * 0.8, 0.02);
        tone.connect(loudness).connect(audio.destination);
        tone.start(start);
        tone.stop(start + TONE_S);
    });
}

// A browser lets a page sound only after somebody touched it.
async function turnSoundOn() {
    audio ??= new AudioContext();
    await audio.resume();
    sessionStorage.setItem(WISH, "on");
    const button = document.getElementById("sound");
    button.textContent = WORDS.soundOn;
    ring();
}

function idsOfAlerts() {
    return Array.from(document.querySelectorAll("[data-alert]")).filter((element) => !element.closest("[hidden]"))
        .map((element) => element.id);
}

// A page that is old says so in its title too.
export function showTitle() {
    const count = idsOfAlerts().length;
    const old = document.body.classList.contains("is-stale") ? "Old: " : "";
    document.title = `${count ? `(${count}) ` : ""}${old}${plainTitle}`;
}

export function countAlerts() {
    const alerts = idsOfAlerts();
    showTitle();
    navigator.setAppBadge?.(alerts.length).catch(() => {});
    const isNew = alerts.some((id) => !known.has(id));
    known = new Set(alerts);
    unheard = alerts.length > 0 && (unheard || isNew);
    if (isNew)
        ring();
}

// A screen on a wall stays on while it is seen.
async function keepAwake() {
    if (!document.querySelector(".is-wall") || document.visibilityState !== "visible" || lock)
        return;
    try {
        lock = await navigator.wakeLock.request("screen");
        lock.addEventListener("release", () => { lock = null; });
    } catch {
        lock = null; // the machine does not want to: nothing else depends on it
    }
}

export function startAlarm() {
    const button = document.getElementById("sound");
    if (button) {
        button.hidden = false;
        button.textContent = WORDS.soundOff;
        button.addEventListener("click", turnSoundOn);
    }
    for (const name of ["pointerdown", "keydown"]) {
        document.addEventListener(name, () => {
            unheard = false;
            if (button && !audio && sessionStorage.getItem(WISH))
                turnSoundOn();
        });
    }
    setInterval(() => unheard && ring(), AGAIN_MS);
    document.addEventListener("visibilitychange", keepAwake);
    keepAwake();
    known = new Set(idsOfAlerts());
    countAlerts();
}
