// @timeout 240
// The page of --view browser in a real browser: the same pictures, keys and layers as in the window, and every frame in the account.
import type { Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { withBrowser } from "../../e2e/browser.ts";
import { checkAccount, checkBarcodes, summaryOf } from "../../e2e/call-summary.ts";
import { type Program, type Start, withPrograms } from "../../e2e/program.ts";
import { waitUntil } from "../../e2e/wait-until.ts";

const testCard = ["--source", "testcard", "--camera-size", "640x360", "--no-audio", "--listen", "127.0.0.1:0"];

async function pageOf(program: Program): Promise<string> {
  const { url } = await program.event("page");
  return typeof url === "string" ? url : "";
}

async function watchInBrowser(start: Start, ...sending: string[]): Promise<{ sender: Program; receiver: Program; url: string }> {
  const sender = start("sender", [...testCard, ...sending]);
  const receiver = start("receiver", ["--view", "browser", "--no-audio"], { env: { SVC_INVITE: await sender.invite() } });
  return { sender, receiver, url: await pageOf(receiver) };
}

const shownAtLeast = (count: number): { where: (stats: { [name: string]: unknown }) => boolean; limitMs: number } => ({
  where: ({ shown }) => Number(shown) >= count,
  limitMs: 40_000,
});

/** What the browser computes: as text, since the tests know Node's types and not a page's. */
const canvas = 'document.querySelector("#picture")';

/** Counts pixels of the canvas that are not of its first colour. */
const colouredPixels = (page: Page): Promise<number> =>
  page.evaluate<number>(`{
    const { width, height } = ${canvas};
    const { data } = ${canvas}.getContext("2d").getImageData(0, 0, width, height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at] !== data[0]) count++;
    count;
  }`);

/** The picture on the canvas, as a text. */
const pictureOn = (page: Page): Promise<string> => page.evaluate<string>(`${canvas}.toDataURL()`);

for (const codec of ["h264", "vp9", "jpeg"]) {
  test(
    `shows every frame of the test card in a page, or names why not (${codec})`,
    withPrograms(
      (start) =>
        withBrowser(async (open) => {
          const { sender, receiver, url } = await watchInBrowser(start, "--video-codec", codec);
          const page = await open(url);
          await receiver.event("stats", shownAtLeast(20));
          assert.ok((await colouredPixels(page)) > 1000, "the card is on the canvas");
          assert.not(await page.locator("#card").isVisible());
          await page.keyboard.press("q");
          await receiver.exits(0);
          const summary = summaryOf(receiver);
          checkAccount(summary);
          checkBarcodes(summary);
          assert.is(summary.dropped["undecodable"], 0, receiver.transcript());
          await sender.interrupt();
        }),
      100_000,
    ),
  );
}

test(
  "goes on in a page that is loaded again, with the keys and layers of the window",
  withPrograms(
    (start) =>
      withBrowser(async (open) => {
        const { sender, receiver, url } = await watchInBrowser(start);
        // Nobody has opened the page yet: what comes is counted, and waits for nobody.
        await receiver.event("stats", {
          where: ({ dropped }) => Number((dropped as { waitingForKeyframe: number }).waitingForKeyframe) > 0,
        });
        const page = await open(url);
        await receiver.event("stats", shownAtLeast(10));
        await page.reload();
        const before = Number(receiver.events.findLast(({ event }) => event === "stats")?.["shown"]);
        await receiver.event("stats", shownAtLeast(before + 10));
        await page.keyboard.press("?");
        await page.locator(".help").waitFor();
        await page.keyboard.press("?");
        await page.locator(".help").waitFor({ state: "detached" });
        await page.keyboard.press("Space");
        await page.locator(".paused").waitFor();
        const paused = await pictureOn(page);
        await receiver.event("stats", { from: receiver.events.length });
        assert.is(await pictureOn(page), paused);
        await page.keyboard.press("Space");
        await page.locator(".paused").waitFor({ state: "detached" });
        sender.signal("SIGINT");
        await receiver.exits(0);
        await waitUntil(async () => (await page.locator("#card").textContent())?.includes("ended") === true, "the card of the end");
        const summary = summaryOf(receiver);
        checkAccount(summary);
        checkBarcodes(summary);
      }),
    120_000,
  ),
);

test(
  "shows both sides of a call, one's own mirrored in the corner that the call says",
  withPrograms(
    (start) =>
      withBrowser(async (open) => {
        const waiting = start("peer", [...testCard, "--no-window"]);
        const calling = start("peer", ["--source", "motion", "--camera-size", "640x360", "--no-audio", "--view", "browser"], {
          env: { SVC_INVITE: await waiting.invite() },
        });
        const page = await open(await pageOf(calling));
        await page.locator("#self-view.shown").waitFor({ timeout: 40_000 });
        assert.is(await page.locator("#self-view").getAttribute("data-corner"), "bottom-right");
        await page.keyboard.press("h");
        await page.locator("#self-view.hidden").waitFor({ state: "attached" });
        await calling.interrupt();
        await waiting.exits(0);
      }),
    100_000,
  ),
);

test.run();
