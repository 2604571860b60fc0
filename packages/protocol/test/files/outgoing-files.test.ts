// What an end does with files that it sends, on a link and a clock by arithmetic: it begins gently, whatever the call has sent before, keeps
// its cap, and sends one file after the other.
import assert from "node:assert/strict";
import { suite } from "uvu";
import type { FilePort } from "../../src/files/file-port.ts";
import { FileSource } from "../../src/files/file-source.ts";
import { type BulkLimits, OutgoingFiles, type SentFileFate } from "../../src/files/outgoing-files.ts";
import { maxFileDataBytes, maxFilesAtOnce } from "../../src/limits.ts";
import type { FileDataMessage } from "../../src/messages/file-data.ts";
import { FakeScheduler } from "../../src/testing/fake-scheduler.ts";
import { micros } from "../../src/time/clock.ts";
import { ScratchFolder, sha256Of } from "./scratch-folder.ts";

const test = suite("OutgoingFiles");

/** One end's files, and a call beside them that has sent so much. */
class Giver {
  readonly scheduler = new FakeScheduler();
  readonly folder = new ScratchFolder();
  readonly said: string[] = [];
  readonly fates: SentFileFate[] = [];
  readonly files: OutgoingFiles;
  readonly data: FileDataMessage[] = [];
  isUp = true;
  callBytes: number;
  #fileBytes = 0;

  constructor(limits: Partial<BulkLimits> = {}, callBytes: number = 0) {
    this.callBytes = callBytes;
    const port: FilePort = {
      scheduler: this.scheduler,
      send: (message) => this.isUp && this.said.push(`${message.type} ${message.id}`) > 0,
      offerBulk: () => this.pull(),
      violated: (code) => void this.said.push(code),
      sentBytes: () => this.callBytes + this.#fileBytes,
    };
    this.files = new OutgoingFiles(
      port,
      { targetMs: 15, capBps: Infinity, isShort: () => false, ...limits },
      {
        onProgress: () => {},
        onEnded: (_file, fate) => void this.fates.push(fate),
      },
    );
    this.files.connected(false);
  }

  async offer(bytes: number): Promise<number> {
    const { path, content } = this.folder.file(`${this.said.length}`, bytes);
    return this.files.add(await FileSource.open(path), sha256Of(content), "name").id;
  }

  /** Accepts it, and waits until some of it was read. */
  async accept(id: number): Promise<void> {
    this.files.receive({ type: "file-accept", id, offset: 0 });
    const before = this.data.length;
    for (let turn = 0; turn < 1_000 && this.data.length === before; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** As an outbox whose socket takes everything. */
  pull(): void {
    for (let message = this.files.nextBulk(); message !== undefined; message = this.files.nextBulk()) {
      this.data.push(message);
      this.#fileBytes += 20 + message.data.byteLength;
    }
  }

  get sentBytes(): number {
    return this.data.reduce((sum, { data }) => sum + data.byteLength, 0);
  }

  [Symbol.dispose](): void {
    this.files.close();
    this.folder[Symbol.dispose]();
  }
}

test("begins with next to nothing under way, however much the call has sent before", async () => {
  using giver = new Giver({}, 500_000_000);
  await giver.accept(await giver.offer(200_000));
  assert.ok(giver.sentBytes > 0 && giver.sentBytes <= maxFileDataBytes, `${giver.sentBytes} bytes`);
  giver.scheduler.advance(100);
  const first = giver.sentBytes;
  giver.files.receive({ type: "file-ack", id: 1, bytes: first, receivedUs: micros(giver.scheduler.nowUs()) });
  assert.ok(giver.sentBytes - first <= 2 * maxFileDataBytes, `${giver.sentBytes - first} bytes after a round trip`);
  // After a pause, too.
  giver.files.receive({ type: "file-result", id: 1, result: "cancelled" });
  giver.callBytes += 500_000_000;
  giver.scheduler.advance(60_000);
  const before = giver.sentBytes;
  await giver.accept(await giver.offer(200_000));
  assert.ok(giver.sentBytes - before <= 3 * maxFileDataBytes, `${giver.sentBytes - before} bytes`);
});

test("sends no more than the cap leaves, and goes on by itself when it leaves more", async () => {
  using giver = new Giver({ capBps: 1_000_000 });
  const id = await giver.offer(100_000);
  await giver.accept(id);
  const startUs = giver.scheduler.nowUs();
  while (giver.sentBytes < 100_000) {
    // Everything arrives at once.
    giver.files.receive({ type: "file-ack", id, bytes: giver.sentBytes, receivedUs: micros(giver.scheduler.nowUs()) });
    giver.callBytes += 500;
    giver.scheduler.advance(10);
    await new Promise(setImmediate);
  }
  const bps = ((giver.sentBytes + giver.callBytes) * 8e6) / (giver.scheduler.nowUs() - startUs);
  assert.ok(bps > 800_000 && bps < 1_100_000, `${bps} bit/s`);
});

test("sends one file after the other, and takes no more than are allowed", async () => {
  using giver = new Giver();
  for (let nth = 0; nth < maxFilesAtOnce; nth++) {
    assert.ok(giver.files.hasRoom);
    await giver.offer(1_000);
  }
  assert.ok(!giver.files.hasRoom);
  giver.files.receive({ type: "file-accept", id: 2, offset: 1_000 });
  await giver.accept(3);
  assert.deepEqual(
    giver.data.map(({ id, offset }) => [id, offset]),
    [[3, 0]],
  );
  giver.files.receive({ type: "file-result", id: 2, result: "verified" });
  giver.files.receive({ type: "file-result", id: 1, result: "declined" });
  assert.deepEqual(giver.fates, ["verified", "declined"]);
  assert.ok(giver.files.hasRoom);
  // Its end is not known there yet.
  giver.files.receive({ type: "file-ack", id: 1, bytes: 5, receivedUs: micros(1) });
  assert.ok(!giver.said.includes("malformed"));
});

test("offers again on a new connection, under the same number, what is not over", async () => {
  using giver = new Giver();
  const id = await giver.offer(50_000);
  await giver.accept(id);
  giver.files.disconnected();
  assert.equal(giver.files.nextBulk(), undefined);
  giver.files.connected(true);
  assert.deepEqual(giver.said, ["file-offer 1", "file-offer 1"]);
  giver.files.receive({ type: "file-accept", id, offset: 40_000 });
  for (let turn = 0; turn < 1_000 && !giver.data.some(({ offset }) => offset === 40_000); turn++)
    await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(giver.data.some(({ offset }) => offset === 40_000));
  giver.files.cancel(id);
  assert.deepEqual(giver.said.at(-1), "file-withdraw 1");
  assert.deepEqual(giver.fates, ["cancelled"]);
});

for (const isResumed of [true, false]) {
  test(`tells ${isResumed ? "on the next connection" : "nobody who does not know of it"} what was withdrawn while there was none`, async () => {
    using giver = new Giver();
    await giver.accept(await giver.offer(50_000));
    giver.files.disconnected();
    giver.isUp = false;
    giver.files.cancel(1);
    assert.deepEqual(giver.fates, ["cancelled"]);
    giver.isUp = true;
    giver.files.connected(isResumed);
    giver.files.disconnected();
    giver.files.connected(true);
    assert.deepEqual(giver.said, ["file-offer 1", ...(isResumed ? ["file-withdraw 1"] : [])]);
  });
}

test.run();
