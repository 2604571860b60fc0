// A day of pictures through a decoder at 160x120, converted as for a window: native memory may not grow with them.

import assert from "node:assert/strict";

import type { VideoCodec } from "@simple-video-chat/protocol";

import { internals } from "../bench/package-internals.ts";
import type { MemorySample } from "./slope.ts";
import type { SoakOptions, SoakResult } from "./transport-soak.ts";

const size = { widthPx: 160, heightPx: 120 } as const;
const frameRate = 30;
/** Pictures that are encoded, and then decoded again and again; the first of them is a keyframe. */
const groupPictures = 30;
const samplesWanted = 120;

/** Packets of a second of the moving scene. */
async function encodeGroup(codec: VideoCodec): Promise<readonly Uint8Array[]> {
  const { openSource } = await internals<typeof import("../../packages/sender/dist/capture/open-source.js")>(
    "sender",
    "capture/open-source.js",
  );
  const { openEncoder } = await internals<typeof import("../../packages/sender/dist/encode/open-encoder.js")>(
    "sender",
    "encode/open-encoder.js",
  );
  const source = await openSource({ kind: "motion", ...size, frameRate });
  const encoder = await openEncoder(codec, { ...size, frameRate, bitrateBps: 300_000 });
  const packets: Uint8Array[] = [];
  while (packets.length < groupPictures) {
    const frame = await source.next();
    assert.ok(frame !== undefined);
    const picture = await encoder.encode(frame.mat, { captureUs: packets.length * 33_333, keyframe: packets.length === 0 });
    frame.mat.release();
    if (picture !== undefined) packets.push(Uint8Array.from(picture.data));
  }
  encoder.close();
  source.close();
  return packets;
}

/** Decodes and converts pictures until `frames` or `seconds` are over. @throws AssertionError for a packet without a picture */
export async function soakDecoder(codec: VideoCodec, { frames, seconds, memoryBytes }: SoakOptions): Promise<SoakResult> {
  const packets = await encodeGroup(codec);
  const { openDecoder } = await internals<typeof import("../../packages/receiver/dist/decode/open-decoder.js")>(
    "receiver",
    "decode/open-decoder.js",
  );
  const decoder = await openDecoder({ type: "track", track: 1, codec, barcode: false, ...size, frameRate });
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  const sampleEvery = Math.max(groupPictures, Math.floor(frames / samplesWanted));
  const samples: MemorySample[] = [];
  let decoded = 0;
  let bytes = 0;
  for (; decoded < frames && performance.now() < endMs; decoded++) {
    const packet = packets[decoded % packets.length] ?? new Uint8Array(0);
    assert.ok(decoder.decode(packet), `packet ${decoded} gave no picture`);
    assert.equal(decoder.picture().bgr.byteLength, size.widthPx * size.heightPx * 3);
    bytes += packet.byteLength;
    if (decoded % sampleEvery !== 0) continue;
    samples.push({ frames: decoded + 1, bytes: memoryBytes() });
    // What native code has to give back on the event loop may do so.
    await new Promise((resolve) => setImmediate(resolve));
  }
  decoder.close();
  return { frames: decoded, bytes, seconds: (performance.now() - startMs) / 1_000, reconnects: 0, samples };
}
