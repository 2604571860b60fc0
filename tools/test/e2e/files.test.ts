// @timeout 240
// Files between the real programs: typed in a terminal, both ways, between peers and between a sender and its receivers, and across cuts.
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { FaultProxy } from "@simple-video-chat/protocol/testing";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { type Program, withPrograms } from "../../e2e/program.ts";

const card = ["--source", "testcard", "--camera-size", "320x240", "--no-audio"];
const loopback = ["--listen", "127.0.0.1:0"];
const hidden = "--no-window";

/** A folder that is gone after the test. */
async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "svc-files-"));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeFile(folder: string, name: string, bytes: number): { readonly path: string; readonly sha256: string } {
  const path = join(folder, name);
  const content = randomBytes(bytes);
  writeFileSync(path, content);
  return { path, sha256: createHash("sha256").update(content).digest("hex") };
}

function hashOf(path: unknown): string {
  return createHash("sha256")
    .update(readFileSync(String(path)))
    .digest("hex");
}

function fileEvent(program: Program, state: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  return program.event("file", { where: (event) => event["state"] === state && event["name"] === name });
}

test(
  "sends a file that is typed in a terminal, when the other end says yes, and one back into the folder that was named",
  withPrograms((start) =>
    inFolder(async (folder) => {
      const theirs = join(folder, "theirs");
      const ours = join(folder, "ours");
      mkdirSync(theirs);
      const photo = makeFile(folder, "a photo.jpg", 3_000_000);
      const answer = makeFile(folder, "answer.txt", 1);
      const ann = start("peer", [...card, ...loopback, hidden, "--name", "Ann", "--accept-files", ours], { terminal: true });
      const env = { SVC_INVITE: await ann.invite() };
      const bob = start("peer", [...card, hidden, "--name", "Bob"], { env, terminal: true, cwd: theirs });
      await bob.event("first-picture");
      ann.type(`t/send ${photo.path}\r`);
      const offered = await fileEvent(bob, "offered", "a photo.jpg");
      assert.is(offered["with"], "Ann");
      assert.is(offered["sizeBytes"], 3_000_000);
      await bob.sentence(/Ann would send a photo\.jpg \(3\.0 MB\)\. Type t and \/accept 1/);
      bob.type("t/accept\r");
      const received = await fileEvent(bob, "received", "a photo.jpg");
      assert.is(received["path"], join(theirs, "a photo.jpg"));
      assert.is(hashOf(received["path"]), photo.sha256);
      assert.is(statSync(String(received["path"])).mode & 0o777, 0o600);
      await fileEvent(ann, "sent", "a photo.jpg");
      await ann.sentence(/a photo\.jpg \(3\.0 MB\) has arrived at Bob, whole\./);
      bob.type(`t/send "${answer.path}"\r`);
      const answered = await fileEvent(ann, "received", "answer.txt");
      assert.is(hashOf(answered["path"]), answer.sha256);
      assert.equal(readdirSync(ours), ["answer.txt"]);
      assert.equal(readdirSync(theirs), ["a photo.jpg"]);
      assert.is(bob.events.filter(({ event }) => event === "text").length, 0);
      ann.type("q");
      await ann.exits(0);
      await bob.exits(0);
    }),
  ),
);

test(
  "goes on where it was when the connection is cut in the middle, and asks nobody again",
  withPrograms((start) =>
    inFolder(async (folder) => {
      const film = makeFile(folder, "film.mp4", 700_000);
      // With a cap it takes some seconds.
      const ann = start("peer", [...card, ...loopback, hidden, "--name", "Ann", "-b", "1M"], { terminal: true });
      const invite = await ann.invite();
      using proxy = await FaultProxy.start({ targetPort: ann.port });
      const bob = start("peer", [...card, hidden, "--name", "Bob"], {
        env: { SVC_INVITE: proxy.redirect(invite) },
        terminal: true,
        cwd: mkdtempSync(join(folder, "bob-")),
      });
      await bob.event("first-picture");
      ann.type(`t/send ${film.path}\r`);
      await fileEvent(bob, "offered", "film.mp4");
      bob.type("t/accept 1\r");
      const isHalf = (event: Readonly<Record<string, unknown>>): boolean =>
        event["state"] === "progress" && Number(event["bytes"]) > 200_000;
      await bob.event("file", { where: isHalf });
      proxy.reset();
      await bob.event("reconnecting");
      const received = await fileEvent(bob, "received", "film.mp4");
      assert.is(hashOf(received["path"]), film.sha256);
      await fileEvent(ann, "sent", "film.mp4");
      const states = bob.events.filter(({ event }) => event === "file").map(({ state }) => state);
      assert.is(states.filter((state) => state === "offered").length, 1);
      const bytes = bob.events
        .filter(({ event, state }) => event === "file" && state === "progress")
        .map((event) => Number(event["bytes"]));
      assert.equal(
        bytes,
        bytes.toSorted((a, b) => a - b),
      );
    }),
  ),
);

test(
  "sends a file to all receivers that take any, and takes one of theirs; a call that is over is told",
  withPrograms((start) =>
    inFolder(async (folder) => {
      const plan = makeFile(folder, "plan.pdf", 300_000);
      const note = makeFile(folder, "note.txt", 100);
      const door = join(folder, "door");
      const sender = start("sender", [...card, ...loopback, "--name", "Door", "--accept-files", door], { terminal: true });
      const one = start("receiver", [hidden, "--name", "One", "--accept-files", join(folder, "one")], {
        env: { SVC_INVITE: await sender.invite() },
        terminal: true,
      });
      await one.event("first-picture");
      const second = (await sender.event("invite", 2))["invite"] as string;
      const two = start("receiver", [hidden, "--name", "Two", "--no-chat"], { env: { SVC_INVITE: second }, terminal: true });
      await two.event("first-picture");
      sender.type(`t/send ${plan.path}\r`);
      assert.is(hashOf((await fileEvent(one, "received", "plan.pdf"))["path"]), plan.sha256);
      await sender.sentence("Two takes no files.");
      one.type(`t/send ${note.path}\r`);
      assert.is((await fileEvent(sender, "received", "note.txt"))["path"], join(door, "note.txt"));
      one.type(`t/send ${join(folder, "nothing")}\r`);
      await one.sentence("there is no such file");
      assert.is(two.events.filter(({ event }) => event === "file").length, 0);
    }),
  ),
);

test.run();
