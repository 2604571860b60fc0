// @timeout 180
// Texts between the real programs: typed in a terminal and in a window, both ways, between peers and between a sender and its receivers.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { FaultProxy } from "@simple-video-chat/protocol/testing";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { type Program, withPrograms } from "../../e2e/program.ts";
import { withDisplay } from "../../e2e/virtual-display.ts";
import { waitUntil } from "../../e2e/wait-until.ts";

const card = ["--source", "testcard", "--camera-size", "320x240", "--no-audio"];
const loopback = ["--listen", "127.0.0.1:0"];
const hidden = "--no-window";
/** Ends what stands at the bottom of a terminal: from there on lines are continued again. */
const behindTyped = "\x1b[?7h";

async function sentBy(program: Program, text: string): Promise<unknown> {
  return (await program.event("text-sent", { where: (event) => event["text"] === text }))["outcome"];
}

test(
  "delivers what is typed in a terminal, under a status line that goes on, and shows the answer",
  withPrograms(async (start) => {
    const ann = start("peer", [...card, ...loopback, hidden, "--name", "Ann"], { terminal: true });
    const env = { SVC_INVITE: await ann.invite() };
    const bob = start("peer", [...card, hidden, "--name", "Bob"], { env, terminal: true });
    await bob.event("first-picture");
    ann.type("t");
    ann.type("Grüße, Bob! q");
    await waitUntil(() => ann.shown.endsWith(`Message: Grüße, Bob! q${behindTyped}`), "the typed line");
    ann.type("\x7f\x7f\r");
    assert.equal(await bob.event("text"), { event: "text", name: "Ann", text: "Grüße, Bob!" });
    assert.is(await sentBy(ann, "Grüße, Bob!"), "delivered");
    await bob.sentence(/Ann: Grüße, Bob!/);
    await ann.sentence(/You: Grüße, Bob! ✓/);
    bob.type("\rHello Ann\r");
    assert.equal(await ann.event("text"), { event: "text", name: "Bob", text: "Hello Ann" });
    ann.type("tleft out\x1b");
    await waitUntil(() => ann.shown.includes("left out"), "the typed line");
    ann.type("q");
    await ann.exits(0);
    await bob.exits(0);
    assert.is(bob.events.filter(({ event }) => event === "text").length, 1);
  }),
);

test(
  "delivers what is typed in a window, and shows the texts over the picture",
  withPrograms((start) =>
    withDisplay(async (display) => {
      const ann = start("peer", [...card, ...loopback, hidden, "--name", "Ann"], { terminal: true });
      const bob = start("peer", [...card, "--name", "Bob"], {
        env: { DISPLAY: display.name, SVC_INVITE: await ann.invite() },
        terminal: true,
      });
      await bob.event("first-picture");
      const window = await display.window("Simple Video Chat: Ann");
      for (const [key, typed] of [
        ["t", "Message: "],
        ["h", "Message: h"],
        ["i", "Message: hi"],
        ["q", "Message: hiq"],
        ["BackSpace", "Message: hi"],
        ["exclam", "Message: hi!"],
      ] as const) {
        await display.press(window, key);
        // OpenCV keeps only the last key that it was not yet asked for: no hand is faster than that, but a test is.
        await waitUntil(() => bob.shown.endsWith(`${typed}${behindTyped}`), typed);
      }
      await display.press(window, "Return");
      assert.equal(await ann.event("text"), { event: "text", name: "Bob", text: "hi!" });
      assert.is(await sentBy(bob, "hi!"), "delivered");
      await display.press(window, "q");
      await bob.exits(0);
    }),
  ),
);

test(
  "sends a file by a message that begins with a slash and is typed in a window",
  withPrograms((start) =>
    withDisplay(async (display) => {
      const folder = mkdtempSync(join(tmpdir(), "svc-typed-"));
      try {
        const theirs = join(folder, "theirs");
        writeFileSync(join(folder, "a.b"), "the content");
        const ann = start("peer", [...card, ...loopback, hidden, "--name", "Ann", "--accept-files", theirs]);
        const bob = start("peer", [...card, "--name", "Bob"], {
          env: { DISPLAY: display.name, SVC_INVITE: await ann.invite() },
          terminal: true,
          cwd: folder,
        });
        await bob.event("first-picture");
        const window = await display.window("Simple Video Chat: Ann");
        let typed = "Message: ";
        for (const [key, character] of [
          ["t", ""],
          ["slash", "/"],
          ...[..."send"].map((letter) => [letter, letter] as const),
          ["space", " "],
          ["a", "a"],
          ["period", "."],
          ["b", "b"],
        ] as const) {
          typed += character;
          await display.press(window, key);
          await waitUntil(() => bob.shown.endsWith(`${typed}${behindTyped}`), typed);
        }
        await display.press(window, "Return");
        const { path } = await ann.event("file", { where: ({ state }) => state === "received" });
        assert.is(path, join(theirs, "a.b"));
        assert.is(readFileSync(join(theirs, "a.b"), "utf8"), "the content");
        await bob.sentence(/a\.b \(11 bytes\) has arrived at Ann, whole\./);
        // It was no message.
        assert.is(ann.events.filter(({ event }) => event === "text").length, 0);
        await display.press(window, "q");
        await bob.exits(0);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
  ),
);

test(
  "exchanges texts between a sender and its receivers, and says who takes none",
  withPrograms(async (start) => {
    const sender = start("sender", [...card, ...loopback, "--name", "Door"], { terminal: true });
    const invite = await sender.invite();
    const one = start("receiver", [hidden, "--name", "One"], { env: { SVC_INVITE: invite }, terminal: true });
    await one.event("first-picture");
    const second = (await sender.event("invite", 2))["invite"] as string;
    const two = start("receiver", [hidden, "--name", "Two", "--no-chat"], { env: { SVC_INVITE: second }, terminal: true });
    await two.event("first-picture");
    one.type("tWho is there?\r");
    assert.equal(await sender.event("text"), { event: "text", name: "One", text: "Who is there?" });
    sender.type("tThe post\r");
    assert.equal(await one.event("text"), { event: "text", name: "Door", text: "The post" });
    assert.is(await sentBy(sender, "The post"), "delivered");
    await sender.sentence("Two takes no messages");
    two.type("tMe too\r");
    assert.is(await sentBy(two, "Me too"), "unwanted");
    assert.is(two.events.filter(({ event }) => event === "text").length, 0);
    assert.is(sender.events.filter(({ event }) => event === "text").length, 1);
  }),
);

test(
  "keeps a text until the other end is back, and delivers it once",
  withPrograms(async (start) => {
    const ann = start("peer", [...card, ...loopback, hidden, "--name", "Ann"]);
    const invite = await ann.invite();
    const proxy = await FaultProxy.start({ targetPort: ann.port });
    try {
      const bob = start("peer", [...card, hidden, "--name", "Bob"], { env: { SVC_INVITE: proxy.redirect(invite) }, terminal: true });
      await bob.event("first-picture");
      proxy.stall();
      bob.type("tAre you there?\r");
      await bob.sentence(/under way/);
      await bob.event("silent");
      proxy.release();
      assert.is(await sentBy(bob, "Are you there?"), "delivered");
      await bob.sentence(/Delivered: Are you there/);
      assert.is(ann.events.filter(({ event }) => event === "text").length, 1);
    } finally {
      proxy.close();
    }
  }),
);

test.run();
