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
  /**
   * Encodes one picture.
   *
   * @param mat BGR, 8 bits, of the size the encoder was opened for; not kept after the promise settled
   * @param options.captureUs rising from picture to picture; rate control takes the time between pictures from it
   * @param options.keyframe asks for a picture that can be decoded alone
   * @returns undefined when the encoder left the picture out
   * @throws EncoderError encode-failed
   */
  encode(mat: Mat, options: { readonly captureUs: number; readonly keyframe: boolean }): Promise<EncodedPicture | undefined>;
  /** Changes the target bitrate, bits a second, from the next picture on. */
  setBitrate(bitrateBps: number): void;
  /** Frees the native encoder. Not while an {@link encode} is under way. */
  close(): void;
}
