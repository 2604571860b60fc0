// The harness around other programs, for real: a camera, two pipes, a program that does nothing, and somebody who looks. Nothing here
// looks at how fast it was.
// @timeout 60

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { readBarcode } from "@simple-video-chat/protocol";

import { type Footage, temporaryFolder } from "../../../bench/peers/footage.ts";
import { findProgram } from "../../../bench/peers/peer-process.ts";
// Built: it finds its Python programs from there.
import { passThrough } from "../../../dist/bench/peers/pipe-peer.js";

const peersFolder = fileURLToPath(new URL("../../../bench/peers", import.meta.url));

function grey(widthPx: number, heightPx: number): Footage {
  const path = join(temporaryFolder(), "grey.bgr");
  writeFileSync(path, Buffer.alloc(widthPx * heightPx * 3 * 2, 128));
  return { path, videoPath: "", widthPx, heightPx, sourceMs: 0 };
}

test("carries every picture through the pipes and reads its barcode again", async () => {
  if (process.platform !== "linux" || passThrough.missing() !== undefined) return;
  const measurement = await passThrough.measure({ footage: grey(320, 240), frameRate: 30, seconds: 2 });
  assert.ok(measurement.fps > 1);
  assert.ok(measurement.p50Ms > 0 && measurement.p50Ms <= measurement.p99Ms);
  assert.is(measurement.bytesPerFrame, undefined);
});

test("stamps in Python the barcode that our programs read", () => {
  const python = findProgram("python3");
  if (python === undefined) return;
  for (const [widthPx, heightPx] of [
    [1280, 720],
    [640, 480],
    [854, 480],
  ] as const) {
    const script = `import sys; sys.path.insert(0, sys.argv[1]); from camera import stamp; p = bytearray(${widthPx * heightPx * 3}); stamp(p, ${widthPx}, 70000, 5 * 2**33 + 7); sys.stdout.buffer.write(p)`;
    const picture = execFileSync(python, ["-c", script, peersFolder], { maxBuffer: 2 ** 24 });
    assert.equal(readBarcode(picture, widthPx, heightPx), { frame: 70000, captureUs: 5 * 2 ** 33 + 7 });
  }
});

test.run();
