// A decoded picture, as a display takes it.

/** A picture in memory: packed BGR, 8 bits, rows without padding. */
export interface Picture {
  readonly widthPx: number;
  readonly heightPx: number;
  /** widthPx × heightPx × 3 bytes. Belongs to the decoder, which writes over it at the second picture after this one. */
  readonly bgr: Buffer;
}
