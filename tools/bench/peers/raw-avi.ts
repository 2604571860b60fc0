// Raw pictures as a video file that our sender can read: AVI, its frames uncompressed. So ours reads the same pictures as the others do,
// for about as little as they.

import type { FileHandle } from "node:fs/promises";

/** What the header says. */
export interface RawAviFormat {
  /** A multiple of 4: AVI's rows are padded to four bytes. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frames: number;
  /** Hz; the file is played at it. */
  readonly frameRate: number;
}

const headerBytes = 224;
const chunkHeaderBytes = 8;
/** AVIF_ISINTERLEAVED. */
const interleaved = 0x100;

/** The bytes before the first frame. Source: Microsoft's AVI RIFF file reference; BITMAPINFOHEADER with a negative height: from the top. */
export function rawAviHeader({ widthPx, heightPx, frames, frameRate }: RawAviFormat): Buffer {
  if (widthPx % 4 !== 0) throw new RangeError(`a width of ${widthPx} pixels needs padded rows`);
  const frameBytes = widthPx * heightPx * 3;
  const moviBytes = 4 + frames * (frameBytes + chunkHeaderBytes);
  const header = Buffer.alloc(headerBytes);
  let at = 0;
  const words = (...values: readonly (number | string)[]): void => {
    for (const value of values) {
      if (typeof value === "string") header.write(value, at, "latin1");
      else if (value < 0) header.writeInt32LE(value, at);
      else header.writeUInt32LE(value, at);
      at += 4;
    }
  };
  words("RIFF", headerBytes - 8 + moviBytes - 4, "AVI ");
  words("LIST", 192, "hdrl");
  words(
    "avih",
    56,
    Math.round(1e6 / frameRate),
    frameBytes * frameRate,
    0,
    interleaved,
    frames,
    0,
    1,
    frameBytes,
    widthPx,
    heightPx,
    0,
    0,
    0,
    0,
  );
  words("LIST", 116, "strl");
  words("strh", 56, "vids", 0, 0, 0, 0, 1, frameRate, 0, frames, frameBytes, 0xffff_ffff, 0, 0, widthPx | (heightPx << 16));
  // One plane, 24 bits a pixel.
  words("strf", 40, 40, widthPx, -heightPx, 1 | (24 << 16), 0, frameBytes, 0, 0, 0, 0);
  words("LIST", moviBytes, "movi");
  return header;
}

/** Writes such a file of packed BGR pictures. */
export async function writeRawAvi(file: FileHandle, format: RawAviFormat, pictures: Iterable<Buffer>): Promise<void> {
  await file.writeFile(rawAviHeader(format));
  for (const picture of pictures) {
    const chunk = Buffer.from("00db\0\0\0\0", "latin1");
    chunk.writeUInt32LE(picture.byteLength, 4);
    await file.writeFile(chunk);
    await file.writeFile(picture);
  }
}
