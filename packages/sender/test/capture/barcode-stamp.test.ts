import assert from "node:assert/strict";
import { nowUs } from "@simple-video-chat/protocol";
import { suite } from "uvu";

import { stampBarcode } from "../../src/capture/barcode-stamp.ts";
import { loadOpenCv } from "../../src/native/opencv.ts";

const test = suite("barcode stamp");
const cv = await loadOpenCv();

test("holds no picture that it has stamped", () => {
  const pictures = 200;
  const original = new cv.Mat(720, 1280, cv.CV_8UC3, 90);
  let beforeBytes = 0;
  for (let frame = 1; frame <= pictures; frame++) {
    const mat = original.copy();
    stampBarcode(cv, mat, { frame, captureUs: nowUs() });
    mat.release();
    if (frame === 20) beforeBytes = process.memoryUsage().rss;
  }
  // 180 pictures of 2.8 MB: the collector knows nothing of them and would not have come.
  const grown = process.memoryUsage().rss - beforeBytes;
  assert.ok(grown < 50e6, `${(grown / 1e6).toFixed(0)} MB more`);
});

test.run();
