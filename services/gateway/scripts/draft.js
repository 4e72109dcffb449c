// Keeps what somebody has begun to type through a reload and a break of the gateway, for at most twelve hours, until they
// sign out or send it. It is sealed under a key that no script can read out. That key stands on this device too: a draft is
// safe from a look into the browser's files, and not from somebody who knows how to open them.
import { empty, get, NOT_TYPED, put } from "./device_store.js";

const KEPT_MS = 12 * 60 * 60 * 1000;
const PAUSE_MS = 500;

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

async function keepDraft(form, person) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(typedIn(form)));
    const bytes = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await draftKey(), text);
    await put("drafts", { name: "draft", person, untilMs: Date.now() + KEPT_MS, iv, bytes });
}

async function readDraft(draft) {
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: draft.iv }, await draftKey(), draft.bytes);
    return JSON.parse(new TextDecoder().decode(text));
}

// Puts what was typed into the fields of this page that still say what they said when it came.
function restore(form, typed) {
    const names = new Set(typed.map(([name]) => name));
    for (const field of form.elements) {
        if (!names.has(field.name) || field.type === "hidden") continue;
        const values = typed.filter(([name]) => name === field.name).map(([, value]) => value);
        if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
        else field.value = values[0];
        field.closest("details")?.setAttribute("open", "");
    }
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

async function begin(form, person) {
    const draft = await get("drafts", "draft");
    if (draft && (draft.person !== person || draft.untilMs < Date.now())) {
        await empty("drafts");
    } else if (draft) {
        restore(form, await readDraft(draft));
        sayRestored(form);
    }
    let pause;
    form.addEventListener("input", () => {
        clearTimeout(pause);
        pause = setTimeout(() => void keepDraft(form, person), PAUSE_MS);
    });
    form.addEventListener("submit", () => clearTimeout(pause));
}

const form = document.querySelector('form[action="/refer"]');
const person = document.getElementById("sealing")?.dataset.person;
if (form && person && globalThis.crypto?.subtle) void begin(form, person);
