// What the calls inside a pickled picture mean. Each is compared with the one form that numpy writes; nothing is looked up or run.
//
//   protocols 2–4   _reconstruct(ndarray, (0,), b"b")  then BUILD (1, (height, width, 3), dtype, False, pixels)
//   protocol 5      _frombuffer(pixels, dtype, (height, width, 3), "C")
//   dtype           dtype("u1", False, True)           then BUILD (3, "|", None, None, None, -1, -1, 0)
//   bytes in 2      _codecs.encode(text, "latin1")

import { LegacyError, malformedPickle } from "./legacy-error.ts";
import { LEGACY_CHANNELS, legacyPixelBytes } from "./legacy-limits.ts";
import type { LegacySize } from "./legacy-limits.ts";
import type { PickleInput } from "./pickle-input.ts";
import type { GlobalName, InputRange, LegacyFrame, PickleValue } from "./pickle-value.ts";

type Items = readonly PickleValue[];

/** numpy 1 and numpy 2 differ in the names of the modules only. */
const GLOBALS: ReadonlyMap<string, GlobalName> = new Map<string, GlobalName>([
  ["numpy.core.multiarray _reconstruct", "reconstruct"],
  ["numpy._core.multiarray _reconstruct", "reconstruct"],
  ["numpy.core.numeric _frombuffer", "frombuffer"],
  ["numpy._core.numeric _frombuffer", "frombuffer"],
  ["numpy ndarray", "ndarray"],
  ["numpy dtype", "dtype"],
  ["_codecs encode", "encode"],
]);

/** The value of a name in a module. @throws LegacyError `forbidden-global` for all but five */
export function findGlobal(moduleName: string, name: string): PickleValue {
  const found = GLOBALS.get(`${moduleName} ${name}`);
  if (found === undefined) {
    throw new LegacyError("forbidden-global", "the pickle names something that is no part of a picture");
  }
  return { kind: "global", name: found };
}

/** The value of calling `callee`. @throws LegacyError when it is not one of the calls at the top of this file */
export function reduceValue(input: PickleInput, callee: PickleValue, args: Items): PickleValue {
  if (callee.kind === "global") {
    switch (callee.name) {
      case "reconstruct":
        return reconstruct(input, args);
      case "dtype":
        return makeDtype(input, args);
      case "encode":
        return encodeText(input, args);
      case "frombuffer":
        return arrayFromBuffer(input, args);
      case "ndarray":
        break;
    }
  }
  throw malformedPickle("it calls something else than numpy does");
}

/** The value after giving `target` its state. @throws LegacyError when the pair is not one that numpy writes */
export function buildValue(input: PickleInput, target: PickleValue, state: Items): PickleValue {
  if (target.kind === "dtype") {
    const [version, byteOrder, ...rest] = state;
    const expected = [-1, -1, 0];
    const plain =
      isInteger(version, 3) &&
      isText(input, byteOrder, "|") &&
      rest.length === 6 &&
      rest.every((item, index) => (index < 3 ? item.kind === "none" : isInteger(item, expected[index - 3])));
    if (!plain) {
      throw new LegacyError("unsupported-dtype", "the pickled array is not one of plain bytes");
    }
    return target;
  }
  if (target.kind === "blank-array") {
    const [version, shape, dtype, fortran, pixels, ...rest] = state;
    if (!isInteger(version, 1) || dtype?.kind !== "dtype" || rest.length > 0) {
      throw malformedPickle("the state of the array is not as numpy writes it");
    }
    if (isFlag(fortran, true)) {
      throw columnOrder();
    }
    if (!isFlag(fortran, false)) {
      throw malformedPickle("the state of the array is not as numpy writes it");
    }
    return arrayOf(input, shape, pixels);
  }
  throw malformedPickle("it gives a state to something that has none");
}

function reconstruct(input: PickleInput, args: Items): PickleValue {
  const [type, shape, typeCode, ...rest] = args;
  const known =
    type?.kind === "global" &&
    type.name === "ndarray" &&
    shape?.kind === "tuple" &&
    shape.items.length === 1 &&
    isInteger(shape.items[0], 0) &&
    (typeCode?.kind === "bytes" || typeCode?.kind === "latin1") &&
    input.nameAt(typeCode) === "b" &&
    rest.length === 0;
  if (!known) {
    throw malformedPickle("_reconstruct has other arguments than numpy gives it");
  }
  return { kind: "blank-array" };
}

function makeDtype(input: PickleInput, args: Items): PickleValue {
  const [name, align, copy, ...rest] = args;
  if (name?.kind !== "text" || !isFlag(align, false) || !isFlag(copy, true) || rest.length > 0) {
    throw malformedPickle("dtype has other arguments than numpy gives it");
  }
  if (!isText(input, name, "u1")) {
    throw new LegacyError("unsupported-dtype", "the pickled array does not hold unsigned bytes");
  }
  return { kind: "dtype" };
}

function encodeText(input: PickleInput, args: Items): PickleValue {
  const [text, encoding, ...rest] = args;
  if (text?.kind !== "text" || !isText(input, encoding, "latin1") || rest.length > 0) {
    throw malformedPickle("encode has other arguments than pickle gives it");
  }
  return { kind: "latin1", start: text.start, end: text.end };
}

function arrayFromBuffer(input: PickleInput, args: Items): PickleValue {
  const [pixels, dtype, shape, order, ...rest] = args;
  if (dtype?.kind !== "dtype" || order?.kind !== "text") {
    throw malformedPickle("_frombuffer has other arguments than numpy gives it");
  }
  if (!isText(input, order, "C")) {
    throw columnOrder(); // "F", or numpy 2's "K" with the order of the axes after it
  }
  if (rest.length > 0) {
    throw malformedPickle("_frombuffer has other arguments than numpy gives it");
  }
  return arrayOf(input, shape, pixels);
}

function arrayOf(input: PickleInput, shape: PickleValue | undefined, pixels: PickleValue | undefined): PickleValue {
  const size = sizeOf(shape);
  const pixelBytes = legacyPixelBytes(size);
  let frame: LegacyFrame | undefined;
  if (pixels?.kind === "bytes" && pixels.end - pixels.start === pixelBytes) {
    frame = { type: "frame", ...size, pixels: input.viewOf(pixels) };
  } else if (pixels?.kind === "latin1") {
    frame = { type: "frame", ...size, pixels: decodeLatin1(input, pixels, pixelBytes) };
  }
  if (frame === undefined) {
    throw malformedPickle("its pixels do not fit its size");
  }
  return { kind: "array", frame };
}

function sizeOf(shape: PickleValue | undefined): LegacySize {
  if (shape?.kind !== "tuple") {
    throw malformedPickle("the shape of the array is not a tuple");
  }
  const [height, width, channels] = shape.items;
  if (shape.items.length !== 3 || height?.kind !== "integer" || width?.kind !== "integer" || !isInteger(channels, LEGACY_CHANNELS)) {
    throw new LegacyError("unsupported-shape", "the pickled array is not height × width × 3: only colour pictures can be shown");
  }
  return { widthPx: width.value, heightPx: height.value };
}

/** UTF-8 of U+0000 to U+00FF back to bytes. The result is never longer than the text. */
function decodeLatin1(input: PickleInput, text: InputRange, byteCount: number): Uint8Array {
  const source = input.viewOf(text);
  if (source.length < byteCount || source.length > byteCount * 2) {
    throw malformedPickle("its pixels do not fit its size");
  }
  const target = new Uint8Array(byteCount);
  let read = 0;
  let written = 0;
  while (read < source.length && written < byteCount) {
    const first = source[read] ?? 0;
    if (first < 0x80) {
      target[written] = first;
      read += 1;
    } else {
      const second = source[read + 1] ?? 0;
      if ((first & 0xfe) !== 0xc2 || (second & 0xc0) !== 0x80) {
        throw malformedPickle("its pixels are not bytes written as text");
      }
      target[written] = ((first & 0x03) << 6) | (second & 0x3f);
      read += 2;
    }
    written += 1;
  }
  if (read !== source.length || written !== byteCount) {
    throw malformedPickle("its pixels do not fit its size");
  }
  return target;
}

function isInteger(value: PickleValue | undefined, expected: number | undefined): boolean {
  return value?.kind === "integer" && value.value === expected;
}

/** Older numpy writes 0 and 1 where newer writes False and True. */
function isFlag(value: PickleValue | undefined, expected: boolean): boolean {
  return value?.kind === "boolean" ? value.value === expected : isInteger(value, expected ? 1 : 0);
}

function isText(input: PickleInput, value: PickleValue | undefined, expected: string): boolean {
  return value?.kind === "text" && input.nameAt(value) === expected;
}

function columnOrder(): LegacyError {
  return new LegacyError(
    "unsupported-order",
    "the pickled array stores its pixels column by column; the original programs never send that",
  );
}
