// Looks at an H.264 packet's units before native code does: what the network may send us is 8-bit 4:2:0, progressive, of the
// announced size, in the kinds of unit that a live picture is made of. Source: ITU-T H.264, 7.3.1, 7.3.2.1 and annex B.

import { DecodeError } from "../errors.ts";
import { BitReader } from "./bit-reader.ts";
import type { DecoderFormat } from "./ffmpeg-decoder.ts";

const startCode = Buffer.from([0, 0, 1]);
const parameterSet = 7;
/** Slice, IDR slice, SEI, sequence and picture parameter set, delimiter, filler. Not: data partitions, extensions, auxiliary pictures. */
const unitTypes: ReadonlySet<number> = new Set([1, 5, 6, parameterSet, 8, 9, 12]);
/** Baseline, Main and High. Beyond High there are more bits and other layouts of chroma. */
const profiles: ReadonlySet<number> = new Set([66, 77, 100]);
const high = 100;
/** More than any sequence parameter set needs; x264's have 25 bytes. */
const maxParameterSetBytes = 512;
const macroblockPx = 16;

/** @throws DecodeError undecodable or wrong-size, unless `data` is a packet that a track of this format may carry */
export function checkH264(data: Uint8Array, format: DecoderFormat): void {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const first = bytes.indexOf(startCode);
  // Annex B: a start code of three bytes, or of four.
  if (first < 0 || first > 1 || (first === 1 && bytes[0] !== 0)) fail("does not begin with a start code");
  for (let at = first; at >= 0;) {
    const unit = at + startCode.byteLength;
    const header = bytes[unit];
    if (header === undefined) return fail("ends with a start code");
    const type = header & 0x1f;
    if (header >= 0x80 || !unitTypes.has(type)) fail(`has a unit of type ${type}`);
    at = bytes.indexOf(startCode, unit);
    if (type === parameterSet) checkParameterSet(unescape(bytes.subarray(unit + 1, at < 0 ? undefined : at)), format);
  }
}

function checkParameterSet(payload: Uint8Array, format: DecoderFormat): void {
  const set = new BitReader(payload);
  const profile = set.bits(8);
  if (!profiles.has(profile)) fail(`is of profile ${profile}`);
  set.bits(16);
  set.golomb();
  if (profile === high) {
    const [chroma, lumaBits, chromaBits] = [set.golomb(), set.golomb(), set.golomb()];
    if (chroma !== 1 || lumaBits !== 0 || chromaBits !== 0 || set.flag()) fail("is not 8-bit 4:2:0");
    // Scaling matrices: nobody here makes them.
    if (set.flag()) fail("has scaling matrices");
  }
  set.golomb();
  skipPictureOrder(set);
  set.golomb();
  set.flag();
  const columns = set.golomb() + 1;
  const rows = set.golomb() + 1;
  if (!set.flag()) fail("is interlaced");
  set.flag();
  const cropped = set.flag() ? [set.golomb(), set.golomb(), set.golomb(), set.golomb()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = cropped;
  if (set.isBeyondEnd) fail("is cut off");
  // 4:2:0 is cut in steps of two.
  const widthPx = columns * macroblockPx - 2 * (left + right);
  const heightPx = rows * macroblockPx - 2 * (top + bottom);
  if (widthPx !== format.widthPx || heightPx !== format.heightPx)
    throw new DecodeError("wrong-size", `H.264 of ${widthPx}x${heightPx} came on a track of ${format.widthPx}x${format.heightPx}.`);
}

function skipPictureOrder(set: BitReader): void {
  const type = set.golomb();
  if (type === 0) set.golomb();
  else if (type === 1) {
    set.flag();
    set.golomb();
    set.golomb();
    const cycle = set.golomb();
    if (cycle > 255) fail("has an endless cycle");
    for (let at = 0; at < cycle; at++) set.golomb();
  } else if (type !== 2) fail("has no order");
}

/** Without the bytes that keep start codes out of a unit (emulation prevention): 00 00 03 stands for 00 00. */
function unescape(unit: Uint8Array): Uint8Array {
  if (unit.byteLength > maxParameterSetBytes) fail("has a parameter set that is too long");
  return unit.filter((byte, at) => !(byte === 3 && at >= 2 && unit[at - 1] === 0 && unit[at - 2] === 0));
}

function fail(what: string): never {
  throw new DecodeError("undecodable", `A packet of an H.264 track ${what}.`);
}
