// Stands between the pages and the network: keeps the form usable without a signal, and seals what cannot be sent.
import { deliverAll } from "/static/delivering.js";
import { empty, get, keep, NOT_TYPED } from "/static/device_store.js";
import { seal } from "/static/sealing.js";

const PAGES = "pages";
const FILES = "files";
const FORM = "/refer";
const SEND_MS = 15000; // one bar of signal takes seconds
const OPEN_MS = 5000;
const NO_GATEWAY = [502, 504]; // the proxy says that there is none

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("sync", (event) => event.waitUntil(deliverOrFail()));

// A browser that is told of the failure tries again later.
async function deliverOrFail() {
    if (await deliverAll()) throw new Error("not everything is delivered yet");
}

addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (origin !== location.origin) return;
    if (request.method === "GET" && pathname.startsWith("/static/")) event.respondWith(file(request));
    else if (request.mode === "navigate" && request.method === "GET" && pathname === FORM) event.respondWith(openForm(request));
    else if (request.mode === "navigate" && request.method === "POST" && pathname === FORM) event.respondWith(send(request));
});

// Fetches, or throws if there is nobody to answer.
async function reach(request, patienceMs) {
    const answer = await fetch(request, { signal: AbortSignal.timeout(patienceMs) });
    if (NO_GATEWAY.includes(answer.status)) throw new Error("the gateway is away");
    return answer;
}

// A file never changes under its name.
async function file(request) {
    const kept = await caches.match(request, { cacheName: FILES });
    if (kept) return kept;
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(FILES)).put(request, answer.clone());
    return answer;
}

// The latest page of the form that came, and only if somebody was signed in.
async function openForm(request) {
    try {
        const answer = await reach(request, OPEN_MS);
        if (answer.ok) await (await caches.open(PAGES)).put(FORM, answer.clone());
        return answer;
    } catch (fault) {
        const kept = await caches.match(FORM, { cacheName: PAGES });
        if (kept) return kept;
        throw fault;
    }
}

// Sends the form as it is; if that fails, seals it, and shows an empty form with the bar that says so. Should the form have
// arrived all the same, it has the same id.
async function send(request) {
    const form = await request.clone().formData(); // first: when sending fails, it cannot be read any more
    try {
        const answer = await reach(request, SEND_MS);
        if (answer.ok && form.get("go") === "send") await empty("drafts");
        return answer;
    } catch (fault) {
        if (form.get("go") !== "send") throw fault;
        try {
            await keepSealed(form);
        } catch {
            return notSent();
        }
        await empty("drafts");
        await registration.sync?.register("deliver").catch(() => {});
        return Response.redirect(FORM, 303);
    }
}

// Nothing is left of the form but what the person can go back to.
async function notSent() {
    const ring = (await get("known", "ring"))?.ring ?? "the duty coordinator";
    const page = `<!doctype html><html lang="en-GB"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>NOT SENT - Concordat</title><h1>NOT SENT</h1>
<p>There is no signal, and this device could not save it. Nobody knows of it. Ring now: ${ring.replaceAll(/[<&]/g, " ")}.</p>
<p>Go back, and what you typed is there still.</p></html>`;
    return new Response(page, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

async function keepSealed(form) {
    const key = await get("known", "key");
    const right = await get("rights", form.get("referral"));
    const now = Date.now();
    if (!right || !(key?.until > now)) throw new Error("nothing to seal it with");
    await keep({
        referral: right.referral, token: right.token, savedMs: now, state: "waiting", reference: form.get("own-reference") ?? "",
        form: await seal(key, right.referral, typedIn(form), now),
    });
}

function typedIn(form) {
    const fields = {};
    for (const name of new Set(form.keys())) if (!NOT_TYPED.includes(name)) fields[name] = form.getAll(name).join(",");
    return fields;
}
