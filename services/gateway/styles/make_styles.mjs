// Makes the sheets of the pages by Sass: make_styles.mjs PACKAGES OUT-FOLDER.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [packages, out] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(packages), "package.json"));
const sass = require("sass");
const postcss = require("postcss");

// Properties of colour, and those that reset them: a border's colour is set by `border` too.
const COLOUR = /^(color|color-scheme|fill|stroke|(background|border|outline|box-shadow|text-decoration|caret|accent)(-.+)?)$/;
const SHAPE = /^border-(.*radius|collapse|spacing)$/;

function compile(name) {
  return sass.compile(path.join(import.meta.dirname, `${name}.scss`), {
    style: "compressed",
    charset: false,
    quietDeps: true,
    loadPaths: [path.join(packages, "node_modules/nhsuk-frontend/dist")],
  }).css;
}

// The classes of nhsuk-frontend that a page or a script names.
function named() {
  const files = globSync(["../pages/**/*.html", "../scripts/*.js"], { cwd: import.meta.dirname });
  return new Set(files.flatMap((file) => readFileSync(path.join(import.meta.dirname, file), "utf8").match(/\bnhsuk-[\w-]+/g) ?? []));
}

// Two thirds of nhsuk-frontend's rules are for what no page has. They are not sent to a telephone with one bar of signal.
function onlyNamed(css, names) {
  const root = postcss.parse(css);
  const stays = (selector) => (selector.replaceAll(/:not\([^)]*\)/g, "").match(/(?<=\.)nhsuk-[\w-]+/g) ?? []).every((name) => names.has(name));
  root.walkRules((rule) => {
    const selectors = rule.selectors.filter(stays);
    if (selectors.length) rule.selectors = selectors;
    else rule.remove();
  });
  removeEmpty(root);
  return root.toString();
}

function removeEmpty(root) {
  root.walkAtRules((rule) => {
    if (rule.nodes && !rule.nodes.length) rule.remove();
  });
}

// The dark sheet lies over the light one. Each property of colour stays, changed or not, so that among the rules of one
// element the same one wins as in a whole sheet.
function onlyColours(css) {
  const root = postcss.parse(css);
  root.walkAtRules((rule) => {
    if (/^(keyframes|font-face)$/.test(rule.name) || (rule.name === "media" && rule.params === "print")) rule.remove();
  });
  root.walkDecls((declaration) => {
    if (!COLOUR.test(declaration.prop) || SHAPE.test(declaration.prop)) declaration.remove();
  });
  root.walkRules((rule) => {
    if (!rule.nodes.length) rule.remove();
  });
  removeEmpty(root);
  return root.toString();
}

const names = named();
writeFileSync(path.join(out, "light.css"), onlyNamed(compile("light"), names));
writeFileSync(path.join(out, "dark.css"), onlyColours(onlyNamed(compile("dark"), names)));
