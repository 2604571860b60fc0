// Our server against the original client (its stand-in in tools/legacy, real Python and numpy) and against badly behaved ones.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";

import { LegacyError } from "@simple-video-chat/protocol/legacy";
import { PythonProgram } from "@simple-video-chat/protocol/testing";

import { LegacyServer } from "../../src/legacy/legacy-server.ts";
import type { LegacyPicture, LegacyServerEvent, LegacyServerOptions } from "../../src/legacy/legacy-server.ts";
import { LegacyServerError } from "../../src/legacy/legacy-server-error.ts";

const SIZE = { widthPx: 160, heightPx: 120 };

/** Numbered pictures at a pace; counts what is taken, read and released. */
class NumberedSource {
  taken = 0;
  read = 0;
  released = 0;
  readonly sent: string[] = [];
  readonly #size: { widthPx: number; heightPx: number };
  readonly #last: number;
  readonly #paceMs: number;

  constructor(size: { widthPx: number; heightPx: number } = SIZE, paceMs = 5, last: number = Number.POSITIVE_INFINITY) {
    this.#size = size;
    this.#paceMs = paceMs;
    this.#last = last;
  }

  readonly next = async (): Promise<LegacyPicture | undefined> => {
    await sleep(this.#paceMs);
    if (this.taken >= this.#last) return undefined;
    this.taken += 1;
    const pixels = Buffer.alloc(this.#size.widthPx * this.#size.heightPx * 3, this.taken % 251);
    pixels.writeUInt32LE(this.taken, 8);
    this.sent.push(createHash("sha256").update(pixels).digest("hex"));
    let open = true;
    return {
      ...this.#size,
      readPixels: () => {
        assert.ok(open, "read after the release");
        this.read += 1;
        return pixels;
      },
      release: () => {
        assert.ok(open, "released twice");
        open = false;
        this.released += 1;
      },
    };
  };
}

interface Serving {
  readonly server: LegacyServer;
  readonly port: number;
  readonly events: LegacyServerEvent[];
  /** Resolves when an event of that name has come so many times. */
  seen(name: LegacyServerEvent["event"], times?: number): Promise<LegacyServerEvent>;
}

async function serve(options: LegacyServerOptions): Promise<Serving> {
  const events: LegacyServerEvent[] = [];
  const server = new LegacyServer({ port: 0, ...options, onEvent: (event) => events.push(event) });
  const { port } = await server.start();
  return {
    server,
    port,
    events,
    seen: async (name, times = 1) => {
      for (;;) {
        const found = events.filter((event) => event.event === name)[times - 1];
        if (found !== undefined) return found;
        await sleep(2);
      }
    },
  };
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

const test = suite("LegacyServer");

test("gives the original client whole pictures, the right ones, in order", async () => {
  const source = new NumberedSource({ widthPx: 640, heightPx: 480 }, 10);
  const { server, port, seen } = await serve({ nextPicture: source.next });
  const client = new PythonProgram("client.py", ["127.0.0.1", String(port), "--frames", "12"]);
  await client.next("connected");
  let last = -1;
  for (let count = 0; count < 12; count += 1) {
    const frame = await client.next("frame");
    assert.equal(frame.shape, [480, 640, 3]);
    assert.is(frame.dtype, "uint8");
    const at = source.sent.indexOf(frame.sha256 ?? "");
    assert.ok(at > last, `picture ${at} came after ${last}`);
    last = at;
  }
  assert.is(await client.exitCode(), 0);
  const left = await seen("viewer-left");
  assert.is(left.event === "viewer-left" && left.reason, "left");
  await server.stop();
  await server.finished;
  assert.is(source.released, source.taken);
});

test("serves several original clients at once, each with the same pictures", async () => {
  const source = new NumberedSource();
  const { server, port } = await serve({ nextPicture: source.next });
  const clients = [0, 1, 2].map(() => new PythonProgram("client.py", ["127.0.0.1", String(port), "--frames", "5"]));
  for (const client of clients) {
    await client.next("connected");
    for (let count = 0; count < 5; count += 1) {
      assert.ok(source.sent.includes((await client.next("frame")).sha256 ?? ""));
    }
    assert.is(await client.exitCode(), 0);
  }
  await server.stop();
  await server.finished;
});

test("keeps serving one client while another takes nothing, and queues nothing for that one", async () => {
  const source = new NumberedSource({ widthPx: 640, heightPx: 480 }, 5);
  const { server, port, events, seen } = await serve({ nextPicture: source.next });
  const idle = new PythonProgram("client.py", ["127.0.0.1", String(port), "--frames", "40", "--wait-for-line"]);
  await idle.next("connected");
  await seen("viewer-joined");
  const quick = new PythonProgram("client.py", ["127.0.0.1", String(port), "--frames", "60"]);
  assert.is(await quick.exitCode(), 0);
  const externalBytes = process.memoryUsage().arrayBuffers;
  assert.ok(externalBytes < 200 << 20, `${externalBytes} bytes held`);
  const heldBack = source.taken;
  idle.type("go");
  // What was in the kernel is old; then come pictures from now, none of those in between.
  await idle.next("frame");
  const numbers: number[] = [];
  for (let count = 0; count < 39; count += 1) {
    numbers.push(source.sent.indexOf((await idle.next("frame")).sha256 ?? "") + 1);
  }
  assert.equal(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
  assert.ok(
    numbers.some((number) => number >= heldBack),
    "it got pictures from after its pause",
  );
  const gap = Math.max(...numbers.map((number, index) => number - (numbers[index - 1] ?? number)));
  assert.ok(gap > 10, `the pictures of its pause were not sent: the largest gap is ${gap}`);
  await idle.exitCode();
  const left = await seen("viewer-left", 2);
  assert.ok(left.event === "viewer-left" && left.skipped > 10 && left.sent >= 40, JSON.stringify(events));
  await server.stop();
  await server.finished;
});

test("takes nothing from the source while nobody watches", async () => {
  const source = new NumberedSource();
  const { server, port, seen } = await serve({ nextPicture: source.next });
  await sleep(50);
  assert.is(source.taken, 0);
  const socket = await connected(port);
  await once(socket, "data");
  socket.destroy();
  await seen("viewer-left");
  await sleep(20);
  const taken = source.taken;
  await sleep(50);
  assert.is(source.taken, taken);
  assert.is(source.released, taken);
  await server.stop();
  await server.finished;
});

test("is not disturbed by a client that leaves in the middle of a picture, by reset or in silence", async () => {
  const source = new NumberedSource({ widthPx: 640, heightPx: 480 });
  const { server, port, seen } = await serve({ nextPicture: source.next });
  const reset = await connected(port);
  await once(reset, "data");
  reset.resetAndDestroy();
  await seen("viewer-left", 1);
  const silent = await connected(port);
  await once(silent, "data");
  silent.end();
  silent.destroy();
  await seen("viewer-left", 2);
  const client = new PythonProgram("client.py", ["127.0.0.1", String(port), "--frames", "3"]);
  assert.is(await client.exitCode(), 0);
  await server.stop();
  await server.finished;
});

test("puts out a client that speaks, one that stalls, and one too many", async () => {
  const source = new NumberedSource({ widthPx: 1280, heightPx: 720 }, 5);
  const { server, port, seen } = await serve({ nextPicture: source.next, maxViewers: 1, stallLimitMs: 100 });
  const talker = await connected(port);
  talker.write("GET / HTTP/1.1\r\n\r\n");
  const spoke = await seen("viewer-left", 1);
  assert.is(spoke.event === "viewer-left" && spoke.reason, "spoke");
  const stalled = await connected(port);
  stalled.pause();
  await seen("viewer-joined", 2);
  const refused = await connected(port);
  await once(refused, "close");
  await seen("viewer-refused");
  const gone = await seen("viewer-left", 2);
  assert.is(gone.event === "viewer-left" && gone.reason, "stalled");
  talker.destroy();
  stalled.destroy();
  await server.stop();
  await server.finished;
});

test("ends after the last picture of the source, with a whole one", async () => {
  const source = new NumberedSource(SIZE, 5, 10);
  const { server, port } = await serve({ nextPicture: source.next });
  const client = new PythonProgram("client.py", ["127.0.0.1", String(port)]);
  await client.next("connected");
  let line = await client.next("frame");
  let last = line;
  while (line.event === "frame") {
    last = line;
    line = await client.next();
  }
  assert.equal(line, { event: "ended", partial: false, frames: line.frames });
  assert.is(last.sha256, source.sent.at(-1));
  await client.exitCode();
  await server.finished;
  assert.is(source.released, 10);
});

test("fails with what the source threw, and with a LegacyError for a picture that is too large", async () => {
  for (const size of [undefined, { widthPx: 5000, heightPx: 10 }]) {
    const source = new NumberedSource(size, 1);
    const nextPicture = async (): Promise<LegacyPicture | undefined> => {
      if (size === undefined) throw new RangeError("camera gone");
      return source.next();
    };
    const { server, port } = await serve({ nextPicture });
    const socket = await connected(port);
    const expected = size === undefined ? RangeError : LegacyError;
    await server.finished.then(
      () => assert.unreachable(),
      (error: unknown) => assert.instance(error, expected),
    );
    socket.destroy();
    assert.is(source.released, source.taken);
  }
});

test("says why it cannot listen", async () => {
  const blocker = createServer();
  blocker.listen(0, "127.0.0.1");
  await once(blocker, "listening");
  const { port } = blocker.address() as AddressInfo;
  const source = new NumberedSource();
  for (const [options, code] of [
    [{ port }, "address-in-use"],
    [{ host: "192.0.2.1", port: 0 }, "address-unavailable"],
  ] as const) {
    const server = new LegacyServer({ nextPicture: source.next, ...options });
    await server.start().then(
      () => assert.unreachable(),
      (error: unknown) => assert.is(error instanceof LegacyServerError && error.code, code),
    );
    await server.stop();
    await server.finished;
  }
  blocker.close();
});

test.run();
