// JPEGs that are decoded in two halves: the same bytes as when they are decoded whole.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";

import type { VideoDecoder } from "../../src/decode/decoder.ts";
import { openJpegDecoder } from "../../src/decode/ffmpeg-decoder.ts";
import { splitJpeg } from "../../src/decode/jpeg-halves.ts";
import { openDecoder } from "../../src/decode/open-decoder.ts";
import { DecodeError } from "../../src/errors.ts";
import { cv, draw, jpegOf, mutate, random, trackOf } from "./pictures.ts";

const test = suite("JPEG in halves");
const [widthPx, heightPx] = [1280, 720] as const;
/** Units of 16 by 16 in a row of the picture, and rows of the upper half. */
const rowUnits = 80;
const upperRows = 368;

/** @param units between restarts; 0: none */
function cutJpeg(bgr: Buffer, units: number): Buffer {
  return jpegOf(bgr, [widthPx, heightPx], [cv.IMWRITE_JPEG_QUALITY, 80, cv.IMWRITE_JPEG_RST_INTERVAL, units]);
}

const inHalves = (number: number): Buffer => cutJpeg(draw(widthPx, heightPx, number), (rowUnits * upperRows) / 16);

/** A decoder whose decoders of halves are open. */
async function openHalves(): Promise<VideoDecoder> {
  const decoder = await openDecoder(trackOf("jpeg", widthPx, heightPx));
  const first = inHalves(0);
  for (;;) {
    const decoded = decoder.decode(first);
    if (typeof decoded !== "boolean") {
      assert.equal(await decoded, true);
      return decoder;
    }
    assert.equal(decoded, true);
    await sleep(5);
  }
}

test("gives the same bytes as a decoder of the whole picture, and keeps the last two", async () => {
  const decoder = await openHalves();
  const whole = await openJpegDecoder({ widthPx, heightPx });
  let last: { readonly bgr: Buffer; readonly copy: Buffer } | undefined;
  for (let number = 1; number < 6; number++) {
    const data = inHalves(number);
    assert.ok(whole.decode(data));
    assert.equal(await decoder.decode(data), true);
    const { bgr, ...size } = decoder.picture();
    assert.deepEqual(size, { widthPx, heightPx });
    assert.equal(Buffer.compare(bgr, whole.picture().bgr), 0, `picture ${number}`);
    if (last !== undefined) assert.equal(Buffer.compare(last.bgr, last.copy), 0, "the picture before was written over");
    last = { bgr, copy: Buffer.from(bgr) };
  }
  whole.close();
  decoder.close();
});

test("decodes what is cut otherwise, or not at all, as a whole", async () => {
  const decoder = await openHalves();
  const whole = await openJpegDecoder({ widthPx, heightPx });
  for (const units of [0, 80, 40 * rowUnits, 20 * rowUnits, 23 * rowUnits + 1, 23 * rowUnits]) {
    const data = cutJpeg(draw(widthPx, heightPx, units), units);
    const decoded = decoder.decode(data);
    assert.equal(typeof decoded === "boolean", units !== 23 * rowUnits, `${units}`);
    assert.equal(await decoded, true);
    assert.ok(whole.decode(data));
    assert.equal(Buffer.compare(decoder.picture().bgr, whole.picture().bgr), 0, `${units}`);
  }
  whole.close();
  decoder.close();
});

test("keeps the picture it has while the next is decoded, and when that is a bad one", async () => {
  const decoder = await openHalves();
  assert.equal(await decoder.decode(inHalves(1)), true);
  const good = Buffer.from(decoder.picture().bgr);
  const decoding = decoder.decode(inHalves(2));
  assert.equal(Buffer.compare(decoder.picture().bgr, good), 0);
  assert.equal(await decoding, true);
  const next = random(7);
  let refused = 0;
  for (let times = 0; times < 60; times++) {
    assert.equal(await decoder.decode(inHalves(1)), true);
    try {
      // An FFmpeg that makes something of it gives a picture of the right size; nothing else may happen.
      if (await decoder.decode(mutate(inHalves(3), next))) assert.equal(decoder.picture().bgr.byteLength, good.byteLength);
    } catch (error) {
      assert.ok(error instanceof DecodeError);
      refused++;
      assert.equal(Buffer.compare(decoder.picture().bgr, good), 0);
    }
  }
  assert.ok(refused > 0);
  decoder.close();
});

test("closes while its halves are being opened", async () => {
  const decoder = await openDecoder(trackOf("jpeg", widthPx, heightPx));
  assert.equal(decoder.decode(inHalves(1)), true);
  decoder.close();
  await sleep(50);
});

test("takes apart only a JPEG with one restart, at the end of a row of units", () => {
  const halves = splitJpeg(inHalves(1));
  assert.equal(halves?.upperRows, upperRows);
  for (const half of [halves?.upper, halves?.lower]) {
    assert.equal(half?.subarray(-2).toString("hex"), "ffd9");
    assert.equal(half?.includes(Buffer.from([0xff, 0xd0])), false);
  }
  const original = draw(widthPx, heightPx, 1);
  for (const units of [0, rowUnits, 15 * rowUnits, 45 * rowUnits, 23 * rowUnits - 1])
    assert.equal(splitJpeg(cutJpeg(original, units)), undefined);
  assert.equal(splitJpeg(jpegOf(draw(96, 64, 1), [96, 64])), undefined);
  assert.equal(splitJpeg(Buffer.alloc(0)), undefined);
});

test.run();
