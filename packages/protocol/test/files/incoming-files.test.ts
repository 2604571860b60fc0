// What an end does with files that come: no byte before its user's yes, no more than was offered, and each limit met.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, statfsSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import { partName } from "../../src/files/file-name.ts";
import type { FileControlMessage, FilePort } from "../../src/files/file-port.ts";
import { IncomingFiles, type IncomingFileFate } from "../../src/files/incoming-files.ts";
import { maxFileBytes, maxFilesAtOnce, maxFileWindowBytes, minFileDataBytes } from "../../src/limits.ts";
import { FakeScheduler } from "../../src/testing/fake-scheduler.ts";
import { ScratchFolder, sha256Of } from "./scratch-folder.ts";

const test = suite("IncomingFiles");

/** An end to which files are offered, without a network. */
class Taker {
  readonly folder = new ScratchFolder();
  readonly sent: FileControlMessage[] = [];
  readonly violations: string[] = [];
  readonly offered: string[] = [];
  readonly fates: IncomingFileFate[] = [];
  readonly paths: string[] = [];
  readonly files: IncomingFiles;
  #onNews: (() => void) | undefined;
  /** By the ids of the messages, what the files are called at this end. */
  readonly #ids = new Map<number, number>();
  #offering = 0;

  constructor() {
    const port: FilePort = {
      scheduler: new FakeScheduler(),
      send: (message) => {
        this.sent.push(message);
        this.#onNews?.();
        return true;
      },
      offerBulk: () => {},
      violated: (code) => void this.violations.push(code),
      sentBytes: () => 0,
    };
    this.files = new IncomingFiles(port, {
      onOffered: ({ id, name }) => {
        this.offered.push(name);
        this.#ids.set(this.#offering, id);
      },
      onProgress: () => {},
      onEnded: (_file, fate, { path }) => {
        this.fates.push(fate);
        if (path !== undefined) this.paths.push(path);
      },
    });
  }

  offer(id: number, content: Uint8Array, name: string = "a.bin", sizeBytes: number = content.byteLength): void {
    this.#offering = id;
    this.files.receive({ type: "file-offer", id, sizeBytes, sha256: sha256Of(content), name });
  }

  data(id: number, offset: number, data: Uint8Array): void {
    this.files.receive({ type: "file-data", id, offset, data });
  }

  /** The next message of this type that is sent, or was. */
  async told<T extends FileControlMessage["type"]>(type: T, nth: number = 1): Promise<Extract<FileControlMessage, { type: T }>> {
    for (;;) {
      const found = this.sent.filter((it): it is Extract<FileControlMessage, { type: T }> => it.type === type)[nth - 1];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.#onNews = resolve));
    }
  }

  /** What was acknowledged last. */
  get written(): number {
    const ack = this.sent.findLast((message) => message.type === "file-ack");
    return ack?.type === "file-ack" ? ack.bytes : 0;
  }

  async accept(id: number): Promise<number> {
    assert.ok(this.files.accept(this.#ids.get(id) ?? 0, this.folder.path));
    return (await this.told("file-accept")).offset;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.files.close();
    this.folder[Symbol.dispose]();
  }
}

const content = Uint8Array.from(randomBytes(10_000));

test("takes a file that is accepted, and makes it readable by its owner only", async () => {
  await using taker = new Taker();
  taker.offer(1, content);
  assert.deepEqual(taker.offered, ["a.bin"]);
  assert.deepEqual(taker.folder.names, []);
  assert.equal(await taker.accept(1), 0);
  taker.data(1, 0, content.subarray(0, 4_000));
  taker.data(1, 4_000, content.subarray(4_000));
  assert.equal((await taker.told("file-result")).result, "verified");
  assert.deepEqual(taker.folder.names, ["a.bin"]);
  assert.deepEqual(taker.folder.read("a.bin"), Buffer.from(content));
  assert.equal(statSync(join(taker.folder.path, "a.bin")).mode & 0o777, 0o600);
});

test("lets an end that begins anew count from 1 again while a file of before is still given its place", async () => {
  await using taker = new Taker();
  const other = Uint8Array.from(randomBytes(5_000));
  taker.offer(1, content, "old.bin");
  await taker.accept(1);
  taker.data(1, 0, content);
  await taker.told("file-ack");
  // It is whole now, and its disk is being waited for.
  const closed = taker.files.close();
  taker.offer(1, other, "new.bin");
  assert.equal(taker.files.refuse(1), false, "the old one is not to be stopped any more, and its number is not the new one's");
  assert.ok(taker.files.accept(2, taker.folder.path));
  await closed;
  assert.deepEqual(taker.fates, ["received"]);
  assert.deepEqual(
    taker.sent.filter(({ type }) => type === "file-result"),
    [],
    "who began anew hears nothing of it: it would take it for the new one",
  );
  await taker.told("file-accept", 2);
  taker.data(1, 0, other);
  assert.equal((await taker.told("file-result")).result, "verified");
  assert.deepEqual(taker.violations, []);
  assert.deepEqual(taker.folder.read("old.bin"), Buffer.from(content));
  assert.deepEqual(taker.folder.read("new.bin"), Buffer.from(other));
});

test("goes on with a file that is offered anew at once, and says meanwhile where it is kept", async () => {
  await using taker = new Taker();
  taker.offer(1, content);
  await taker.accept(1);
  taker.data(1, 0, content.subarray(0, 4_000));
  await taker.told("file-ack");
  void taker.files.close();
  taker.offer(1, content);
  assert.ok(taker.files.accept(2, taker.folder.path));
  assert.equal((await taker.told("file-accept", 2)).offset, 4_000);
  assert.deepEqual(taker.fates, ["lost"]);
  assert.deepEqual(taker.paths, [join(taker.folder.path, partName("a.bin", sha256Of(content)))]);
  taker.data(1, 4_000, content.subarray(4_000));
  assert.equal((await taker.told("file-result")).result, "verified");
  assert.deepEqual(taker.folder.names, ["a.bin"]);
});

test("takes a file without content", async () => {
  await using taker = new Taker();
  taker.offer(1, new Uint8Array(0), "empty");
  await taker.accept(1);
  assert.equal((await taker.told("file-result")).result, "verified");
  assert.equal(taker.folder.read("empty").byteLength, 0);
});

test("overwrites nothing: neither a file nor a folder nor what a link leads to", async () => {
  await using taker = new Taker();
  const { path } = taker.folder;
  writeFileSync(join(path, "a.bin"), "mine");
  mkdirSync(join(path, "a (1).bin"));
  symlinkSync(join(path, "nowhere"), join(path, "a (2).bin"));
  taker.offer(1, content);
  await taker.accept(1);
  taker.data(1, 0, content);
  await taker.told("file-result");
  assert.deepEqual(taker.paths, [join(path, "a (3).bin")]);
  assert.equal(taker.folder.read("a.bin").toString(), "mine");
  assert.ok(!existsSync(join(path, "nowhere")));
});

test("keeps nothing of a file whose hash is another one", async () => {
  await using taker = new Taker();
  taker.offer(1, content);
  await taker.accept(1);
  taker.data(
    1,
    0,
    Uint8Array.from(content, (byte) => byte ^ 1),
  );
  assert.equal((await taker.told("file-result")).result, "damaged");
  await taker.files.close();
  assert.deepEqual(taker.folder.names, []);
});

test("goes on from what is there, after a call that was lost", async () => {
  await using taker = new Taker();
  taker.offer(1, content);
  await taker.accept(1);
  taker.data(1, 0, content.subarray(0, 6_000));
  await taker.told("file-ack");
  await taker.files.close();
  assert.deepEqual(taker.fates, ["lost"]);
  assert.deepEqual(taker.folder.names, [partName("a.bin", sha256Of(content))]);
  taker.sent.length = 0;
  taker.offer(1, content);
  assert.equal(await taker.accept(1), 6_000);
  taker.data(1, 6_000, content.subarray(6_000));
  assert.equal((await taker.told("file-result")).result, "verified");
  assert.deepEqual(taker.folder.read("a.bin"), Buffer.from(content));
});

test("finds a beginning that was changed meanwhile, and begins anew the next time", async () => {
  await using taker = new Taker();
  const part = partName("a.bin", sha256Of(content));
  writeFileSync(join(taker.folder.path, part), Buffer.alloc(6_000));
  taker.offer(1, content);
  assert.equal(await taker.accept(1), 6_000);
  taker.data(1, 6_000, content.subarray(6_000));
  assert.equal((await taker.told("file-result")).result, "damaged");
  await taker.files.close();
  assert.deepEqual(taker.folder.names, []);
});

test("writes into no file of another name, and through no link", async () => {
  for (const makeTrap of [linkSync, symlinkSync]) {
    await using taker = new Taker();
    const victim = join(taker.folder.path, "victim");
    writeFileSync(victim, "mine");
    makeTrap(victim, join(taker.folder.path, partName("a.bin", sha256Of(content))));
    taker.offer(1, content);
    taker.files.accept(1, taker.folder.path);
    assert.equal((await taker.told("file-result")).result, "not-written");
    assert.equal(taker.folder.read("victim").toString(), "mine");
  }
});

test("says that it cannot write, where it cannot, and takes the next file all the same", async () => {
  await using taker = new Taker();
  writeFileSync(join(taker.folder.path, "no folder"), "");
  taker.offer(1, content);
  taker.files.accept(1, join(taker.folder.path, "no folder"));
  assert.equal((await taker.told("file-result")).result, "not-written");
  if (process.getuid?.() !== 0) {
    const closed = join(taker.folder.path, "closed");
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    taker.offer(2, content);
    taker.files.accept(2, closed);
    assert.equal((await taker.told("file-result", 2)).result, "not-written");
  }
  taker.offer(3, content);
  await taker.accept(3);
  taker.data(3, 0, content);
  await taker.told("file-result", taker.sent.filter(({ type }) => type === "file-result").length + 1);
  assert.equal(taker.fates.at(-1), "received");
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stdout.write("Skipped the disk that becomes full, since only root can mount one.\n");
(isRoot ? test : test.skip)("tells that the disk has become full, keeps what it has, and leaves room for others", async () => {
  await using taker = new Taker();
  const disk = join(taker.folder.path, "disk");
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=240000000", "tmpfs", disk]);
  try {
    const large = new Uint8Array(35_000_000);
    taker.offer(1, large);
    assert.ok(taker.files.accept(1, disk));
    await taker.told("file-accept");
    writeFileSync(join(disk, "of another program"), new Uint8Array(30_000_000));
    const result = taker.told("file-result");
    let isOver = false;
    void result.then(() => (isOver = true));
    for (let at = 0; at < large.byteLength && !isOver; at += 4_096) {
      taker.data(1, at, large.subarray(at, at + 4_096));
      while (!isOver && taker.written < at - 400_000) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal((await result).result, "no-space");
    assert.deepEqual(taker.violations, []);
    await taker.files.close();
    const { bavail, bsize } = statfsSync(disk);
    assert.ok(bavail * bsize > 190_000_000, `${bavail * bsize} bytes are free`);
    assert.ok(statSync(join(disk, partName("a.bin", sha256Of(large)))).size > 15_000_000);
  } finally {
    await taker.files.close();
    execFileSync("umount", [disk]);
  }
});

test("refuses what the disk has no room for, before any of it comes", async () => {
  await using taker = new Taker();
  taker.offer(1, content, "large", maxFileBytes);
  const { bavail, bsize } = statfsSync(taker.folder.path);
  if (bavail * bsize > maxFileBytes + 200_000_000) return;
  taker.files.accept(1, taker.folder.path);
  assert.equal((await taker.told("file-result")).result, "no-space");
  await taker.files.close();
  assert.deepEqual(taker.folder.names, []);
});

test("refuses a file above maxFileBytes, and more than maxFilesAtOnce, without asking its user", async () => {
  await using taker = new Taker();
  taker.offer(1, content, "too large", maxFileBytes + 1);
  assert.equal((await taker.told("file-result")).result, "too-large");
  for (let id = 2; id < 2 + maxFilesAtOnce; id++) taker.offer(id, content, `${id}`);
  assert.equal(taker.offered.length, maxFilesAtOnce);
  taker.offer(50, content, "one more");
  assert.equal((await taker.told("file-result", 2)).result, "too-many");
  assert.equal(taker.offered.length, maxFilesAtOnce);
  taker.files.refuse(2);
  taker.offer(51, content, "the next");
  assert.equal(taker.offered.length, maxFilesAtOnce + 1);
});

for (const [name, code, act] of [
  ["data of a file that was never offered", "illegal-state", (taker) => taker.data(7, 0, content)],
  ["data of a file that was not accepted", "illegal-state", (taker) => (taker.offer(2, content), taker.data(2, 0, content))],
  ["data with a gap", "malformed", (taker) => taker.data(1, 1, content.subarray(1))],
  ["data twice", "malformed", (taker) => (taker.data(1, 0, content.subarray(0, 600)), taker.data(1, 0, content.subarray(0, 600)))],
  ["data beyond the size", "malformed", (taker) => taker.data(1, 0, new Uint8Array(content.byteLength + 1))],
  ["data in pieces that are too small", "malformed", (taker) => taker.data(1, 0, content.subarray(0, minFileDataBytes - 1))],
  ["an offer of other content under the same id", "illegal-state", (taker) => taker.offer(1, content.subarray(1))],
  ["the same offer twice on a connection", "illegal-state", (taker) => taker.offer(1, content)],
  [
    "a withdrawal of what was never offered",
    "illegal-state",
    (taker) => taker.files.receive({ type: "file-withdraw", id: 9, reason: "cancelled" }),
  ],
] as const satisfies readonly (readonly [string, string, (taker: Taker) => unknown])[]) {
  test(`ends the session for ${name}`, async () => {
    await using taker = new Taker();
    taker.offer(1, content);
    await taker.accept(1);
    act(taker);
    assert.deepEqual(taker.violations, [code]);
  });
}

test("ends the session for more under way than maxFileWindowBytes, and holds no more than that", async () => {
  await using taker = new Taker();
  const large = new Uint8Array(2 * maxFileWindowBytes);
  taker.offer(1, large);
  await taker.accept(1);
  let sent = 0;
  // In one go: nothing can be written meanwhile.
  for (; taker.violations.length === 0; sent += 4_096) taker.data(1, sent, large.subarray(sent, sent + 4_096));
  assert.deepEqual(taker.violations, ["too-large"]);
  assert.equal(sent, maxFileWindowBytes + 4_096);
});

test("skips what still comes of a file that is over, and says again what became of it", async () => {
  await using taker = new Taker();
  taker.offer(1, content);
  await taker.accept(1);
  taker.data(1, 0, content.subarray(0, 600));
  taker.files.refuse(1);
  taker.data(1, 600, content.subarray(600, 1_200));
  assert.equal((await taker.told("file-result")).result, "cancelled");
  taker.files.disconnected();
  taker.offer(1, content);
  assert.equal((await taker.told("file-result", 2)).result, "cancelled");
  assert.deepEqual(taker.violations, []);
  await taker.files.close();
  assert.deepEqual(taker.folder.names, []);
});

test.run();
