import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { micros, nowUs, readBarcode } from "@simple-video-chat/protocol";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { stampBarcode } from "../../src/capture/barcode-stamp.ts";
import { makeMovingScene, openMovingScene } from "../../src/capture/moving-scene.ts";
import type { Source } from "../../src/capture/source.ts";
import { openTestCard } from "../../src/capture/test-card.ts";
import { openEncoder } from "../../src/encode/open-encoder.ts";
import { loadOpenCv, type Mat } from "../../src/native/opencv.ts";

const cv = await loadOpenCv();
const sizes = [
  [160, 120],
  [320, 240],
  [640, 360],
  [640, 480],
  [720, 1280],
  [1280, 720],
  [1920, 1080],
] as const;
type Format = { readonly widthPx: number; readonly heightPx: number; readonly frameRate: number };
const sources: Readonly<Record<string, (format: Format) => Promise<Source>>> = {
  "test card": (format) => openTestCard({ kind: "testcard", ...format }),
  "moving scene": (format) => openMovingScene({ kind: "motion", ...format }),
};

async function nextOf(source: Source): Promise<Mat> {
  const frame = await source.next();
  if (frame === undefined) throw new Error("the source has ended");
  return frame.mat;
}

function barcodeOf(mat: Mat): ReturnType<typeof readBarcode> {
  return readBarcode(mat.getData(), mat.cols, mat.rows);
}

for (const [name, open] of Object.entries(sources)) {
  test(`gives pictures of the ${name} in every size: BGR, 8 bits, in motion`, async () => {
    for (const [widthPx, heightPx] of sizes) {
      const source = await open({ widthPx, heightPx, frameRate: 60 });
      assert.equal(source.format, { widthPx, heightPx, frameRate: 60 });
      // A small picture of a slow scene changes its pixels only now and then.
      const seen = new Set<string>();
      for (let count = 0; count < 60 && seen.size < 3; count++) {
        const picture = await nextOf(source);
        assert.equal([picture.cols, picture.rows, picture.type], [widthPx, heightPx, cv.CV_8UC3]);
        seen.add(createHash("sha256").update(picture.getData()).digest("hex"));
        picture.release();
      }
      assert.is(seen.size, 3, `${widthPx}x${heightPx} stands still`);
      source.close();
    }
  });

  test(`keeps the pace of the ${name}, with rising capture times, and leaves out what came too late`, async () => {
    const source = await open({ widthPx: 320, heightPx: 240, frameRate: 50 });
    const times: number[] = [];
    for (let count = 0; count < 25; count++) {
      const frame = await source.next();
      if (frame === undefined) throw new Error("the source has ended");
      assert.ok(frame.captureUs <= nowUs());
      times.push(frame.captureUs);
      frame.mat.release();
      // Longer than a period, once.
      if (count === 10) await new Promise((resolve) => setTimeout(resolve, 90));
    }
    times.slice(1).forEach((time, index) => assert.ok(time > (times[index] ?? 0)));
    // 24 periods, and the three that were slept through; more when the computer is busy, never less.
    const tookMs = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    assert.ok(tookMs > 24 * 20 - 10 && tookMs < 3000, `${tookMs} ms`);
    source.close();
    assert.is(await source.next(), undefined);
  });

  test(`releases whoever waits for the ${name} when it is closed`, async () => {
    const source = await open({ widthPx: 160, heightPx: 120, frameRate: 5 });
    (await nextOf(source)).release();
    const waiting = source.next();
    source.close();
    source.close();
    assert.is(await waiting, undefined);
  });

  test(`carries a barcode over the ${name} that is read back at every size`, async () => {
    for (const [widthPx, heightPx] of sizes) {
      const source = await open({ widthPx, heightPx, frameRate: 60 });
      const mat = await nextOf(source);
      const barcode = { frame: 0xf0e1d2c3, captureUs: nowUs() };
      stampBarcode(cv, mat, barcode);
      assert.equal(barcodeOf(mat), barcode, `${widthPx}x${heightPx}`);
      mat.release();
      source.close();
    }
  });

  test(`carries a barcode over the ${name} that outlives JPEG at quality 30`, async () => {
    for (const [widthPx, heightPx] of sizes) {
      const source = await open({ widthPx, heightPx, frameRate: 60 });
      const mat = await nextOf(source);
      const barcode = { frame: 77, captureUs: nowUs() };
      stampBarcode(cv, mat, barcode);
      const decoded = cv.imdecode(cv.imencode(".jpg", mat, [cv.IMWRITE_JPEG_QUALITY, 30]));
      assert.equal(barcodeOf(decoded), barcode, `${widthPx}x${heightPx}`);
      for (const used of [mat, decoded]) used.release();
      source.close();
    }
  });

  for (const [widthPx, heightPx, bitrateBps] of [
    [160, 120, 300_000],
    [640, 360, 400_000],
    [1280, 720, 900_000],
  ] as const) {
    test(`carries a barcode over the ${name} that outlives H.264 at ${widthPx}x${heightPx} and ${bitrateBps / 1000} kbit/s`, async () => {
      const frames = 12;
      const folder = await mkdtemp(join(tmpdir(), "svc-barcode-"));
      const source = await open({ widthPx, heightPx, frameRate: 30 });
      const encoder = await openEncoder("h264", { widthPx, heightPx, frameRate: 30, bitrateBps });
      try {
        const packets: Uint8Array[] = [];
        const numbers: number[] = [];
        for (let frame = 1; frame <= frames; frame++) {
          const mat = await nextOf(source);
          const captureUs = nowUs();
          stampBarcode(cv, mat, { frame, captureUs });
          const picture = await encoder.encode(mat, { captureUs, keyframe: frame === 1 });
          mat.release();
          if (picture === undefined) continue;
          packets.push(Buffer.from(picture.data));
          numbers.push(frame);
        }
        const file = join(folder, "frames.h264");
        await writeFile(file, Buffer.concat(packets));
        assert.equal(await barcodesIn(file), numbers);
      } finally {
        encoder.close();
        source.close();
        await rm(folder, { recursive: true });
      }
    });
  }
}

/** Decoded by OpenCV's own FFmpeg, which is not the one that encoded. */
async function barcodesIn(file: string): Promise<(number | undefined)[]> {
  const capture = new cv.VideoCapture(file);
  const numbers: (number | undefined)[] = [];
  for (;;) {
    const mat = await capture.readAsync();
    if (mat.empty) break;
    numbers.push(barcodeOf(mat)?.frame);
    mat.release();
  }
  capture.release();
  return numbers;
}

/** A picture's left half and its mirrored right half, compared: the share of pixels that differ much. */
function asymmetry(mat: Mat): number {
  const mirrored = mat.flip(1);
  const [one, other] = [mat.getData(), mirrored.getData()];
  mirrored.release();
  let differing = 0;
  for (let index = 1; index < one.length; index += 3) if (Math.abs((one[index] ?? 0) - (other[index] ?? 0)) > 30) differing++;
  return differing / (one.length / 3);
}

test("draws the moving scene the same way for the same time, in whatever order it is asked, and otherwise not", async () => {
  const [scene, again] = await Promise.all([1, 2].map(() => makeMovingScene({ widthPx: 320, heightPx: 240 })));
  const pixels = (of: typeof scene, timeUs: number): Buffer => {
    const mat = of?.draw(micros(timeUs));
    if (mat === undefined) throw new Error("no scene");
    try {
      return mat.getData();
    } finally {
      mat.release();
    }
  };
  const first = pixels(scene, 12_345_678);
  pixels(scene, 99_000_000);
  assert.ok(first.equals(pixels(scene, 12_345_678)), "drawn again");
  assert.ok(first.equals(pixels(again, 12_345_678)), "drawn by another one");
  assert.not(first.equals(pixels(scene, 13_345_678)), "a second later");
  scene?.close();
  again?.close();
});

test("draws a test card that is another one in a mirror", async () => {
  const source = await openTestCard({ kind: "testcard", widthPx: 1280, heightPx: 720, frameRate: 60 });
  const mat = await nextOf(source);
  assert.ok(asymmetry(mat) > 0.15, String(asymmetry(mat)));
  mat.release();
  source.close();
});

test("draws EBU's colour bars in their order, blue last", async () => {
  const source = await openTestCard({ kind: "testcard", widthPx: 1280, heightPx: 720, frameRate: 60 });
  const mat = await nextOf(source);
  const row = mat.getData().subarray(1280 * 3 * 270, 1280 * 3 * 271);
  const colours = [450, 526, 602, 678, 754, 830].map((x) =>
    [...row.subarray(x * 3, x * 3 + 3)].map((value) => (value > 100 ? 1 : 0)).join(""),
  );
  // Yellow, cyan, green, magenta, red, blue; as blue, green, red.
  assert.equal(colours, ["011", "110", "010", "101", "001", "100"]);
  mat.release();
  source.close();
});

test.run();
