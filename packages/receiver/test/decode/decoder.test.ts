// The contract of every decoder, run against every decoder.
import assert from "node:assert/strict";
import { suite } from "uvu";

import { openDecoder } from "../../src/decode/open-decoder.ts";
import { type DecodeErrorCode, DecodeError } from "../../src/errors.ts";
import { draw, jpegOf, mutate, openTestEncoder, psnr, random, trackOf } from "./pictures.ts";

const test = suite("decoders");

function failsWith(...codes: readonly DecodeErrorCode[]): (error: unknown) => boolean {
  return (error) => error instanceof DecodeError && codes.includes(error.code);
}

for (const codec of ["h264", "vp9", "jpeg"] as const) {
  test(`${codec}: gives each packet's picture at once, as it was`, async () => {
    const encoder = await openTestEncoder(codec, 320, 240);
    const decoder = await openDecoder(trackOf(codec, 320, 240));
    for (let number = 0; number < 12; number++) {
      const original = draw(320, 240, number);
      assert.equal(decoder.decode(encoder.encode(original).data), true);
      const picture = decoder.picture();
      assert.deepEqual([picture.widthPx, picture.heightPx, picture.bgr.byteLength], [320, 240, 320 * 240 * 3]);
      const quality = psnr(original, picture.bgr);
      assert.ok(quality > 32, `picture ${number}: ${quality.toFixed(1)} dB`);
    }
    encoder.close();
    decoder.close();
  });

  test(`${codec}: gives pictures of every size, down to the smallest, without writing beyond them`, async () => {
    const sizes = [
      [2, 2],
      [4, 2],
      [16, 16],
      [18, 2],
      [62, 46],
      [130, 50],
      [854, 480],
      [18, 6],
      [20, 34],
      [1918, 36],
    ] as const;
    const oddSizes = [
      [1, 1],
      [3, 3],
      [1, 40],
      [41, 1],
      [17, 15],
      [641, 31],
    ] as const;
    for (const [widthPx, heightPx] of codec === "jpeg" ? [...sizes, ...oddSizes] : sizes) {
      const encoder = await openTestEncoder(codec, widthPx, heightPx);
      const decoder = await openDecoder(trackOf(codec, widthPx, heightPx));
      // Of one colour: in so few pixels chroma blurs everything else.
      const original = Buffer.alloc(widthPx * heightPx * 3, Buffer.from([90, 140, 110]));
      for (let times = 0; times < 6; times++) {
        assert.equal(decoder.decode(encoder.encode(original).data), true, `${widthPx}x${heightPx}`);
        const { bgr } = decoder.picture();
        const worst = bgr.reduce((most, value, at) => Math.max(most, Math.abs(value - (original[at] ?? 0))), 0);
        assert.ok(worst < 10, `${widthPx}x${heightPx}: ${worst} off`);
      }
      encoder.close();
      decoder.close();
    }
  });

  test(`${codec}: refuses a picture of another size than was announced, larger or smaller`, async () => {
    for (const [widthPx, heightPx] of [
      [640, 480],
      [160, 120],
      [240, 320],
      [322, 240],
      [320, 238],
      [16, 4096],
    ] as const) {
      const encoder = await openTestEncoder(codec, widthPx, heightPx);
      const decoder = await openDecoder(trackOf(codec, 320, 240));
      const { data } = encoder.encode(draw(widthPx, heightPx, 0));
      assert.throws(() => decoder.decode(data), failsWith("wrong-size", "undecodable"), `${widthPx}x${heightPx}`);
      encoder.close();
      decoder.close();
    }
  });

  test(`${codec}: keeps the last good picture when the next packet is a bad one`, async () => {
    const encoder = await openTestEncoder(codec, 320, 240);
    const smaller = await openTestEncoder(codec, 160, 120);
    const decoder = await openDecoder(trackOf(codec, 320, 240));
    const original = draw(320, 240, 3);
    const { data } = encoder.encode(original, true);
    const bad = [smaller.encode(draw(160, 120, 0)).data, Buffer.alloc(0), Buffer.alloc(100, 0xff), data.subarray(0, 30)];
    for (const packet of bad) {
      assert.equal(decoder.decode(encoder.encode(original, true).data), true);
      try {
        await decoder.decode(packet);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
      const quality = psnr(original, decoder.picture().bgr);
      assert.ok(quality > 32, `${packet.byteLength} bytes: ${quality.toFixed(1)} dB`);
    }
    for (const one of [encoder, smaller, decoder]) one.close();
  });

  test(`${codec}: survives hostile packets with nothing but its own error, and decodes on`, async () => {
    const encoder = await openTestEncoder(codec, 96, 64);
    const track = trackOf(codec, 96, 64);
    let decoder = await openDecoder(track);
    const next = random(codec.length);
    const seeds = Array.from({ length: 8 }, (_, number) => encoder.encode(draw(96, 64, number), number % 4 === 0).data);
    let refused = 0;
    for (let mutant = 0; mutant < 3_000; mutant++) {
      const seed = seeds[next(seeds.length)] ?? Buffer.alloc(0);
      try {
        // A view into something larger, with hostile neighbours.
        const bytes = Buffer.concat([Buffer.alloc(3, 0xff), mutate(seed, next), Buffer.alloc(3, 0xff)]);
        if (await decoder.decode(bytes.subarray(3, -3))) decoder.picture();
        else refused++;
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
        refused++;
      }
      if (mutant % 500 === 499) {
        decoder.close();
        decoder = await openDecoder(track);
      }
    }
    assert.ok(refused > 300, `only ${refused} refused`);
    const original = draw(96, 64, 9);
    const { data } = encoder.encode(original, true);
    decoder.close();
    decoder = await openDecoder(track);
    assert.equal(decoder.decode(data), true);
    assert.ok(psnr(original, decoder.picture().bgr) > 30);
    decoder.close();
    encoder.close();
  });

  test(`${codec}: keeps its memory over thousands of pictures`, async () => {
    const encoder = await openTestEncoder(codec, 320, 240);
    const decoder = await openDecoder(trackOf(codec, 320, 240));
    const packets = Array.from({ length: 8 }, (_, number) => encoder.encode(draw(320, 240, number), true).data);
    let beforeBytes = 0;
    for (let number = 0; number < 3_000; number++) {
      if (number === 800) beforeBytes = process.memoryUsage().rss;
      await decoder.decode(packets[number % packets.length] ?? Buffer.alloc(0));
      decoder.picture();
      // Native memory is given back between the turns of the event loop.
      await new Promise(setImmediate);
    }
    const grown = process.memoryUsage().rss - beforeBytes;
    assert.ok(grown < 50e6, `${(grown / 1e6).toFixed(0)} MB more after 2,200 pictures`);
    decoder.close();
    encoder.close();
  });
}

test("jpeg: follows a change of the chroma layout on the way", async () => {
  const { cv } = await import("./pictures.ts");
  const size = [96, 64] as const;
  const decoder = await openDecoder(trackOf("jpeg", ...size));
  const original = draw(...size, 2);
  const grey = new cv.Mat(64, 96, cv.CV_8UC1, 100);
  // 4:4:4, 4:2:0 and grey in any order; OpenCV 4.6 writes 4:2:0 in colour only.
  const packets = [jpegOf(original, size), cv.imencode(".jpg", grey), jpegOf(original, size), cv.imencode(".jpg", grey)];
  for (const data of packets) assert.equal(decoder.decode(data), true);
  assert.equal(decoder.decode(jpegOf(original, size)), true);
  assert.ok(psnr(original, decoder.picture().bgr) > 30);
  assert.equal(decoder.decode(cv.imencode(".jpg", grey)), true);
  assert.ok(psnr(Buffer.alloc(96 * 64 * 3, 100), decoder.picture().bgr) > 40);
  decoder.close();
});

for (const codec of ["h264", "vp9"] as const)
  test(`${codec}: begins with a keyframe only`, async () => {
    const encoder = await openTestEncoder(codec, 96, 64);
    encoder.encode(draw(96, 64, 0));
    const delta = encoder.encode(draw(96, 64, 1));
    assert.equal(delta.keyframe, false);
    const decoder = await openDecoder(trackOf(codec, 96, 64));
    try {
      assert.equal(decoder.decode(delta.data), false);
    } catch (error) {
      assert.ok(error instanceof DecodeError);
    }
    assert.equal(decoder.decode(encoder.encode(draw(96, 64, 2), true).data), true);
    decoder.close();
    encoder.close();
  });

test.run();
