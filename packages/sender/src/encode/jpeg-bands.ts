// One JPEG of two: the upper and the lower half of a picture, encoded at the same time, become one baseline picture with a restart
// marker between them. Every decoder takes it for what it is; nothing of it is our own.
// Source: ITU-T T.81, annexes B.2.4.4 (restart interval) and F.1.2.3 (what is padded before a marker).

import { EncoderError } from "../errors.ts";

const sof0 = 0xc0;
const sos = 0xda;
/** FF D0, the first restart marker. */
const restart = Buffer.from([0xff, 0xd0]);
/** Length of the end-of-image marker. */
const endBytes = 2;
/** The interval is 16 bits wide. */
const mostUnits = 0xffff;
/** The units of 4:2:0, the largest that our encoder makes. */
const unitPx = 16;

/**
 * Rows of the upper half: whole units, and never fewer than the lower half's, so that one restart is all there is.
 *
 * @returns undefined where the picture is too small or too large to be cut
 */
export function upperRows({ widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number }): number | undefined {
  const units = Math.ceil(heightPx / 2 / unitPx);
  const rows = units * unitPx;
  // As many units as if they were 8 pixels wide and high, which is what other samplings make of them.
  return rows >= heightPx || Math.ceil(widthPx / 8) * 2 * units > mostUnits ? undefined : rows;
}

/**
 * Joins two baseline JPEGs with the same tables, of which the upper one has {@link upperRows} rows.
 *
 * @throws EncoderError encode-failed, when they are not that
 */
export function joinBands(upper: Buffer, lower: Buffer): Buffer {
  const head = headOf(upper);
  const lowerHead = headOf(lower);
  const { widthPx, unitWidthPx, unitHeightPx } = head;
  const units = Math.ceil(widthPx / unitWidthPx) * (head.heightPx / unitHeightPx);
  // All but the height, and what it stands for, must be the same: the lower half is decoded with the upper one's tables.
  const isSame = upper.compare(lower, 0, lowerHead.heightAt, 0, head.heightAt) === 0 && tail(upper, head).equals(tail(lower, lowerHead));
  if (!isSame || !Number.isInteger(units) || units > mostUnits || head.heightPx < lowerHead.heightPx) {
    throw new EncoderError("encode-failed", "The JPEG encoder made two halves that do not fit together.");
  }
  const result = Buffer.concat([
    upper.subarray(0, head.scanHeaderAt),
    Buffer.from([0xff, 0xdd, 0, 4, units >> 8, units & 0xff]),
    upper.subarray(head.scanHeaderAt, upper.length - endBytes),
    restart,
    lower.subarray(lowerHead.scanAt),
  ]);
  result.writeUInt16BE(head.heightPx + lowerHead.heightPx, head.heightAt);
  return result;
}

interface JpegHead {
  /** Where the height stands, 2 bytes. */
  readonly heightAt: number;
  readonly heightPx: number;
  readonly widthPx: number;
  readonly unitWidthPx: number;
  readonly unitHeightPx: number;
  readonly scanHeaderAt: number;
  /** Where the entropy-coded bytes begin. */
  readonly scanAt: number;
}

/** What stands between height and scan. */
function tail(jpeg: Buffer, { heightAt, scanAt }: JpegHead): Buffer {
  return jpeg.subarray(heightAt + 2, scanAt);
}

function headOf(jpeg: Buffer): JpegHead {
  let heightAt = 0;
  for (let at = 2; at + 4 <= jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg[at + 1];
    if (marker === sof0) heightAt = at + 5;
    if (marker !== sos || heightAt === 0) continue;
    const sampling = jpeg.readUInt8(heightAt + 6);
    return {
      heightAt,
      heightPx: jpeg.readUInt16BE(heightAt),
      widthPx: jpeg.readUInt16BE(heightAt + 2),
      unitWidthPx: 8 * (sampling >> 4),
      unitHeightPx: 8 * (sampling & 0xf),
      scanHeaderAt: at,
      scanAt: at + 2 + jpeg.readUInt16BE(at + 2),
    };
  }
  throw new EncoderError("encode-failed", "The JPEG encoder made a picture that is not baseline.");
}
