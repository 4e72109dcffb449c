// On every page: says unmistakably what is saved on this device and not sent, delivers it when there is a signal, and says
// whom to ring when that takes too long.
import { deliverAll, forget } from "./delivering.js";
import { addRights, all, empty, get, put, remove } from "./device_store.js";
import { workerPath } from "./trusted.js";

const RING_MS = 5 * 60 * 1000; // unsent for longer than this, a referral is a false safety
const AGAIN_MS = [2000, 5000, 15000, 60000];
const LOOK_MS = 1000;
const SIGNED_OUT = "concordat-signed-out";
const RIGHTS_KEPT = 60; // of the latest pages that were open here

let failures = 0;
let retry;

function element(name, text, attributes = {}) {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
}

function clock(ms) {
    return new Date(ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

// ---- What a page brings ----

// A page with the form brings the intake's key, and rights to deliver.
async function takeFromPage() {
    const sealing = document.getElementById("sealing");
    if (!sealing) return;
    const { key, point, until, rights, ring } = sealing.dataset;
    await put("known", { name: "ring", ring });
    if (!key) return;
    await put("known", { name: "key", id: key, point, until: Number(until) });
    const rows = rights.split(" ").map((right) => right.split(":"));
    const page = rows[0][0];
    if ((await get("known", "page"))?.page === page) return; // it is shown again, without a signal
    await addRights(page, rows.map(([referral, token]) => ({ referral, token, atMs: Date.now() })));
    const old = (await all("rights")).sort((one, other) => other.atMs - one.atMs).slice(RIGHTS_KEPT);
    for (const right of old) await remove("rights", right.referral);
}

// A form whose own id was used gets a new one: it is shown again, and is for another person.
async function freshenForm() {
    const input = document.querySelector('form[action="/refer"] input[name="referral"]');
    if (!input || !document.getElementById("sealing")?.dataset.key) return;
    const rights = await all("rights");
    if (rights.length && !rights.some((right) => right.referral === input.value)) input.value = rights.at(-1).referral;
}

// ---- Delivering ----

async function tryToDeliver() {
    clearTimeout(retry);
    const left = await deliverAll();
    await show();
    if (left === 0) failures = 0;
    if (left !== 0) retry = setTimeout(tryToDeliver, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
}

function tryNow() {
    failures = 0;
    void tryToDeliver();
}

// ---- What is shown ----

function bar(rows, ring) {
    const waiting = rows.filter((row) => row.state === "waiting");
    const sent = rows.filter((row) => row.state === "sent");
    if (waiting.length + sent.length === 0) return null;
    const made = element("section", "", { id: "outbox", class: waiting.length ? "outbox outbox--unsent" : "outbox", role: "status" });
    for (const row of waiting)
        made.append(element("p", `Saved on this device at ${clock(row.savedMs)}, NOT SENT. Nobody knows of it yet. If it cannot wait, ring ${ring}. ${about(row)}`));
    for (const row of waiting) if (row.text) made.append(element("p", row.text));
    for (const row of sent) {
        const line = element("p", `What was saved here at ${clock(row.savedMs)} is sent now. ${row.number} `);
        line.append(element("a", "See how it stands", { href: `/referrals/${row.referral}` }));
        made.append(line);
    }
    return made;
}

const about = (row) => (row.reference ? `Your own case number: ${row.reference}.` : "");

function mustRing(row) {
    return row.state === "ring" || (row.state === "waiting" && !row.rung && Date.now() - row.savedMs >= RING_MS);
}

async function hasRung(row) {
    if (row.state === "ring") await forget(row.referral);
    else await put("waiting", { ...row, rung: true });
    await show();
}

function screen(row, ring) {
    const made = element("dialog", "", { id: "ring-now", class: "ring-now", "aria-labelledby": "ring-now-title" });
    made.append(element("h2", `RING NOW: ${ring}`, { id: "ring-now-title" }));
    made.append(element("p", row.text || `The referral of ${clock(row.savedMs)} is on this device only. It has not been sent, and nobody knows of it.`));
    if (row.reference) made.append(element("p", about(row)));
    const button = element("button", "I have rung", { class: "nhsuk-button", type: "button" });
    button.addEventListener("click", () => void hasRung(row));
    made.append(button);
    made.addEventListener("cancel", (event) => event.preventDefault());
    return made;
}

let shown = "";

async function show() {
    const rows = await all("waiting");
    const ring = (await get("known", "ring"))?.ring ?? "the duty coordinator";
    const late = rows.find(mustRing);
    const now = JSON.stringify([rows, late?.referral, ring]);
    if (now === shown) return;
    shown = now;
    document.getElementById("outbox")?.remove();
    document.getElementById("ring-now")?.remove();
    const made = bar(rows, ring);
    if (made) document.body.prepend(made);
    if (!late) return;
    const dialog = screen(late, ring);
    document.body.append(dialog);
    dialog.showModal();
}

// That it is sent is said once, on the page that was open then or is opened next.
async function forgetSent() {
    for (const row of await all("waiting")) if (row.state === "sent") await forget(row.referral);
}

// ---- The end of a session ----

// A half-written form is for the person who wrote it, until they sign out. A session that ended by itself took nothing from
// them: they sign in again, and go on. What a page that goes away has not done in time, the next one does.
async function forgetThePerson() {
    await empty("drafts");
    await caches.delete("pages");
    localStorage.removeItem(SIGNED_OUT);
}

// The page of a referral says that it was sent. The worker has forgotten the draft then; but a browser can have none, and
// somebody can have typed on until the answer came.
async function forgetSentDraft() {
    const sent = document.querySelector("[data-sent]")?.dataset.sent;
    if (sent && (await get("drafts", "draft"))?.referral === sent) await empty("drafts");
}

function forgetAtSignOut() {
    if (localStorage.getItem(SIGNED_OUT)) void forgetThePerson();
    document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", () => {
        localStorage.setItem(SIGNED_OUT, "yes");
        void forgetThePerson();
    });
}

// The worker keeps what passes through it. The first page came before it, and so did its files.
async function keepForLater() {
    const worker = navigator.serviceWorker;
    if (!worker) return;
    // If the gateway is away, the worker that is there stays; without one the next page tries again.
    const there = await worker.register(workerPath(), { type: "module", scope: "/" }).catch(() => worker.getRegistration("/"));
    if (!there) return;
    const sealing = document.getElementById("sealing");
    if (!sealing) return;
    await worker.ready;
    if (!(await caches.match("/refer"))) {
        // A script that two others import can be there twice, which addAll() refuses.
        const files = new Set(performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname));
        await (await caches.open("files")).addAll([...files].filter((path) => path.startsWith("/static/")));
        await (await caches.open("pages")).add("/refer");
    }
    sealing.dataset.ready = "yes"; // without a signal from now on
}

async function begin() {
    await forgetSentDraft();
    await takeFromPage();
    await freshenForm();
    addEventListener("pageshow", (event) => event.persisted && void freshenForm());
    forgetAtSignOut();
    addEventListener("online", tryNow);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tryNow());
    addEventListener("pagehide", () => void forgetSent());
    setInterval(() => void show(), LOOK_MS);
    await tryToDeliver();
    await keepForLater();
}

if (globalThis.indexedDB && globalThis.crypto?.subtle && navigator.locks) void begin();
