// The contract of every source: it gives raw frames when asked, stamped with their capture time.

import type { Micros } from "@simple-video-chat/protocol";

import type { Mat } from "../native/opencv.ts";

/** What a source gives. */
export interface SourceFormat {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Nominal, Hz. */
  readonly frameRate: number;
}

/** One raw picture: BGR, 8 bits, 3 channels. The taker owns `mat` and releases it. */
export interface RawFrame {
  readonly mat: Mat;
  /** When the picture was taken, on {@link nowUs}'s clock. */
  readonly captureUs: Micros;
}

/** An open source. */
export interface Source {
  readonly format: SourceFormat;
  /** For people: the camera's name, the file's name. */
  readonly name: string;
  /** One that has given no picture for so long is stuck, ms. Undefined: it may take its time. */
  readonly stuckAfterMs?: number;
  /**
   * The next picture, at the source's own pace: it waits until there is one, and never gives the same one twice.
   * Resolves to undefined at the end of a file, and after {@link close}.
   *
   * @throws SourceError when the device stops giving pictures
   */
  next(): Promise<RawFrame | undefined>;
  /** Releases the device, at the latest when a driver that is stuck lets go of it. A {@link next} that is waiting resolves to undefined within a second. */
  close(): void;
}
