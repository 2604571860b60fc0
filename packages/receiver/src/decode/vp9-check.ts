// Looks at a VP9 frame's header before native code does: what the network may send us is profile 0 (8-bit 4:2:0), one shown frame a
// packet, of the announced size. Source: VP9 Bitstream & Decoding Process Specification, 6.2 and annex B.

import { DecodeError } from "../errors.ts";
import { BitReader } from "./bit-reader.ts";
import type { DecoderFormat } from "./ffmpeg-decoder.ts";

const frameMarker = 2;
const syncCode = 0x49_83_42;
const rgb = 7;
const references = 3;

/** @throws DecodeError undecodable or wrong-size, unless `data` is a frame that a track of this format may carry */
export function checkVp9(data: Uint8Array, format: DecoderFormat): void {
  if (isSuperframe(data)) fail("holds several frames");
  const header = new BitReader(data);
  if (header.bits(2) !== frameMarker) fail("does not begin like a VP9 frame");
  if (header.bits(2) !== 0) fail("is not of profile 0");
  if (header.flag()) fail("shows an old frame again");
  const isKeyframe = !header.flag();
  const isShown = header.flag();
  const isResilient = header.flag();
  if (!isShown) fail("is not shown");
  if (isKeyframe) {
    if (header.bits(24) !== syncCode) fail("has no sync code");
    if (header.bits(3) === rgb) fail("is not 4:2:0");
    header.bits(1);
    checkSize(header, format);
  } else {
    if (!isResilient) header.bits(2);
    header.bits(8);
    header.bits(4 * references);
    // A size of its own, unless it is that of a reference, which was checked when it came.
    let isOfReference = false;
    for (let reference = 0; reference < references && !isOfReference; reference++) isOfReference = header.flag();
    if (!isOfReference) checkSize(header, format);
  }
  if (header.isBeyondEnd) fail("is cut off");
}

function checkSize(header: BitReader, { widthPx, heightPx }: DecoderFormat): void {
  const width = header.bits(16) + 1;
  const height = header.bits(16) + 1;
  if (header.isBeyondEnd) fail("is cut off");
  if (width !== widthPx || height !== heightPx)
    throw new DecodeError("wrong-size", `A VP9 frame of ${width}x${height} came on a track of ${widthPx}x${heightPx}.`);
}

/** Several frames in one packet, with an index at its end that begins and ends with the same byte. */
function isSuperframe(data: Uint8Array): boolean {
  const last = data.at(-1) ?? 0;
  if ((last & 0xe0) !== 0xc0) return false;
  const indexBytes = 2 + (((last >> 3) & 3) + 1) * ((last & 7) + 1);
  return data.at(-indexBytes) === last;
}

function fail(what: string): never {
  throw new DecodeError("undecodable", `A packet of a VP9 track ${what}.`);
}
