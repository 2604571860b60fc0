// @timeout 240
// Files over real sessions, both ways: whole and once, or reported; cut after any byte, cancelled, changed, taken up again in a new call.
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import { FileError } from "../../src/files/file-error.ts";
import { type FileEvent, FileTransfers, type FileTransfersOptions } from "../../src/files/file-transfers.ts";
import { maxControlMessagesPerS } from "../../src/limits.ts";
import { filesFeature } from "../../src/messages/file-offer.ts";
import type { Session } from "../../src/session/session.ts";
import { FaultProxy, type Way } from "../../src/testing/fault-proxy.ts";
import { noFaults } from "../../src/testing/fault-way.ts";
import { capabilities, Host, next } from "../session/call.ts";
import { ScratchFolder, sha256Of } from "./scratch-folder.ts";

const test = suite("Files over sessions");

const takesFiles = { capabilities: { ...capabilities, features: [filesFeature] } };

/** One end's files, and what it was told of them. */
class End {
  readonly events: FileEvent[] = [];
  readonly transfers: FileTransfers;
  #onNews: (() => void) | undefined;

  constructor(options: Partial<FileTransfersOptions> = {}) {
    this.transfers = new FileTransfers({
      ...options,
      onEvent: (event) => {
        this.events.push(event);
        this.#onNews?.();
      },
    });
  }

  /** The first such event. */
  async told(state: FileEvent["state"]): Promise<FileEvent> {
    for (;;) {
      const found = this.events.find((event) => event.state === state);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.#onNews = resolve));
    }
  }
}

/** Bytes of files that come over a session, and from where on they were accepted. */
function watch(session: Session): { bytes: number; readonly offsets: number[] } {
  const seen = { bytes: 0, offsets: [] as number[] };
  session.on("message", (message) => {
    if (message.type === "file-data") seen.bytes += message.data.byteLength;
    if (message.type === "file-accept") seen.offsets.push(message.offset);
  });
  return seen;
}

test("sends files both ways at once, whole, each after a yes", async () => {
  using from = new ScratchFolder();
  using into = new ScratchFolder();
  await using host = await new Host().listen(takesFiles);
  const [a, b] = [new End({ folder: into.path, acceptsAll: true }), new End({ folder: into.path })];
  const { dialer, listener } = await host.call(takesFiles);
  // After the connection is live, as in no program: nothing may be lost by it.
  a.transfers.use(dialer);
  b.transfers.use(listener);
  dialer.cut("to begin with a connection that both see");
  const forth = from.file("forth.bin", 3_000_000);
  const back = from.file("back.bin", 700_000);
  const sent = Promise.all([a.transfers.send(forth.path), b.transfers.send(back.path)]);
  const { number } = await b.told("offered").then(() => b.events.find(({ direction }) => direction === "in") ?? b.told("offered"));
  while (b.transfers.accept(b.events.find(({ direction }) => direction === "in")?.number ?? number) === undefined)
    await next(listener, "message");
  const fates = await sent;
  assert.deepEqual(
    fates.flat().map(({ outcome }) => outcome),
    ["sent", "sent"],
  );
  assert.deepEqual(into.names, ["back.bin", "forth.bin"]);
  assert.deepEqual(into.read("forth.bin"), forth.content);
  assert.deepEqual(into.read("back.bin"), back.content);
});

interface Cut {
  readonly way: Way;
  readonly afterBytes: number;
}

const cuts: fc.Arbitrary<Cut[]> = fc.array(
  fc.record({ way: fc.constantFrom<Way>("forth", "back"), afterBytes: fc.integer({ min: 1, max: 60_000 }) }),
  { minLength: 1, maxLength: 6 },
);

test("brings every file whole and once, and no byte of it twice, when each connection is cut after any byte", async () => {
  await fc.assert(
    fc.asyncProperty(cuts, fc.array(fc.integer({ min: 0, max: 120_000 }), { minLength: 1, maxLength: 3 }), async (planned, sizes) => {
      using from = new ScratchFolder();
      using into = new ScratchFolder();
      await using host = await new Host("single").listen(takesFiles);
      const ahead = [...planned];
      let isLive = false;
      using proxy = await FaultProxy.start({
        targetPort: () => {
          const cut = isLive ? ahead.shift() : undefined;
          proxy.set(noFaults);
          if (cut !== undefined) proxy.set({ cutAfterBytes: cut.afterBytes }, cut.way);
          return host.listener.port;
        },
      });
      const sender = new End();
      const taker = new End({ folder: into.path, acceptsAll: true });
      const waiting = host.session();
      const dialer = host.dial({ ...takesFiles, port: proxy.port });
      sender.transfers.use(dialer);
      const listener = await waiting;
      taker.transfers.use(listener);
      const seen = watch(listener);
      if (dialer.status !== "live") await next(dialer, "live");
      isLive = true;
      proxy.reset();
      const files = sizes.map((bytes, index) => from.file(`${index}`, bytes));
      const fates = await Promise.all(files.map(({ path }) => sender.transfers.send(path)));
      assert.deepEqual(new Set(fates.flat().map(({ outcome }) => outcome)), new Set(["sent"]));
      // The last result may be on its way to an end that has received all.
      assert.deepEqual(
        into.names,
        sizes.map((_, index) => `${index}`),
      );
      for (const [index, { content }] of files.entries()) assert.deepEqual(into.read(`${index}`), content);
      assert.equal(
        seen.bytes,
        sizes.reduce((sum, bytes) => sum + bytes, 0),
      );
      assert.equal(taker.events.filter(({ state }) => state === "received").length, sizes.length);
    }),
    { numRuns: 25 },
  );
});

test("goes on in a new call from where the last one ended, after another yes", async () => {
  using from = new ScratchFolder();
  using into = new ScratchFolder();
  const film = from.file("film.mp4", 4_000_000);
  let firstBytes = 0;
  for (const isLast of [false, true]) {
    await using host = await new Host().listen(takesFiles);
    const { dialer, listener } = await callWith(host);
    const sender = new End();
    const taker = new End({ folder: into.path });
    // Slow enough to be ended in the middle.
    sender.transfers.use(dialer, isLast ? {} : { capBps: 8_000_000 });
    taker.transfers.use(listener);
    dialer.cut("so that both ends begin with files");
    const seen = watch(dialer);
    const sent = sender.transfers.send(film.path);
    await taker.told("offered");
    taker.transfers.accept();
    if (isLast) {
      assert.deepEqual(
        (await sent).map(({ outcome }) => outcome),
        ["sent"],
      );
      assert.ok(firstBytes > 0 && (seen.offsets[0] ?? 0) >= firstBytes, `from ${seen.offsets[0]}, of ${firstBytes}`);
    } else {
      while (firstBytes === 0) {
        await next(dialer, "message");
        firstBytes = sender.events.findLast(({ state }) => state === "progress")?.bytes ?? 0;
      }
      await dialer.close();
      assert.deepEqual(
        (await sent).map(({ outcome }) => outcome),
        ["lost"],
      );
      await taker.told("failed");
      await taker.transfers.close();
    }
  }
  assert.deepEqual(into.names, ["film.mp4"]);
  assert.deepEqual(into.read("film.mp4"), film.content);
});

function callWith(host: Host): Promise<{ dialer: Session; listener: Session }> {
  return host.call(takesFiles);
}

test("ends a file by either end's word, offered or under way, and keeps nothing of it", async () => {
  for (const by of ["sender", "taker"] as const) {
    for (const when of ["offered", "progress"] as const) {
      using from = new ScratchFolder();
      using into = new ScratchFolder();
      await using host = await new Host().listen(takesFiles);
      const { dialer, listener } = await callWith(host);
      const ends = { sender: new End(), taker: new End({ folder: into.path, acceptsAll: when === "progress" }) };
      ends.sender.transfers.use(dialer, { capBps: 8_000_000 });
      ends.taker.transfers.use(listener);
      dialer.cut("so that both ends begin with files");
      const sent = ends.sender.transfers.send(from.file("a", 3_000_000).path);
      await ends.taker.told(when);
      assert.ok(ends[by].transfers.cancel() !== undefined);
      const [fate] = await sent;
      assert.equal(fate?.outcome, by === "taker" && when === "offered" ? "declined" : "cancelled");
      assert.equal((await ends.taker.told("failed")).reason, by === "sender" ? "withdrawn" : when === "offered" ? "declined" : "cancelled");
      await dialer.close();
      await ends.taker.told("failed");
      await ends.taker.transfers.close();
      assert.deepEqual(into.names, []);
    }
  }
});

test("tells that a file was changed while it was sent, and keeps nothing of it", async () => {
  using from = new ScratchFolder();
  using into = new ScratchFolder();
  await using host = await new Host().listen(takesFiles);
  const { dialer, listener } = await callWith(host);
  const sender = new End();
  const taker = new End({ folder: into.path });
  sender.transfers.use(dialer);
  taker.transfers.use(listener);
  dialer.cut("so that both ends begin with files");
  const { path } = from.file("log", 300_000);
  const sent = sender.transfers.send(path);
  await taker.told("offered");
  appendFileSync(path, "one more line");
  taker.transfers.accept();
  assert.deepEqual(
    (await sent).map(({ outcome }) => outcome),
    ["changed"],
  );
  assert.match((await sender.told("failed")).message ?? "", /changed/);
  assert.equal((await taker.told("failed")).reason, "changed");
  await dialer.close();
  await taker.transfers.close();
  assert.deepEqual(into.names, []);
});

test("offers nothing to an end that takes no files, nor to nobody", async () => {
  using from = new ScratchFolder();
  const { path } = from.file("a", 10);
  const sender = new End();
  assert.deepEqual(await sender.transfers.send(path), []);
  await using host = await new Host().listen();
  const { dialer, listener } = await callWith(host);
  sender.transfers.use(dialer);
  const seen = watch(listener);
  const live = next(dialer, "live");
  dialer.cut("so that it knows");
  await live;
  assert.deepEqual(
    (await sender.transfers.send(path)).map(({ outcome }) => outcome),
    ["unwanted"],
  );
  assert.equal(seen.bytes, 0);
});

test("says what cannot be sent", async () => {
  using from = new ScratchFolder();
  const { transfers } = new End();
  mkdirSync(join(from.path, "folder"));
  for (const [path, code] of [
    [join(from.path, "nothing"), "missing"],
    [join(from.path, "folder"), "not-a-file"],
    ["/dev/zero", "not-a-file"],
  ] as const) {
    await assert.rejects(
      transfers.send(path),
      (error: unknown) => error instanceof FileError && error.code === code && error.message.endsWith("."),
    );
  }
});

for (const [name, code, say] of [
  ["accepts a file from beyond its end", "malformed", (session: Session) => session.send({ type: "file-accept", id: 1, offset: 1e9 })],
  ["accepts what was never offered", "illegal-state", (session: Session) => session.send({ type: "file-accept", id: 2, offset: 0 })],
  [
    "acknowledges what was never sent",
    "malformed",
    (session: Session) => session.send({ type: "file-ack", id: 1, bytes: 1e9, receivedUs: 0 as never }),
  ],
  [
    "offers more than control messages may be",
    "rate-exceeded",
    (session: Session) => {
      for (let id = 1; id < 10 * maxControlMessagesPerS; id++) {
        session.send({ type: "file-offer", id, sizeBytes: 1, sha256: sha256Of(new Uint8Array(1)), name: `${id}` });
      }
    },
  ],
] as const) {
  test(`ends the session of an end that ${name}`, async () => {
    using from = new ScratchFolder();
    await using host = await new Host().listen(takesFiles);
    const { dialer, listener } = await callWith(host);
    const sender = new End();
    sender.transfers.use(dialer);
    // The other end of the wire is this test.
    const offered = new Promise<void>((resolve) => {
      listener.on("message", ({ type }) => {
        if (type === "file-offer") resolve();
      });
    });
    dialer.cut("so that it begins with files");
    void sender.transfers.send(from.file("a", 100).path);
    await offered;
    const closed = next(dialer, "closed");
    say(listener);
    assert.equal((await closed).code, code);
  });
}

test("takes a file again that was sent before, beside it", async () => {
  using from = new ScratchFolder();
  using into = new ScratchFolder();
  await using host = await new Host().listen(takesFiles);
  const { dialer, listener } = await callWith(host);
  const sender = new End();
  sender.transfers.use(dialer);
  new End({ folder: into.path, acceptsAll: true }).transfers.use(listener);
  dialer.cut("so that both ends begin with files");
  const { path, content } = from.file("a.txt", 5_000);
  utimesSync(path, 1, 1);
  for (let time = 0; time < 2; time++)
    assert.deepEqual(
      (await sender.transfers.send(path)).map(({ outcome }) => outcome),
      ["sent"],
    );
  assert.deepEqual(into.names, ["a (1).txt", "a.txt"]);
  assert.deepEqual(readFileSync(join(into.path, "a (1).txt")), content);
});

test.run();
