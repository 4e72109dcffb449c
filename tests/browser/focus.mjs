// The focus of a page: where it is, and whether a person can see it in light, in dark and in colours of their own.
import assert from "node:assert/strict";

import { contrast } from "./contrast.mjs";

const SCHEMES = ["light", "dark"];
const CONTRAST_MIN = 3; // WCAG 2.2, 1.4.11 and 2.4.13
const OUTLINE_PX_MIN = 2;

export class Focus {
  // Learns how everything on a page looks without the focus, and loads the page anew.
  static async of(page) {
    const focus = new Focus();
    focus.page = page;
    focus.rested = {};
    await page.evaluate(defineLooks);
    await page.evaluate(() => document.activeElement.blur());
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      focus.rested[colorScheme] = await page.evaluate(() => globalThis.looks.all());
    }
    await page.emulateMedia({ colorScheme: null });
    await page.reload();
    await page.evaluate(defineLooks);
    return focus;
  }

  // What has the focus, by its question and its name. Refuses a focus that nobody sees.
  async see() {
    for (const colorScheme of SCHEMES) {
      await this.page.emulateMedia({ colorScheme });
      const seen = await this.page.evaluate((rested) => globalThis.looks.ofFocus(rested), this.rested[colorScheme]);
      const about = `${seen.name}, ${colorScheme}`;
      assert(seen.isVisible, `${about}: it does not match :focus-visible`);
      assert(seen.outline >= OUTLINE_PX_MIN, `${about}: no outline, which colours of a person's own would show`);
      const best = Math.max(0, ...seen.drawn.map(([colour, before]) => contrast(colour, before)));
      assert(best >= CONTRAST_MIN, `${about}: what the focus draws has a contrast of ${best.toFixed(1)}`);
      assert(seen.isInView, `${about}: it is not on the screen`);
      assert(seen.isOnTop, `${about}: something lies over it`);
    }
    await this.page.emulateMedia({ colorScheme: null });
    return this.page.evaluate(() => globalThis.looks.name());
  }
}

// Runs in the page.
function defineLooks() {
  const LINE_PX = 44;
  const stops = () => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
  const squeezed = (text) => text.replaceAll(/\s+/g, " ").trim();
  // A radio button and a box are drawn by their label.
  const painters = (stop) => [[stop, null], ...Array.from(stop.labels ?? [], (label) => [label, "::before"])];
  const properties = ["outlineColor", "boxShadow", "backgroundColor", "borderTopColor"];
  const look = (stop) => painters(stop).map(([element, pseudo]) => {
    const style = getComputedStyle(element, pseudo);
    return Object.fromEntries([["outline", style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth)],
      ...properties.map((property) => [property, style[property]])]);
  });
  // [red, green, blue] of each colour in a value that hides what is behind it.
  const solid = (value) => Array.from(value.matchAll(/rgba?\(([^)]+)\)/g), ([, parts]) => parts.split(",").map(Number))
    .filter(([, , , alpha = 1]) => alpha === 1).map((colour) => colour.slice(0, 3));
  function behind(stop) {
    for (let element = stop.parentElement; element; element = element.parentElement) {
      const [colour] = solid(getComputedStyle(element).backgroundColor);
      if (colour) return colour;
    }
    return [255, 255, 255];
  }
  // What the focus draws: [a colour, what was in its place]. A border and a background were there before; an outline and a
  // shadow lie on what is behind.
  function drawn(stop, rested) {
    const before = rested[stops().indexOf(stop)];
    const inPlaceOf = (property, at) => (/^(border|background)/.test(property) && solid(before[at][property])[0]) || behind(stop);
    return look(stop).flatMap((now, at) => properties
      .filter((property) => now[property] !== before[at][property] && (property !== "outlineColor" || now.outline))
      .flatMap((property) => solid(now[property]).map((colour) => [colour, inPlaceOf(property, at)])));
  }
  // A browser shows the beginning of a long field, where the caret is.
  function shown(stop) {
    const { top, bottom, left, width } = stop.getBoundingClientRect();
    return { top, height: Math.min(bottom, innerHeight) - top, needed: Math.min(bottom - top, LINE_PX), middle: left + width / 2 };
  }
  function isInView(stop) {
    const { top, height, needed, middle } = shown(stop);
    return top >= 0 && height >= needed && middle >= 0 && middle <= innerWidth;
  }
  function isOnTop(stop) {
    const { top, height, middle } = shown(stop);
    const found = document.elementFromPoint(middle, top + height / 2);
    return stop.contains(found) || Array.from(stop.labels ?? []).some((label) => label.contains(found));
  }
  function name() {
    const stop = document.activeElement;
    const words = squeezed(stop.labels?.[0]?.textContent ?? stop.textContent);
    const question = stop.type === "radio" ? squeezed(stop.closest("fieldset").querySelector("legend").textContent) : "";
    return question ? `${question} ${words}` : words;
  }
  globalThis.looks = {
    name,
    all: () => stops().map(look),
    ofFocus(rested) {
      const stop = document.activeElement;
      return {
        name: name(), isVisible: stop.matches(":focus-visible"), outline: Math.max(...look(stop).map((one) => one.outline)),
        drawn: drawn(stop, rested), isInView: isInView(stop), isOnTop: isOnTop(stop),
      };
    },
  };
}
