// The npm packages of the tests, which stand in a folder of the build: CONCORDAT_TEST_PACKAGES.
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.CONCORDAT_TEST_PACKAGES, "package.json"));

export const { chromium } = require("playwright-core");
export const axe = require("axe-core");
export const { HtmlValidate } = require("html-validate");
