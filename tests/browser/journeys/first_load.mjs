// The first visit with a browser that knows nothing: how many bytes are sent to it, headers too, until the form is there
// and works without a signal. Nginx counts, because a browser does not tell what its worker fetched; what a page fetched,
// both count alike.
import assert from "node:assert/strict";
import test from "node:test";
import { isDeepStrictEqual } from "node:util";

const BYTES_MAX = 60 * 1024;

export default function firstLoad(browser) {
  const { stage } = browser;

  for (const colorScheme of ["light", "dark"]) {
    test(`the first visit, in ${colorScheme}, takes at most 60 KB until the form is there`, async () => {
      await sent(stage);
      const page = await browser.page({ colorScheme });
      const received = await countReceived(page);
      const person = stage.person("referrer", 1);
      await browser.signIn(page, person);
      person.cookies = await page.context().storageState();
      await page.goto("/refer");
      await page.locator("#sealing[data-ready]").waitFor({ state: "attached" });
      await browser.finish(page);
      const parts = await sent(stage);
      const bytes = parts.reduce((sum, [, size]) => sum + size, 0);
      console.log(`the first visit, in ${colorScheme}: ${bytes} bytes`);
      for (const [path, size] of parts) console.log(`  ${String(size).padStart(6)} ${path}`);
      for (const part of received) assert(parts.some((one) => isDeepStrictEqual(one, part)), `the browser counts ${part}`);
      assert(bytes <= BYTES_MAX, `${bytes} bytes`);
    });
  }
}

// What the proxy has sent since it was asked last.
async function sent(stage) {
  await stage.call("stop", "nginx");
  try {
    return await stage.call("sent");
  } finally {
    await stage.call("start", "nginx");
  }
}

// [path, bytes] of each answer that the page had from the network, as the browser counts them.
async function countReceived(page) {
  const received = [], paths = new Map();
  const devtools = await page.context().newCDPSession(page);
  devtools.on("Network.responseReceived", ({ requestId, response }) => paths.set(requestId, new URL(response.url).pathname));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (encodedDataLength > 0) received.push([paths.get(requestId), encodedDataLength]);
  });
  await devtools.send("Network.enable");
  return received;
}
