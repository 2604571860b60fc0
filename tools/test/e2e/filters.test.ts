// @timeout 300
// Filters in real programs, and the examples that use them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { withBrowser } from "../../e2e/browser.ts";
import { checkAccount, checkBarcodes, summaryOf } from "../../e2e/call-summary.ts";
import { withPrograms } from "../../e2e/program.ts";
import { picturesOf, readRecording } from "../../e2e/recorded-file.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import { waitUntil } from "../../e2e/wait-until.ts";

const examples = new URL("../../../examples/", import.meta.url);

/** Runs an example until its test is over. @param body gets the first line that it prints: its invite, or address */
async function runExample(name: string, args: readonly string[], body: (line: string) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(name, examples)), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    await body(line);
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
}

test(
  "a filter that fails is told of, and the call goes on; one that is none ends the program",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      const source = ["--source", "testcard", "--camera-size", "320x240", "--listen", "127.0.0.1:0"];
      const failing = join(folder.path, "failing.mjs");
      writeFileSync(failing, 'export function onFrame() { throw new Error("no"); }');
      const sender = start("sender", [...source, "--filter", failing]);
      const receiver = start("receiver", ["--no-window", "--no-audio"], { env: { SVC_INVITE: await sender.invite() } });
      await sender.event("notice", { where: ({ code }) => code === "filter-failed" });
      await receiver.event("stats", { where: ({ shown }) => Number(shown) > 10 });
      await receiver.interrupt();
      await sender.interrupt();
      const missing = start("sender", [...source, "--filter", join(folder.path, "none.mjs")]);
      await missing.exits(1);
      assert.match(missing.stderr, "no filter");
    } finally {
      folder.remove();
    }
  }),
);

test(
  "what is shown goes through the filter of incoming pictures, which is told of",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      const filter = join(folder.path, "white.mjs");
      writeFileSync(
        filter,
        `let cv, tell;
        export function open(context) { ({ cv, tell } = context); }
        export function onFrame(mat, { frame, captureUs }) {
          if (frame > 20) throw new Error("no more");
          tell({ frame, captureUs });
          return new cv.Mat(mat.rows, mat.cols, mat.type, [255, 255, 255]);
        }`,
      );
      const sender = start("sender", ["--source", "testcard", "--camera-size", "320x240", "--barcode", "--listen", "127.0.0.1:0"]);
      const receiver = start("receiver", ["--no-window", "--no-audio", "--json-frames", "--filter-incoming", filter], {
        env: { SVC_INVITE: await sender.invite() },
      });
      const told = await receiver.event("incoming-filter");
      await receiver.event("notice", { where: ({ code }) => code === "filter-failed" });
      const shown = await receiver.event("shown", { where: ({ frame }) => Number(frame) > 40 });
      assert.ok(Number((told["value"] as { frame: number }).frame) < Number(shown["frame"]));
      await receiver.interrupt();
      await sender.interrupt();
      const summary = summaryOf(receiver);
      checkAccount(summary);
      // They are read before the filter, which has overwritten them.
      checkBarcodes(summary);
    } finally {
      folder.remove();
    }
  }),
);

test(
  "a filter of incoming pictures that does not load ends the program, with nothing shown",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      const broken = join(folder.path, "broken.mjs");
      writeFileSync(broken, 'throw new Error("not today");');
      const sender = start("sender", ["--source", "testcard", "--camera-size", "320x240", "--listen", "127.0.0.1:0"]);
      const receiver = start("receiver", ["--no-window", "--no-audio", "--filter-incoming", broken], {
        env: { SVC_INVITE: await sender.invite() },
      });
      await receiver.exits(1);
      assert.match(receiver.stderr, "not today");
      assert.not(receiver.events.some(({ event }) => event === "first-picture"));
      await sender.interrupt();
      const address = ["127.0.0.1:1/000g40r40m30e209185gr38e1wks", "--filter-incoming"];
      const missing = start("receiver", [...address, join(folder.path, "none.mjs")]);
      await missing.exits(1);
      assert.match(missing.stderr, "no filter");
      const inBrowser = start("receiver", [...address, broken, "--view", "browser"]);
      await inBrowser.exits(64);
    } finally {
      folder.remove();
    }
  }),
);

test(
  "the grid shows several senders in one page",
  withPrograms(async (start) => {
    const source = ["--camera-size", "320x240", "--no-audio", "--listen", "127.0.0.1:0"];
    const senders = [start("sender", ["--source", "testcard", ...source]), start("sender", ["--source", "motion", ...source])];
    const invites = await Promise.all(senders.map((sender) => sender.invite()));
    await runExample("grid.mjs", invites, (url) =>
      withBrowser(async (open) => {
        const page = await open(url);
        await waitUntil(() => page.frames().length === 3, "a frame for each sender");
        for (const frame of page.frames().slice(1)) {
          // The card goes when there is a picture.
          await frame.locator("#card").waitFor({ state: "hidden", timeout: 40_000 });
          await frame.locator("#picture").waitFor();
        }
      }),
    );
    for (const sender of senders) await sender.interrupt();
  }, 120_000),
);

test(
  "the motion alarm calls its webhook",
  withPrograms(async (start) => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.setEncoding("utf8").on("data", (text: string) => bodies.push(text));
      request.on("end", () => response.end());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarm`;
    try {
      await runExample("motion-alarm.mjs", [url, "testcard"], async (invite) => {
        const receiver = start("receiver", ["--no-window", "--no-audio"], { env: { SVC_INVITE: invite } });
        await waitUntil(() => bodies.length > 0, "the webhook is called", 40_000);
        assert.is((JSON.parse(bodies[0] ?? "{}") as { motion?: boolean }).motion, true);
        await receiver.interrupt();
      });
    } finally {
      server.close();
    }
  }),
);

test(
  "record on motion records what moves",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      await runExample("record-on-motion.mjs", [folder.path, "testcard"], async (invite) => {
        const still = ["--source", "testcard", "--camera-size", "320x240", "--no-window", "--no-audio"];
        const other = start("peer", still, { env: { SVC_INVITE: invite } });
        await waitUntil(() => readdirSync(folder.path).length > 0, "a recording begins", 40_000);
        const from = other.events.length;
        await other.event("stats", { from, nth: 3 });
        await other.interrupt();
      });
      const [name = ""] = readdirSync(folder.path);
      const pictures = picturesOf(await readRecording(join(folder.path, name)));
      assert.ok(pictures.length > 5 && pictures[0]?.widthPx !== undefined, `${pictures.length} pictures`);
    } finally {
      folder.remove();
    }
  }),
);

test.run();
