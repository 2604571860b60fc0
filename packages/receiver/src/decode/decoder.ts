// The contract of every decoder: packets in, at most one picture held. Decoding and conversion are two steps, so that a picture
// that a newer one replaces before it is shown is never converted.

import type { Picture } from "./picture.ts";

/** An open decoder. */
export interface VideoDecoder {
  /**
   * Decodes one packet; its picture replaces the one before.
   *
   * @param data one whole packet; kept only until it is decoded
   * @returns whether there is a picture now; a promise where parts are decoded at the same time: until it is settled only {@link picture} may
   *   be called, which gives the picture before
   * @throws DecodeError (or rejects) undecodable, or wrong-size when the picture is not as large as the track announced
   */
  decode(data: Uint8Array): boolean | Promise<boolean>;
  /** The last decoded picture, converted. Only after {@link decode} gave true. */
  picture(): Picture;
  /** Frees the native decoder. */
  close(): void;
}
