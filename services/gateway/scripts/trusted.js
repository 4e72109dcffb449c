// The one place where text becomes markup: HTML that our own gateway made, in which it escaped every value; and a path
// becomes a worker.

const WORKER = "/service-worker.js";
const rules = { createHTML: (html) => html, createScriptURL: () => WORKER };
const policy = globalThis.trustedTypes ? globalThis.trustedTypes.createPolicy("concordat", rules) : rules;

export const workerPath = () => policy.createScriptURL(WORKER);

// The element that the text is, in no page yet; null if it is none.
export function elementOf(html) {
    const template = document.createElement("template");
    template.innerHTML = policy.createHTML(html);
    return template.content.firstElementChild;
}

export function pageOf(html) {
    return new DOMParser().parseFromString(policy.createHTML(html), "text/html");
}
