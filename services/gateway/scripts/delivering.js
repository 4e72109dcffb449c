// Delivers sealed forms: each once, from one tab or the service worker at a time.
import { all, put, remove } from "/static/device_store.js";

// What the gateway says of a form, and what becomes of it here. What is not in the table is tried again.
const ENDS = {
    saved: "sent",
    received: "sent",
    unopened: "ring", // the intake keeps it, and nobody can read it
    refused: "ring",
};

async function post(row) {
    const body = new URLSearchParams({ ...row.form, token: row.token });
    const answer = await fetch("/sealed", { method: "POST", body, credentials: "same-origin", signal: AbortSignal.timeout(20000) });
    return answer.json();
}

// Resolves to whether it is settled.
async function deliver(row) {
    let said;
    try {
        said = await post(row);
    } catch {
        return false; // no signal, or an answer of somebody between
    }
    const end = ENDS[said.state];
    if (end === "sent") await put("waiting", { referral: row.referral, savedMs: row.savedMs, state: "sent", number: said.number });
    if (end === "ring") await put("waiting", { ...row, form: null, token: null, state: "ring", text: said.text });
    if (!end && said.text !== row.text) await put("waiting", { ...row, text: said.text });
    return Boolean(end);
}

// Resolves to how many wait still; undefined: somebody else delivers now.
export async function deliverAll() {
    return navigator.locks.request("concordat-outbox", { ifAvailable: true }, async (lock) => {
        if (!lock) return undefined;
        let left = 0;
        for (const row of await all("waiting")) if (row.state === "waiting" && !(await deliver(row))) left += 1;
        return left;
    });
}

export const forget = (referral) => remove("waiting", referral);
