// What an encoder makes of a bitrate, a machine and hardware that change under it.
import assert from "node:assert/strict";
import { micros } from "@simple-video-chat/protocol";
import { suite } from "uvu";

import { AdaptiveEncoder, type AdaptiveEncoderOptions } from "../../src/encode/adaptive-encoder.ts";
import type { EncodedPicture, EncoderChoice, EncodeOptions, EncoderFormat, VideoEncoder } from "../../src/encode/encoder.ts";
import { EncoderError } from "../../src/errors.ts";
import { loadOpenCv } from "../../src/native/opencv.ts";

const test = suite("AdaptiveEncoder");
const cv = await loadOpenCv();
const mat = new cv.Mat(Buffer.alloc(640 * 360 * 3, 9), 360, 640, cv.CV_8UC3);
const source = { widthPx: 640, heightPx: 360, frameRate: 30 };
const options: AdaptiveEncoderOptions = {
  codec: "h264",
  encoder: "auto",
  bitrateBps: 1_000_000,
  maxSidePx: 640,
  maxFrameRate: 30,
  barcode: false,
};

/** An encoder that takes its time, fails when told to, and remembers what it was asked. */
class FakeEncoder implements VideoEncoder {
  readonly codec = "h264";
  readonly fixedBitrateBps: number | undefined;
  readonly quality: number | undefined;
  readonly keyframes: boolean[] = [];
  isClosed = false;
  isBroken = false;
  /** Lets time pass, ms. */
  spend: (ms: number) => void = () => {};
  readonly #busyMs: number;

  constructor({
    busyMs = 0,
    fixedBitrateBps,
    quality,
  }: { readonly busyMs?: number; readonly fixedBitrateBps?: number; readonly quality?: number } = {}) {
    this.#busyMs = busyMs;
    this.quality = quality;
    this.fixedBitrateBps = fixedBitrateBps;
  }

  async encode(_: unknown, { keyframe }: EncodeOptions): Promise<EncodedPicture | undefined> {
    if (this.isBroken) throw new EncoderError("encode-failed", "the card is gone");
    this.spend(this.#busyMs);
    this.keyframes.push(keyframe);
    return { keyframe, data: Uint8Array.of(1) };
  }

  setBitrate(): void {}

  close(): void {
    this.isClosed = true;
  }
}

interface Opened {
  readonly choice: EncoderChoice;
  readonly format: EncoderFormat;
  readonly encoder: FakeEncoder;
}

const startS = 1;

/** An adaptive encoder on fakes, and on a clock of its own, which its pictures set: what was opened, and what it told. */
async function start(
  changed: Partial<AdaptiveEncoderOptions>,
  make: (choice: EncoderChoice, format: EncoderFormat) => FakeEncoder,
): Promise<{ encoder: AdaptiveEncoder; opened: Opened[]; widths: number[]; sentences: string[]; encode: (atS: number) => Promise<void> }> {
  const opened: Opened[] = [];
  const widths: number[] = [];
  const sentences: string[] = [];
  let clockUs = micros(startS * 1_000_000);
  const encoder = await AdaptiveEncoder.open(
    { ...source, frameRate: changed.maxFrameRate ?? source.frameRate },
    { ...options, ...changed },
    { onTrack: ({ widthPx }) => widths.push(widthPx), onFallback: (sentence) => sentences.push(sentence) },
    {
      nowUs: () => clockUs,
      open: async (choice, _, format) => {
        const fake = make(choice, format);
        fake.spend = (ms) => (clockUs = micros(clockUs + ms * 1_000));
        opened.push({ choice, format, encoder: fake });
        return { encoder: fake };
      },
    },
  );
  let frame = 0;
  const encode = async (atS: number): Promise<void> => {
    clockUs = micros(Math.round(atS * 1_000_000));
    const picture = await encoder.encode({ mat, frame: ++frame, captureUs: clockUs, keyframe: false });
    assert.ok(picture);
  };
  return { encoder, opened, widths, sentences, encode };
}

test("encodes the very picture in software on which the hardware failed, as a keyframe", async () => {
  const { opened, sentences, widths, encode } = await start({ encoder: "nvenc" }, () => new FakeEncoder());
  await encode(1);
  const [hardware] = opened;
  assert.equal(hardware?.choice, "nvenc");
  if (hardware !== undefined) hardware.encoder.isBroken = true;
  await encode(2);
  assert.deepEqual(
    opened.map(({ choice }) => choice),
    ["nvenc", "software"],
  );
  assert.equal(hardware?.encoder.isClosed, true);
  assert.deepEqual(opened[1]?.encoder.keyframes, [true]);
  assert.deepEqual(sentences, ["The hardware encoder has failed. Encoding in software instead."]);
  assert.deepEqual(widths, [640], "the track is as it was");
});

test("lets the failure of software through", async () => {
  const { opened, encode } = await start({}, () => new FakeEncoder());
  const [software] = opened;
  if (software !== undefined) software.encoder.isBroken = true;
  await assert.rejects(encode(1), EncoderError);
});

test("replaces an encoder that cannot change its bitrate, when that is worth a keyframe, not too often", async () => {
  const { encoder, opened, encode } = await start(
    { encoder: "vaapi" },
    (_, { bitrateBps }) => new FakeEncoder({ fixedBitrateBps: bitrateBps }),
  );
  encoder.setBitrate(900_000);
  await encode(startS + 10);
  assert.equal(opened.length, 1, "within the tolerance");
  encoder.setBitrate(600_000);
  await encode(startS + 0.1);
  assert.equal(opened.length, 1, "too early");
  await encode(startS + 10);
  assert.equal(opened.length, 2);
  assert.equal(opened[1]?.format.bitrateBps, 600_000);
  assert.deepEqual(opened[1]?.encoder.keyframes, [true]);
});

test("begins another size with the quality that the size before had arrived at", async () => {
  const { encoder, opened, widths, encode } = await start({ codec: "jpeg", bitrateBps: 4_000_000 }, () => new FakeEncoder({ quality: 37 }));
  assert.equal(opened[0]?.format.quality, undefined);
  encoder.setBitrate(1_000_000);
  await encode(startS + 0.1);
  assert.equal(widths.length, 2);
  assert.equal(opened[1]?.format.quality, 37);
});

test("makes smaller pictures on a machine that does not keep up, rather than coarse ones", async () => {
  const { opened, widths, encode } = await start({}, (_, { widthPx }) => new FakeEncoder({ busyMs: widthPx === 640 ? 25 : 1 }));
  for (let atS = startS; atS < startS + 5 && opened.length === 1; atS += 1 / 30) await encode(atS);
  assert.deepEqual(widths, [640, 480]);
  assert.deepEqual(opened.at(-1)?.encoder.keyframes[0] ?? true, true);
  assert.equal(opened.at(-1)?.format.isHurried, false);
});

test("makes smaller ones within half a second on a machine that is too slow by far", async () => {
  const { widths, encode } = await start({}, (_, { widthPx }) => new FakeEncoder({ busyMs: widthPx === 640 ? 50 : 20 }));
  for (let atS = startS; atS < startS + 0.7; atS += 0.05) await encode(atS);
  assert.deepEqual(widths, [640, 480]);
});

test("leaves pictures out rather than makes them smaller, where more than 60 a second are asked for", async () => {
  const { widths, encode } = await start({ bitrateBps: 8_000_000, maxFrameRate: 240 }, () => new FakeEncoder({ busyMs: 6 }));
  // Longer than a guard of 240 pictures a second would take.
  for (let atS = startS; atS < startS + 4.5; atS += 1 / 120) await encode(atS);
  assert.deepEqual(widths, [640]);
});

test("begins with the size that suits the bitrate", async () => {
  const { opened, widths } = await start({ bitrateBps: 60_000 }, () => new FakeEncoder());
  assert.deepEqual(widths, [opened[0]?.format.widthPx]);
  assert.ok((opened[0]?.format.widthPx ?? 640) < 640);
});

test("takes the fastest preset instead where there are bits enough, until there are not", async () => {
  const { encoder, opened, widths, encode } = await start(
    { bitrateBps: 4_000_000 },
    (_, { isHurried }) => new FakeEncoder({ busyMs: isHurried === true ? 1 : 25 }),
  );
  for (let atS = startS; atS < startS + 5 && opened.length === 1; atS += 1 / 30) await encode(atS);
  assert.equal(opened.at(-1)?.format.isHurried, true);
  assert.deepEqual(widths, [640]);
  encoder.setBitrate(800_000);
  await encode(startS + 6);
  assert.equal(opened.at(-1)?.format.isHurried, false);
  assert.deepEqual(widths, [640, 480]);
});

test.run();
