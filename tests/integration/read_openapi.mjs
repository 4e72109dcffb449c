// Judges a document of OpenAPI and texts of JSON by it: read_openapi.mjs PACKAGES DOCUMENT [TEXTS].
//
// TEXTS is a file with a list of {schema, value, fits}. Every fault is printed, and then the exit code is 1.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [packages, documentPath, textsPath] = process.argv.slice(2);
const resolver = createRequire(`${packages}/package.json`);
const { Validator } = await import(pathToFileURL(`${packages}/node_modules/@seriousme/openapi-schema-validator/index.js`));
const Ajv = resolver("ajv/dist/2020").default;
const addFormats = resolver("ajv-formats").default;
const document = JSON.parse(readFileSync(documentPath, "utf8"));
const faults = [];

const judged = await new Validator().validate(structuredClone(document));
if (!judged.valid) faults.push(JSON.stringify(judged.errors));

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, "document");
for (const { schema, value, fits } of textsPath ? JSON.parse(readFileSync(textsPath, "utf8")) : []) {
  const judge = ajv.getSchema(`document#/components/schemas/${schema}`);
  if (!judge) faults.push(`there is no schema ${schema}`);
  else if (judge(value) !== fits) faults.push(`${schema}: ${JSON.stringify(judge.errors)} in ${JSON.stringify(value)}`);
}
for (const fault of faults) console.log(fault);
process.exit(faults.length ? 1 : 0);
