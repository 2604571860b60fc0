// The contract of every encoder: raw pictures in, packets' bytes out, one for one, without holding any back.

import type { VideoCodec } from "@simple-video-chat/protocol";

import type { Mat } from "../native/opencv.ts";

/** What an encoder is opened for. */
export interface EncoderFormat {
  /** Even. */
  readonly widthPx: number;
  /** Even. */
  readonly heightPx: number;
  /** Nominal, Hz. */
  readonly frameRate: number;
  /** Target and peak, bits a second. */
  readonly bitrateBps: number;
  /** Speed before quality: the machine does not keep up otherwise. Where an encoder has no such choice it means nothing. */
  readonly isHurried?: boolean;
  /** Where an encoder without a rate control of its own begins: {@link VideoEncoder.quality} of the one before it. */
  readonly quality?: number | undefined;
}

/** What can encode H.264 besides the processor. */
export type HardwareEncoder = "nvenc" | "qsv" | "vaapi" | "videotoolbox";

/** What is to encode: by name, or "auto", which is software (docs/decisions/0014-hardware-encoders.md). */
export type EncoderChoice = "auto" | "software" | HardwareEncoder;

/** How one picture is to be encoded. */
export interface EncodeOptions {
  /** Rising from picture to picture, µs; rate control takes the time between pictures from it. */
  readonly captureUs: number;
  /** Asks for a picture that can be decoded alone. */
  readonly keyframe: boolean;
}

/** One encoded picture. */
export interface EncodedPicture {
  readonly keyframe: boolean;
  /** Owned by the taker. */
  readonly data: Uint8Array;
}

/** An open encoder. One picture at a time: the next {@link encode} begins when the last has settled. */
export interface VideoEncoder {
  readonly codec: VideoCodec;
  /** The bitrate it was opened for, when it cannot take another: then a new one must be opened. */
  readonly fixedBitrateBps?: number | undefined;
  /** What its own rate control has arrived at, on the codec's scale, where it outlives the encoder: of JPEG. */
  readonly quality?: number | undefined;
  /**
   * Encodes one picture.
   *
   * @param mat BGR, 8 bits, of the size the encoder was opened for; not kept after the promise settled
   * @returns undefined when the encoder left the picture out
   * @throws EncoderError encode-failed
   */
  encode(mat: Mat, options: EncodeOptions): Promise<EncodedPicture | undefined>;
  /** Changes the target bitrate, bits a second, from the next picture on. */
  setBitrate(bitrateBps: number): void;
  /** Frees the native encoder. Not while an {@link encode} is under way. */
  close(): void;
}
