// Elements that change while the page is open. Each has an id and the attribute data-live.
//
//     data-in="ID"       it belongs into the element with that id; without it, it is only replaced
//     data-order="TEXT"  its place among the others there, compared as text
//     data-if-empty="ID" stands on what is shown while there is nothing in the element with that id
//     data-command       an input that gets an id of its own, so that a form that is sent twice counts once
//
// An element that a person has in hand is not changed under their hands: it gets a button to show the change. While
// a finger or a button of the mouse is down nothing changes at all: what moves meanwhile is not pressed.

import { elementOf } from "./trusted.js";
import { isTyped } from "./typed.js";
import { WORDS } from "./words.js";

const NEW_MS = 4000;
const CLICK_MS = 100; // after the finger is up, for the click that follows
const PRESS_MS = 5000; // the longest press: not every browser says of each that it ended
const held = new Map(); // by id: the HTML of an element that is in somebody's hands, or null if it is gone
const made = new Map(); // by id: what the gateway made of an element, to compare
const waiting = []; // changes that came during a press
let whenChanged = () => {};
let press = 0; // the timer that ends it

function token() {
    return document.querySelector('meta[name="concordat-token"]')?.content ?? "";
}

// UUIDv7, RFC 9562: 48 bits of time, and random bits.
function commandId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const view = new DataView(bytes.buffer);
    view.setUint16(0, Math.floor(Date.now() / 2 ** 32));
    view.setUint32(2, Date.now() % 2 ** 32);
    bytes[6] = 0x70 | (bytes[6] & 15);
    bytes[8] = 0x80 | (bytes[8] & 63);
    const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// The HTML is the same for all boards, so what is of one session alone is put in here.
function complete(element) {
    for (const input of element.querySelectorAll("input[name=token]"))
        input.setAttribute("value", token());
    for (const input of element.querySelectorAll("input[data-command]"))
        input.setAttribute("value", commandId());
    const only = new URLSearchParams(location.search).get("only");
    for (const link of element.querySelectorAll("a[data-only]"))
        if (link.dataset.only === only)
            link.setAttribute("aria-current", "true");
}

// What the gateway made, without what differs from one making to the next.
function plainOf(element) {
    const plain = element.cloneNode(true);
    for (const input of plain.querySelectorAll("input[name=token], input[data-command]"))
        input.removeAttribute("value");
    for (const time of plain.querySelectorAll("time[data-until]"))
        time.textContent = "";
    for (const link of plain.querySelectorAll("a[data-only]"))
        link.removeAttribute("aria-current");
    return plain.outerHTML;
}

function isInHand(element) {
    return element.contains(document.activeElement) || element.querySelector("details[open]") !== null ||
        Array.from(element.querySelectorAll("input, textarea, select")).some(isTyped);
}

function showEmptiness() {
    for (const element of document.querySelectorAll("[data-if-empty]"))
        element.hidden = document.getElementById(element.dataset.ifEmpty)?.childElementCount > 0;
}

function place(element, list) {
    const order = element.dataset.order ?? "";
    const after = Array.from(list.children).find((other) => (other.dataset.order ?? "") > order);
    list.insertBefore(element, after ?? null);
}

function change(id, html) {
    const old = document.getElementById(id);
    const element = html === null ? null : elementOf(html);
    const list = element?.dataset.in ? document.getElementById(element.dataset.in) : null;
    held.delete(id);
    made.delete(id);
    if (element) {
        made.set(id, plainOf(element));
        complete(element);
    }
    const isMoved = list && (old?.parentElement !== list || old.dataset.order !== element.dataset.order);
    if (old && element && !isMoved)
        old.replaceWith(element);
    else
        old?.remove();
    if (isMoved)
        place(element, list);
    showEmptiness();
    whenChanged();
    return element;
}

function showAsNew(element) {
    if (!element?.dataset.in)
        return;
    element.classList.add("strip--new");
    setTimeout(() => element.classList.remove("strip--new"), NEW_MS);
}

function mark(element) {
    if (element.querySelector(":scope > [data-mark]"))
        return;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.mark = "";
    button.className = "nhsuk-button nhsuk-button--secondary";
    button.textContent = WORDS.changed;
    button.addEventListener("click", () => {
        const shown = change(element.id, held.get(element.id)) ?? document.getElementById("main");
        shown.tabIndex = -1;
        shown.focus();
    });
    element.prepend(button);
}

function changeOrMark(id, html) {
    const old = document.getElementById(id);
    if (old && isInHand(old)) {
        held.set(id, html);
        mark(old);
        return null;
    }
    return change(id, html);
}

function whenReleased(act) {
    if (press)
        waiting.push(act);
    else
        act();
}

function endPressIn(ms) {
    clearTimeout(press);
    press = setTimeout(() => {
        press = 0;
        for (const act of waiting.splice(0))
            act();
    }, ms);
}

export function put(html) {
    const id = elementOf(html)?.id;
    if (id)
        whenReleased(() => showAsNew(changeOrMark(id, html)));
}

export function gone(id) {
    whenReleased(() => {
        if (document.getElementById(id))
            changeOrMark(id, null);
    });
}

// Makes this page's elements those of another one, which was fetched just now.
export function becomeLike(page) {
    whenReleased(() => becomeNow(page));
}

function becomeNow(page) {
    const there = new Set();
    for (const element of page.querySelectorAll("[data-live]")) {
        there.add(element.id);
        if (made.get(element.id) !== plainOf(element))
            changeOrMark(element.id, element.outerHTML);
    }
    for (const element of document.querySelectorAll("[data-live]"))
        if (!there.has(element.id))
            changeOrMark(element.id, null);
}

function isKept(element) {
    const isField = element.matches("input, textarea, select") && isTyped(element);
    const isLabel = element.matches("label") && element.control && isTyped(element.control);
    return element.id === "light" || isField || isLabel;
}

function hideIn(parent) {
    for (const element of parent.children) {
        const parts = Array.from(element.querySelectorAll("*"));
        if (isKept(element))
            continue;
        if (parts.some(isKept))
            hideIn(element);
        else
            element.hidden = true;
    }
}

// Hides the page, and who was signed in. The light stays, and what somebody typed, so that it can be copied: true if there
// is such a field.
export function hideAll() {
    const main = document.getElementById("main");
    hideIn(main);
    for (const who of document.querySelectorAll(".nhsuk-header__account"))
        who.hidden = true;
    return Array.from(main.querySelectorAll("input, textarea, select")).some(isTyped);
}

// A change that was held shows itself when nobody has the element in hand any more.
function letGo() {
    for (const [id, html] of held) {
        const element = document.getElementById(id);
        if (!element || !isInHand(element))
            change(id, html);
    }
}

// Calls back when elements have changed.
export function startElements(callback) {
    whenChanged = callback;
    for (const element of document.querySelectorAll("[data-live]"))
        made.set(element.id, plainOf(element));
    showEmptiness();
    for (const name of ["focusout", "toggle", "reset"])
        document.addEventListener(name, () => setTimeout(() => whenReleased(letGo)), true);
    document.addEventListener("pointerdown", () => endPressIn(PRESS_MS), true);
    for (const name of ["pointerup", "pointercancel"])
        document.addEventListener(name, () => endPressIn(CLICK_MS), true);
}
