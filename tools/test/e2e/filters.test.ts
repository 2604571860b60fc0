// @timeout 180
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

import { withPrograms } from "../../e2e/program.ts";
import { picturesOf, readRecording } from "../../e2e/recorded-file.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import { waitUntil } from "../../e2e/wait-until.ts";

const packages = new URL("../../../packages/", import.meta.url);

/** Runs an example until its test is over. @returns the first line that it prints: its invite */
async function runExample(path: string, args: readonly string[], body: (invite: string) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(path, packages)), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [invite] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    await body(invite);
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
      await runExample("sender/examples/motion-alarm.mjs", [url, "testcard"], async (invite) => {
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
      await runExample("peer/examples/record-on-motion.mjs", [folder.path, "testcard"], async (invite) => {
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
