import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { suite } from "uvu";

import { rawAviHeader, writeRawAvi } from "../../../bench/peers/raw-avi.ts";
import { openSource } from "../../../../packages/sender/dist/capture/open-source.js";

const test = suite("raw AVI");

test("is read by the sender's own source, each picture as it was, at its frame rate", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svc-avi-"));
  const [widthPx, heightPx] = [64, 48];
  const pictures = [1, 2, 3].map((value) =>
    Buffer.from(Array.from({ length: widthPx * heightPx * 3 }, (_, at) => (value * 50 + (at % 97)) & 0xff)),
  );
  try {
    const path = join(folder, "raw.avi");
    const file = await open(path, "w");
    await writeRawAvi(file, { widthPx, heightPx, frames: pictures.length, frameRate: 120 }, pictures);
    await file.close();
    const source = await openSource({ kind: "file", path, loop: false });
    assert.deepEqual(source.format, { widthPx, heightPx, frameRate: 120 });
    for (const picture of pictures) {
      const frame = await source.next();
      assert.ok(frame);
      assert.deepEqual(frame.mat.getData(), picture);
      frame.mat.release();
    }
    assert.equal(await source.next(), undefined);
    source.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("refuses a width whose rows would need padding", () => {
  assert.throws(() => rawAviHeader({ widthPx: 62, heightPx: 48, frames: 1, frameRate: 30 }), RangeError);
});

test.run();
