// The npm packages of the tests, which stand in a folder of the build: CONCORDAT_TEST_PACKAGES.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.CONCORDAT_TEST_PACKAGES, "package.json"));

export const { chromium } = require("playwright-core");
export const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"); // as a page runs it
export const { HtmlValidate } = require("html-validate");
