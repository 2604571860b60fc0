// Against Debian's Python and numpy: what we write is loaded by pickle.loads, what pickle.dumps writes is read here.

import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";

import { pickleFrame } from "../../src/legacy/pickle-frame.ts";
import { unpickleFrame } from "../../src/legacy/unpickle-frame.ts";

const PYTHON = "/usr/bin/python3";
const SIZES = [
  { widthPx: 1, heightPx: 1 },
  { widthPx: 17, heightPx: 5 },
  { widthPx: 85, heightPx: 257 }, // one byte less than Python's frame size target
  { widthPx: 2, heightPx: 2731 },
  { widthPx: 21846, heightPx: 1 }, // too wide for us: left out below
  { widthPx: 256, heightPx: 256 },
  { widthPx: 640, heightPx: 480 },
  { widthPx: 1920, heightPx: 1080 },
  { widthPx: 3840, heightPx: 2160 },
].filter((size) => size.widthPx <= 4096);

const test = suite("real Python");

function python(code: string, args: readonly string[], input?: Uint8Array): Buffer {
  const run = spawnSync(PYTHON, ["-W", "error", "-c", code, ...args], {
    input,
    maxBuffer: 64 << 20,
    timeout: 30_000,
  });
  assert.is(run.status, 0, String(run.stderr));
  return run.stdout;
}

const DUMP = `
import pickle, sys, numpy
width, height, protocol = map(int, sys.argv[1:4])
pixels = (numpy.arange(width * height * 3, dtype=numpy.uint32) * 2654435761 >> 24).astype(numpy.uint8)
sys.stdout.buffer.write(pickle.dumps(pixels.reshape(height, width, 3), protocol))
`;
const LOAD = `
import pickle, sys, numpy
frame = pickle.loads(sys.stdin.buffer.read())
assert type(frame) is numpy.ndarray and frame.dtype == numpy.uint8 and frame.flags.c_contiguous and frame.flags.writeable
print(*frame.shape, flush=True)
sys.stdout.buffer.write(frame.tobytes())
`;

function pixelsOf(size: { widthPx: number; heightPx: number }): Buffer {
  const pixels = Buffer.alloc(size.widthPx * size.heightPx * 3);
  for (let index = 0; index < pixels.length; index += 1) {
    pixels[index] = Math.imul(index, 2654435761) >>> 24;
  }
  return pixels;
}

for (const size of SIZES) {
  const name = `${size.widthPx}×${size.heightPx}`;

  test(`writes what Python writes, and Python loads it without a warning: ${name}`, () => {
    const pixels = pixelsOf(size);
    const ours = Buffer.from(pickleFrame(size, pixels));
    const theirs = python(DUMP, [String(size.widthPx), String(size.heightPx), "4"]);
    assert.is(theirs.compare(pixels) !== 0 && unpickles(theirs, size, pixels), true);
    if (theirs.includes("numpy.core.multiarray")) {
      assert.is(ours.compare(theirs), 0, "the bytes differ from numpy's own");
    }
    const loaded = python(LOAD, [], ours);
    const line = loaded.indexOf(0x0a);
    assert.is(loaded.toString("latin1", 0, line), `${size.heightPx} ${size.widthPx} 3`);
    assert.is(loaded.subarray(line + 1).compare(pixels), 0);
  });

  test(`reads what Python writes at protocols 2 to 5: ${name}`, () => {
    const pixels = pixelsOf(size);
    for (const protocol of size.widthPx > 640 ? ["4", "5"] : ["2", "3", "4", "5"]) {
      const theirs = python(DUMP, [String(size.widthPx), String(size.heightPx), protocol]);
      assert.ok(unpickles(theirs, size, pixels), `protocol ${protocol}`);
    }
  });
}

function unpickles(bytes: Uint8Array, size: { widthPx: number; heightPx: number }, pixels: Buffer): boolean {
  const result = unpickleFrame(bytes);
  return (
    result.type === "frame" && result.widthPx === size.widthPx && result.heightPx === size.heightPx && pixels.compare(result.pixels) === 0
  );
}

test.run();
