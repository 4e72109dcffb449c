// The one place where text becomes markup: HTML that our own gateway made, in which it escaped every value.

const policy = globalThis.trustedTypes
    ? globalThis.trustedTypes.createPolicy("concordat", { createHTML: (html) => html })
    : { createHTML: (html) => html };

// The element that the text is, in no page yet; null if it is none.
export function elementOf(html) {
    const template = document.createElement("template");
    template.innerHTML = policy.createHTML(html);
    return template.content.firstElementChild;
}

export function pageOf(html) {
    return new DOMParser().parseFromString(policy.createHTML(html), "text/html");
}
