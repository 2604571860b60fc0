// Our client against the original server (its stand-in in tools/legacy, real Python, numpy and cv2) and against bad ones.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";

import { LegacyError, legacyMessage, pickleFrame } from "@simple-video-chat/protocol/legacy";
import { PYTHON, PythonProgram } from "@simple-video-chat/protocol/testing";

import { LegacyClient } from "../../src/legacy/legacy-client.ts";
import type { LegacyClientOptions, ReceivedPicture } from "../../src/legacy/legacy-client.ts";
import { LegacyClientError } from "../../src/legacy/legacy-client-error.ts";

const test = suite("LegacyClient");

/** The number of a picture that server.py made, after checking every byte: (7n + 3y + 5x + 11c) mod 256. */
function pictureNumber(picture: ReceivedPicture): number {
  const { widthPx, heightPx, bgr } = picture;
  const first = bgr[0] ?? 0;
  for (let y = 0, at = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      for (let c = 0; c < 3; c += 1, at += 1) {
        if (bgr[at] !== ((first + 3 * y + 5 * x + 11 * c) & 255)) assert.unreachable(`wrong pixel at ${x},${y},${c}`);
      }
    }
  }
  return (first * 183) & 255; // 183 × 7 = 1 mod 256
}

async function pythonServer(args: readonly string[]): Promise<{ program: PythonProgram; port: number }> {
  const program = new PythonProgram("server.py", ["--port", "0", "--clients", "1", ...args]);
  const { port = 0 } = await program.next("listening");
  return { program, port };
}

async function failure(options: LegacyClientOptions): Promise<LegacyClientError> {
  const client = new LegacyClient(options);
  try {
    await client.start();
    await client.finished;
  } catch (error) {
    if (error instanceof LegacyClientError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

for (const protocol of [2, 3, 4, 5]) {
  test(`shows every picture of the original server, byte for byte, at pickle protocol ${protocol}`, async () => {
    const { program, port } = await pythonServer(["--frames", "20", "--pickle-protocol", String(protocol), "--fps", "100"]);
    const numbers: number[] = [];
    const client = new LegacyClient({
      host: "127.0.0.1",
      port,
      onPicture: (picture) => {
        assert.is(picture.widthPx, 640);
        assert.is(picture.heightPx, 480);
        numbers.push(pictureNumber(picture));
      },
    });
    await client.start();
    await client.finished;
    const { received, delivered, superseded } = client.counts;
    assert.is(received, 20);
    assert.is(delivered + superseded, 20);
    assert.is(delivered, numbers.length);
    assert.equal(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    assert.is(numbers.at(-1), 19);
    assert.is(await program.exitCode(), 0);
  });
}

test("shows the newest picture when the consumer is slow, and holds three buffers at most", async () => {
  const { program, port } = await pythonServer(["--frames", "100", "--fps", "0"]);
  const numbers: number[] = [];
  const buffers = new Set<ArrayBufferLike>();
  const client = new LegacyClient({
    host: "127.0.0.1",
    port,
    onPicture: async (picture) => {
      buffers.add(picture.bgr.buffer);
      const before = pictureNumber(picture);
      // Slow by the pictures that come meanwhile, not by the clock.
      const enough = Math.min(100, client.counts.received + 5);
      while (client.counts.received < enough) await sleep(2);
      assert.is(pictureNumber(picture), before, "the picture changed while the consumer had it");
      numbers.push(before);
    },
  });
  await client.start();
  await client.finished;
  const { received, delivered, superseded } = client.counts;
  assert.is(received, 100);
  assert.is(delivered + superseded, 100);
  assert.ok(superseded > 10, `only ${superseded} were replaced`);
  assert.is(numbers.at(-1), 99);
  assert.ok(buffers.size <= 3, `${buffers.size} buffers`);
  assert.is(await program.exitCode(), 0);
});

test("shows what cv2 reads from a video, and reports the camera's failure at its end", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svc-legacy-"));
  try {
    const video = join(folder, "video.avi");
    const make = `
import cv2, numpy, sys
out = cv2.VideoWriter(sys.argv[1], cv2.VideoWriter_fourcc(*"MJPG"), 30, (320, 240))
assert out.isOpened()
for n in range(10):
    frame = numpy.full((240, 320, 3), 20 * n, numpy.uint8)
    cv2.putText(frame, str(n), (40, 120), cv2.FONT_HERSHEY_SIMPLEX, 3, (255, 255, 255), 3)
    out.write(frame)
out.release()`;
    const made = spawnSync(PYTHON, ["-c", make, video], { timeout: 30_000 });
    assert.is(made.status, 0, String(made.stderr));
    const { program, port } = await pythonServer(["--video", video, "--report-frames", "--fps", "50", "--frames", "11", "--none-at", "10"]);
    const shown: string[] = [];
    const error = await failure({
      host: "127.0.0.1",
      port,
      onPicture: (picture) => void shown.push(createHash("sha256").update(picture.bgr).digest("hex")),
    });
    assert.is(error.code, "camera-failed");
    await program.next("client");
    for (const sha256 of shown) {
      const line = await program.next("frame");
      assert.equal(line.shape, [240, 320, 3]);
      assert.is(line.sha256, sha256);
    }
    assert.is(shown.length, 10);
    await program.kill();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("reports a server that closes in the middle of a picture", async () => {
  const { program, port } = await pythonServer(["--cut-at", "2"]);
  const error = await failure({ host: "127.0.0.1", port, onPicture: () => undefined });
  assert.is(error.code, "closed-in-picture");
  assert.is(await program.exitCode(), 0);
});

test("says that nothing listens, or that there is no such computer", async () => {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  const refused = await failure({ host: "127.0.0.1", port, onPicture: () => undefined });
  assert.is(refused.code, "refused");
  const unknown = await failure({ host: "no-such-computer.invalid", port, connectTimeoutMs: 30_000, onPicture: () => undefined });
  assert.is(unknown.code, "host-unknown");
});

/** Serves bytes to one client, then closes. */
async function byteServer(bytes: Uint8Array): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(bytes);
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

test("refuses bytes that are not a picture, and never runs a pickle", async () => {
  const hostile = Buffer.from("\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x07exit 99\x85R.", "latin1");
  for (const [bytes, code] of [
    [legacyMessage(hostile), "forbidden-global"],
    [Buffer.from("SSH-2.0-OpenSSH_9.2p1\r\n"), "too-large"],
    [Buffer.alloc(8, 0xff), "too-large"],
    [legacyMessage(Buffer.from("}q\0.....", "latin1")), "unsupported-protocol"],
  ] as const) {
    const shown: unknown[] = [];
    const port = await byteServer(bytes);
    const error = await failure({ host: "127.0.0.1", port, onPicture: (picture) => void shown.push(picture) });
    assert.is(error.code, "bad-bytes");
    assert.is(error.cause instanceof LegacyError && error.cause.code, code);
    assert.is(shown.length, 0);
  }
});

test("fails with what the consumer threw", async () => {
  const size = { widthPx: 2, heightPx: 2 };
  const port = await byteServer(legacyMessage(pickleFrame(size, Buffer.alloc(12))));
  const client = new LegacyClient({
    host: "127.0.0.1",
    port,
    onPicture: () => {
      throw new RangeError("no window");
    },
  });
  await client.start();
  await client.finished.then(
    () => assert.unreachable(),
    (error: unknown) => assert.instance(error, RangeError),
  );
});

test("leaves when told, and the consumer gets nothing more", async () => {
  const { program, port } = await pythonServer(["--fps", "0"]);
  let count = 0;
  const client: LegacyClient = new LegacyClient({
    host: "127.0.0.1",
    port,
    onPicture: () => {
      count += 1;
      if (count === 3) client.stop();
    },
  });
  await client.start();
  await client.finished;
  await sleep(50);
  assert.is(count, 3);
  assert.is(await program.exitCode(), 0);
});

test.run();
