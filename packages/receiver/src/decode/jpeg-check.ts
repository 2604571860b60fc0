// Looks at a JPEG's headers before native code does: what the network may send us is baseline, 8-bit, one scan, of the announced
// size. A progressive picture with a thousand scans costs a decoder 178 ms from 13 kB; look-alikes reach other decoders.
// Source: ITU-T T.81, annex B.

import { DecodeError } from "../errors.ts";
import type { DecoderFormat } from "./ffmpeg-decoder.ts";

const soi = 0xd8;
const eoi = 0xd9;
const sof0 = 0xc0;
const sos = 0xda;
/** Start-of-frame markers of every coding but baseline, and DNL, which would change the height afterwards. */
const refused: ReadonlySet<number> = new Set([0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xdc]);

/** @throws DecodeError undecodable or wrong-size, unless `data` is a JPEG that a track of this format may carry */
export function checkJpeg(data: Uint8Array, format: DecoderFormat): void {
  const fail = (what: string): never => {
    throw new DecodeError("undecodable", `A packet of a JPEG track ${what}.`);
  };
  if (data[0] !== 0xff || data[1] !== soi) fail("does not begin like a JPEG");
  let at = 2;
  let isSized = false;
  for (;;) {
    if (data[at] !== 0xff) fail("has no marker where one must be");
    const marker = data[at + 1] ?? 0;
    if (refused.has(marker)) fail("is not a baseline JPEG");
    if (marker === soi || marker === eoi || marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7))
      fail("has a marker in a wrong place");
    const length = ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0);
    if (length < 2 || at + 2 + length > data.byteLength) fail("is cut off");
    if (marker === sof0) {
      if (isSized) fail("has two frames");
      isSized = true;
      checkFrame(data, at, length, format);
    }
    at += 2 + length;
    if (marker === sos) break;
  }
  if (!isSized) fail("has a scan before its frame");
  checkScan(data, at, fail);
}

function checkFrame(data: Uint8Array, at: number, length: number, format: DecoderFormat): void {
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
