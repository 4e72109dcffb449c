// Makes the sheets of the pages by Sass: make_styles.mjs PACKAGES OUT-FOLDER.
import { writeFileSync } from "node:fs";
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
  root.walkAtRules((rule) => {
    if (rule.nodes && !rule.nodes.length) rule.remove();
  });
  return root.toString();
}

writeFileSync(path.join(out, "light.css"), compile("light"));
writeFileSync(path.join(out, "dark.css"), onlyColours(compile("dark")));
