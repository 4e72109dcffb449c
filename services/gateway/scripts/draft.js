// Keeps what somebody has begun to type through a reload and a break of the gateway, for at most twelve hours, until they
// sign out or send it. It is sealed under a key that no script can read out. That key stands on this device too: a draft is
// safe from a look into the browser's files, and not from somebody who knows how to open them.
//
// A draft is the older of two: what the gateway gives back in a form, and what somebody has typed since the page came, stay.
import { empty, get, NOT_TYPED, put } from "./device_store.js";
import { isTyped } from "./typed.js";

const KEPT_MS = 12 * 60 * 60 * 1000;
const PAUSE_MS = 500;
const KEEPING_MS = 2000; // a disk that takes longer does not hold a referral up

async function draftKey() {
    const kept = await get("drafts", "key");
    if (kept) return kept.key;
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await put("drafts", { name: "key", key });
    return key;
}

function typedIn(form) {
    return [...new FormData(form)].filter(([name]) => !NOT_TYPED.includes(name));
}

// The draft names its referral, so that it goes when that one was sent: outbox.js.
async function keepDraft(form, person) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const referral = form.elements.namedItem("referral").value;
    const text = new TextEncoder().encode(JSON.stringify(typedIn(form)));
    const bytes = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await draftKey(), text);
    await put("drafts", { name: "draft", person, referral, untilMs: Date.now() + KEPT_MS, iv, bytes });
}

async function readDraft(draft) {
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: draft.iv }, await draftKey(), draft.bytes);
    return JSON.parse(new TextDecoder().decode(text));
}

// Puts what was typed into the fields of this page that still say what they said when it came. Resolves to whether there was
// such a field.
function restore(form, typed) {
    const names = new Set(typed.map(([name]) => name));
    const fields = Array.from(form.querySelectorAll("input, textarea, select"))
        .filter((field) => names.has(field.name) && field.type !== "hidden");
    const newer = new Set(fields.filter(isTyped).map((field) => field.name));
    const older = fields.filter((field) => !newer.has(field.name));
    for (const field of older) {
        const values = typed.filter(([name]) => name === field.name).map(([, value]) => value);
        if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
        else field.value = values[0];
        field.closest("details")?.setAttribute("open", "");
    }
    return older.length > 0;
}

// Says that it was restored, because it may be about another person than the one who is here now.
function sayRestored(form) {
    const note = document.createElement("div");
    note.className = "nhsuk-inset-text";
    note.setAttribute("role", "status");
    const words = document.createElement("p");
    words.textContent = "What you had typed before is here again. Is it about the same person?";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "nhsuk-button nhsuk-button--secondary nhsuk-button--small";
    button.textContent = "Another person: empty the form";
    button.addEventListener("click", async () => {
        await empty("drafts");
        form.reset();
        note.remove();
    });
    note.append(words, button);
    form.before(note);
}

let isSending = false;

// Nothing is put into a form that is on its way.
async function restoreDraft(form, person) {
    const draft = await get("drafts", "draft");
    if (!draft) return;
    const isSent = draft.referral && (await get("waiting", draft.referral)); // it is saved on this device: outbox.js
    if (draft.person !== person || draft.untilMs < Date.now() || isSent) {
        await empty("drafts");
        return;
    }
    const typed = await readDraft(draft);
    if (!isSending && restore(form, typed)) sayRestored(form);
}

function begin(form, person) {
    let pause, isKept = false;
    let last = (form.dataset.given ? keepDraft : restoreDraft)(form, person).catch(() => empty("drafts"));
    // Each after the one before, so that the latest stays. What cannot be kept holds nobody up.
    const keep = () => (last = last.then(() => keepDraft(form, person)).catch(() => {}));
    form.addEventListener("input", () => {
        clearTimeout(pause);
        pause = setTimeout(keep, PAUSE_MS);
    });
    // The draft has what is sent before it leaves: if it does not arrive, nothing older is laid over it.
    form.addEventListener("submit", async (event) => {
        clearTimeout(pause);
        if (isKept) {
            isKept = false;
            return;
        }
        event.preventDefault();
        if (isSending) return;
        isSending = true;
        await Promise.race([keep(), new Promise((resolve) => setTimeout(resolve, KEEPING_MS))]);
        isSending = false;
        isKept = true;
        form.requestSubmit(event.submitter);
    });
}

const form = document.querySelector('form[action="/refer"]');
const person = document.getElementById("sealing")?.dataset.person;
if (form && person && globalThis.crypto?.subtle) begin(form, person);
