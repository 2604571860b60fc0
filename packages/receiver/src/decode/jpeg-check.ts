// Looks at a JPEG's headers before native code does: what the network may send us is baseline, 8-bit, one scan, of the announced
// size. A progressive picture with a thousand scans costs a decoder 178 ms from 13 kB; look-alikes reach other decoders.
// Source: ITU-T T.81, annex B.

import { DecodeError } from "../errors.ts";
import type { DecoderFormat } from "./ffmpeg-decoder.ts";

const soi = 0xd8;
const eoi = 0xd9;
const sof0 = 0xc0;
const sos = 0xda;
const dht = 0xc4;
const dqt = 0xdb;
const dri = 0xdd;
const com = 0xfe;

/** The segments of a baseline JPEG. Whatever else there is belongs to other codings, some of which FFmpeg's decoder knows (JPEG-LS). */
function isBaseline(marker: number): boolean {
  return [sof0, dht, dqt, dri, sos, com].includes(marker) || (marker >= 0xe0 && marker <= 0xef);
}

/** @throws DecodeError undecodable or wrong-size, unless `data` is a JPEG that a track of this format may carry */
export function checkJpeg(data: Uint8Array, format: DecoderFormat): void {
  const fail = (what: string): never => {
    throw new DecodeError("undecodable", `A packet of a JPEG track ${what}.`);
  };
  if (data[0] !== 0xff || data[1] !== soi) fail("does not begin like a JPEG");
  let at = 2;
  let components = 0;
  for (;;) {
    if (data[at] !== 0xff) fail("has no marker where one must be");
    const marker = data[at + 1] ?? 0;
    if (!isBaseline(marker)) fail("is not a baseline JPEG");
    const length = ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0);
    if (length < 2 || at + 2 + length > data.byteLength) fail("is cut off");
    if (marker === sof0) {
      if (components > 0) fail("has two frames");
      components = checkFrame(data, { at, length }, format);
    }
    // All components in one scan: the others would be left as they were in memory.
    if (marker === sos && (components === 0 || data[at + 4] !== components)) fail("has not all of its frame in one scan");
    at += 2 + length;
    if (marker === sos) break;
  }
  checkScan(data, at, fail);
}

/** @returns the number of components */
function checkFrame(data: Uint8Array, { at, length }: { readonly at: number; readonly length: number }, format: DecoderFormat): number {
  const precision = data[at + 4];
  const heightPx = ((data[at + 5] ?? 0) << 8) | (data[at + 6] ?? 0);
  const widthPx = ((data[at + 7] ?? 0) << 8) | (data[at + 8] ?? 0);
  const components = data[at + 9] ?? 0;
  if (precision !== 8 || (components !== 1 && components !== 3) || length !== 8 + 3 * components) {
    throw new DecodeError("undecodable", "A packet of a JPEG track is not 8 bits in 1 or 3 components.");
  }
  if (widthPx !== format.widthPx || heightPx !== format.heightPx) {
    throw new DecodeError("wrong-size", `A JPEG of ${widthPx}x${heightPx} came on a track of ${format.widthPx}x${format.heightPx}.`);
  }
  return components;
}

/** The rest of the packet must be the one scan: entropy-coded bytes with restart markers, then the end. */
function checkScan(data: Uint8Array, from: number, fail: (what: string) => never): void {
  let at = from;
  for (;;) {
    at = data.indexOf(0xff, at);
    if (at < 0) return fail("has no end");
    const marker = data[at + 1] ?? eoi;
    if (marker === eoi) return;
    if (marker !== 0 && marker !== 0xff && (marker < 0xd0 || marker > 0xd7)) return fail("has more than one scan");
    at += marker === 0xff ? 1 : 2;
  }
}
