// Looks at how an Opus packet is divided into frames before native code does: RFC 6716, 3.4, requirements R1 to R7.

import { DecodeError } from "../errors.ts";

/** Bytes of the longest frame. */
const maxFrameBytes = 1275;
/** Sound in one packet at most, at 48 kHz: 120 ms. */
const maxPacketSamples = 5760;

/** @throws DecodeError undecodable, unless `data` is one well-formed packet */
export function checkOpus(data: Uint8Array): void {
  const [toc] = data;
  if (toc === undefined) return fail("is empty");
  const code = toc & 3;
  const rest = data.byteLength - 1;
  if (code === 0) checkFrames(rest, 1, toc);
  else if (code === 1) {
    if (rest % 2 !== 0) fail("has two frames of unlike sizes");
    checkFrames(rest / 2, 2, toc);
  } else if (code === 2) {
    const { bytes, at } = frameLength(data, 1);
    const second = data.byteLength - at - bytes;
    if (second < 0) fail("is cut off");
    checkFrames(Math.max(bytes, second), 2, toc);
  } else checkMany(data, toc);
}

/** Code 3: any number of frames, of one size or each with its own, and padding. */
function checkMany(data: Uint8Array, toc: number): void {
  const header = data[1];
  if (header === undefined) return fail("is cut off");
  const count = header & 0x3f;
  let at = 2;
  let padding = 0;
  if ((header & 0x40) !== 0) {
    let more = 255;
    for (; more === 255; padding += more === 255 ? 254 : more) {
      const next = data[at++];
      if (next === undefined) return fail("is cut off");
      more = next;
    }
  }
  let left = data.byteLength - at - padding;
  if (left < 0) fail("is cut off");
  if ((header & 0x80) === 0) {
    if (count === 0 || left % count !== 0) fail("has frames of unlike sizes");
    checkFrames(left / count, count, toc);
    return;
  }
  for (let frame = 1; frame < count; frame++) {
    const length = frameLength(data, at);
    left -= length.bytes + length.at - at;
    at = length.at;
    if (left < 0) fail("is cut off");
    checkFrames(length.bytes, count, toc);
  }
  checkFrames(left, count, toc);
}

/** A frame's length in one or two bytes (3.2.1). */
function frameLength(data: Uint8Array, at: number): { readonly bytes: number; readonly at: number } {
  const first = data[at];
  if (first === undefined) return fail("is cut off");
  if (first < 252) return { bytes: first, at: at + 1 };
  const second = data[at + 1];
  if (second === undefined) return fail("is cut off");
  return { bytes: second * 4 + first, at: at + 2 };
}

function checkFrames(bytes: number, count: number, toc: number): void {
  if (bytes > maxFrameBytes) fail("has a frame that is too long");
  if (count === 0 || count * frameSamples(toc >> 3) > maxPacketSamples) fail("has no sound, or more than 120 ms");
}

/** Samples of a frame of this configuration, at 48 kHz (table 2). */
function frameSamples(configuration: number): number {
  if (configuration < 12) return ([480, 960, 1920, 2880] as const)[configuration & 3] ?? 0;
  if (configuration < 16) return ([480, 960] as const)[configuration & 1] ?? 0;
  return ([120, 240, 480, 960] as const)[configuration & 3] ?? 0;
}

function fail(what: string): never {
  throw new DecodeError("undecodable", `An Opus packet ${what}.`);
}
