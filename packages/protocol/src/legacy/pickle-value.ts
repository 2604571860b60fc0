// What can lie on the stack while a pickled picture is read: plain data and ranges of the input, never an object of the pickle's choosing.

import type { LegacySize } from "./legacy-limits.ts";

/** A picture. `pixels`: rows from the top, each pixel blue, green, red, one byte each, no padding. */
export interface LegacyFrame extends LegacySize {
  readonly type: "frame";
  /** width × height × 3 bytes. For protocols 3 to 5 a view of the bytes that were read: valid as long as those are. */
  readonly pixels: Uint8Array;
}

/** The original sender pickled `None`: its camera gave no picture. */
export interface LegacyCameraFailure {
  readonly type: "camera-failed";
}

/** What one length-prefixed pickle of the original sender says. */
export type LegacyPayload = LegacyFrame | LegacyCameraFailure;

/** The only names that a pickle may use, by what they do. */
export type GlobalName = "reconstruct" | "frombuffer" | "ndarray" | "dtype" | "encode";

/** A stretch of the input, not copied. */
export interface InputRange {
  readonly start: number;
  readonly end: number;
}

/** A value of the stack. */
export type PickleValue =
  | { readonly kind: "mark" }
  | { readonly kind: "none" }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | ({ readonly kind: "text" } & InputRange)
  | ({ readonly kind: "bytes" } & InputRange)
  /** Bytes written as a string of the characters U+0000 to U+00FF: how protocol 2 stores bytes. */
  | ({ readonly kind: "latin1" } & InputRange)
  | { readonly kind: "tuple"; readonly items: readonly PickleValue[] }
  | { readonly kind: "global"; readonly name: GlobalName }
  /** The type of unsigned bytes, the only one there is here. */
  | { readonly kind: "dtype" }
  /** An array that has not been given its state yet. */
  | { readonly kind: "blank-array" }
  | { readonly kind: "array"; readonly frame: LegacyFrame };
