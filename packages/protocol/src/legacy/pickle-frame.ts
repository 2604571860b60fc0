// Serializes a picture as Python's pickle.dumps(numpy array) does, without touching the pixels: fixed bytes before them, fixed bytes after.
//
// Module name: `numpy.core.multiarray`. numpy 1 uses it itself; numpy 2 keeps it for exactly this purpose, without a warning
// (numpy/core/multiarray.py: "these must import without warning or error … to support old pickle files").
// numpy 2's own name, numpy._core, is unknown to the numpy 1 that Debian 12 has.

import { LegacyError } from "./legacy-error.ts";
import { LEGACY_CHANNELS, legacyPixelBytes } from "./legacy-limits.ts";
import type { LegacySize } from "./legacy-limits.ts";
import { Opcode } from "./pickle-opcode.ts";

/** The bytes around the pixels of every picture of one size. */
export interface PickleEnvelope extends LegacySize {
  readonly pixelBytes: number;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** head + pixels + tail, in bytes. */
  readonly pickleBytes: number;
}

/** Python's pickler writes bytes objects from this size on outside of its frames. */
const FRAME_SIZE_TARGET = 65_536;

/**
 * The bytes before and after the pixels: protocol 4, and the very bytes that numpy 1.24 on Python 3.11 writes.
 *
 * @throws LegacyError `unsupported-shape` outside the size limits
 */
export function pickleEnvelope(size: LegacySize): PickleEnvelope {
  const pixelBytes = legacyPixelBytes(size);
  const unframed = pixelBytes >= FRAME_SIZE_TARGET;
  const array = arrayHead(size);
  const pixelsOpcode =
    pixelBytes < 256 ? Buffer.of(Opcode.ShortBinBytes, pixelBytes) : Buffer.concat([Buffer.of(Opcode.BinBytes), u32(pixelBytes)]);
  const end = Buffer.of(Opcode.Memoize, Opcode.Tuple, Opcode.Memoize, Opcode.Build, Opcode.Stop);
  const framedBytes = unframed ? array.length : array.length + pixelsOpcode.length + pixelBytes + end.length;
  const head = Buffer.concat([Buffer.of(Opcode.Proto, 4), frame(framedBytes), array, pixelsOpcode]);
  const tail = unframed ? Buffer.concat([frame(end.length), end]) : end;
  return {
    widthPx: size.widthPx,
    heightPx: size.heightPx,
    pixelBytes,
    head,
    tail,
    pickleBytes: head.length + pixelBytes + tail.length,
  };
}

/**
 * A whole pickle in one buffer. Copies the pixels: for tests and small pictures; use {@link pickleEnvelope} for a stream.
 *
 * @param pixels width × height × 3 bytes, rows from the top, blue, green, red
 * @throws LegacyError `unsupported-shape` when the size is outside the limits or does not fit the pixels
 */
export function pickleFrame(size: LegacySize, pixels: Uint8Array): Uint8Array {
  const envelope = pickleEnvelope(size);
  if (pixels.length !== envelope.pixelBytes) {
    throw new LegacyError(
      "unsupported-shape",
      `${size.widthPx}×${size.heightPx} pixels take ${envelope.pixelBytes} bytes, not ${pixels.length}`,
    );
  }
  return Buffer.concat([envelope.head, pixels, envelope.tail]);
}

/** Everything up to the pixels: _reconstruct(ndarray, (0,), b'b'), and the state (1, shape, dtype('u1'), False, … . */
function arrayHead(size: LegacySize): Buffer {
  const { Memoize: memo, Mark, Reduce, Build, None, BinInt1, StackGlobal } = Opcode;
  const ops = (...bytes: readonly number[]): Buffer => Buffer.from(bytes);
  return Buffer.concat([
    text("numpy.core.multiarray"),
    text("_reconstruct"),
    ops(StackGlobal, memo),
    text("numpy"),
    text("ndarray"),
    ops(StackGlobal, memo),
    ops(BinInt1, 0, Opcode.Tuple1, memo),
    ops(Opcode.ShortBinBytes, 1, 0x62, memo),
    ops(Opcode.Tuple3, memo, Reduce, memo),
    ops(Mark, BinInt1, 1), // version of the state
    integer(size.heightPx),
    integer(size.widthPx),
    integer(LEGACY_CHANNELS),
    ops(Opcode.Tuple3, memo),
    ops(Opcode.BinGet, 3), // "numpy" again
    text("dtype"),
    ops(StackGlobal, memo),
    text("u1"),
    ops(Opcode.NewFalse, Opcode.NewTrue, Opcode.Tuple3, memo, Reduce, memo),
    ops(Mark, BinInt1, 3),
    text("|"),
    ops(None, None, None),
    integer(-1),
    integer(-1),
    ops(BinInt1, 0, Opcode.Tuple, memo, Build),
    ops(Opcode.NewFalse), // not in Fortran order
  ]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  return Buffer.concat([Buffer.of(Opcode.ShortBinUnicode, bytes.length), bytes, Buffer.of(Opcode.Memoize)]);
}

function integer(value: number): Buffer {
  if (value >= 0 && value < 0x100) {
    return Buffer.of(Opcode.BinInt1, value);
  }
  if (value >= 0 && value < 0x1_0000) {
    return Buffer.of(Opcode.BinInt2, value & 0xff, value >> 8);
  }
  return Buffer.concat([Buffer.of(Opcode.BinInt), u32(value >>> 0)]);
}

function frame(framedBytes: number): Buffer {
  return Buffer.concat([Buffer.of(Opcode.Frame), u32(framedBytes), u32(0)]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
