// Files that change, end or lose their place at the worst moment, on a real disk and over real sessions.
import assert from "node:assert/strict";
import { readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import { FileError } from "../../src/files/file-error.ts";
import { FileSink } from "../../src/files/file-sink.ts";
import { FileSource } from "../../src/files/file-source.ts";
import { FileTransfers } from "../../src/files/file-transfers.ts";
import { maxFileBytes } from "../../src/limits.ts";
import { filesFeature } from "../../src/messages/file-offer.ts";
import { micros } from "../../src/time/clock.ts";
import { capabilities, Host, next } from "../session/call.ts";
import { ScratchFolder, sha256Of } from "./scratch-folder.ts";

const test = suite("files in trouble");
const takesFiles = { capabilities: { ...capabilities, features: [filesFeature] } };

async function codeOf(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
  } catch (error) {
    assert.ok(error instanceof FileError, String(error));
    return error.code;
  }
  return "none";
}

test("are not sent when they are larger than any file may be, were replaced since, or cannot be read any more", async () => {
  using folder = new ScratchFolder();
  const { path } = folder.file("film.mp4", 1_000);
  const source = await FileSource.open(path);
  writeFileSync(path, "something else");
  assert.equal(await codeOf(source.again()), "changed");
  await source.close();
  assert.equal(await codeOf(source.read(0)), "unreadable");
  // A file of holes: it takes no room.
  truncateSync(path, maxFileBytes + 1);
  assert.equal(await codeOf(FileSource.open(path)), "too-large");
});

for (const [what, breaks] of [
  ["the part that was received is gone", (folder: string): void => readdirSync(folder).forEach((name) => rmSync(join(folder, name)))],
  ["its folder is gone", (folder: string): void => rmSync(folder, { recursive: true })],
] as const) {
  test(`do not get their place when ${what}, and leave nothing under their name`, async () => {
    using scratch = new ScratchFolder();
    const folder = join(scratch.path, "into");
    const content = Buffer.from("whole");
    const sink = await FileSink.open({ folder, name: "a.txt", sizeBytes: content.byteLength, sha256: sha256Of(content) });
    sink.push(content, micros(1), { onWritten: () => {}, onFailed: (error) => assert.fail(String(error)) });
    await sink.idle();
    breaks(folder);
    assert.equal(await codeOf(sink.finish()), "not-written");
    rmSync(folder, { recursive: true, force: true });
  });
}

test("are declined by an end that does not want them though it said so, and reach nobody who leaves while they are read", async () => {
  using folder = new ScratchFolder();
  const { path } = folder.file("a", 100_000);
  await using host = await new Host().listen(takesFiles);
  const { dialer, listener } = await host.call(takesFiles);
  const sender = new FileTransfers({ onEvent: () => {} });
  const receiver = new FileTransfers({ isWanted: false, onEvent: () => {} });
  sender.use(dialer);
  receiver.use(listener);
  const live = Promise.all([next(dialer, "live"), next(listener, "live")]);
  dialer.cut("so that both see the connection begin");
  await live;
  // Not about files.
  dialer.send({ type: "keyframe-request", track: 1, reason: "gap" });
  listener.send({ type: "keyframe-request", track: 1, reason: "gap" });
  assert.deepEqual(
    (await sender.send(path)).map(({ outcome }) => outcome),
    ["declined"],
  );
  const fates = await sender.send(path, () => setImmediate(() => void dialer.close()));
  assert.deepEqual(
    fates.map(({ outcome }) => outcome),
    ["not-connected"],
  );
});

test.run();
