// Takes a large JPEG apart where our encoder joined it: at its one restart, into an upper and a lower half that are pictures of their own.
// Source: ITU-T T.81, annexes B.2.4.4 (restart interval) and F.2.1.3.1 (what a restart begins anew).

const sof0 = 0xc0;
const sos = 0xda;
const dri = 0xdd;
/** The first restart marker; the second. */
const restarts = [Buffer.from([0xff, 0xd0]), Buffer.from([0xff, 0xd1])] as const;
const end = Buffer.from([0xff, 0xd9]);

/** The two halves of a JPEG. */
export interface JpegHalves {
  readonly upper: Buffer;
  readonly lower: Buffer;
  readonly upperRows: number;
}

/**
 * Takes a JPEG apart.
 *
 * @param jpeg - one that was checked: baseline, one scan
 * @returns two JPEGs of the same tables; undefined when it has not exactly one restart, or not at the end of a row of units
 */
export function splitJpeg(jpeg: Buffer): JpegHalves | undefined {
  let heightAt = 0;
  let interval = 0;
  for (let at = 2; at + 4 <= jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg[at + 1];
    if (marker === sof0) heightAt = at + 5;
    if (marker === dri) interval = jpeg.readUInt16BE(at + 4);
    if (marker === sos)
      return heightAt === 0 ? undefined : splitScan(jpeg, { heightAt, interval, scanAt: at + 2 + jpeg.readUInt16BE(at + 2) });
  }
  return undefined;
}

interface JpegPlaces {
  readonly heightAt: number;
  /** Units between restarts; 0: there are none. */
  readonly interval: number;
  readonly scanAt: number;
}

function splitScan(jpeg: Buffer, { heightAt, interval, scanAt }: JpegPlaces): JpegHalves | undefined {
  const heightPx = jpeg.readUInt16BE(heightAt);
  const sampling = jpeg.readUInt8(heightAt + 6);
  // A picture of one component has units of 8 by 8, whatever sampling it names.
  const isGrey = jpeg.readUInt8(heightAt + 4) === 1;
  const [unitWidthPx, unitHeightPx] = isGrey ? [8, 8] : [8 * (sampling >> 4), 8 * (sampling & 0xf)];
  const upperRows = (interval / Math.ceil(jpeg.readUInt16BE(heightAt + 2) / unitWidthPx)) * unitHeightPx;
  if (interval === 0 || !Number.isInteger(upperRows) || upperRows >= heightPx) return undefined;
  const restartAt = jpeg.indexOf(restarts[0], scanAt);
  if (restartAt < 0 || jpeg.includes(restarts[1], restartAt)) return undefined;
  const half = (scan: Buffer, halfHeightPx: number, ...rest: Buffer[]): Buffer => {
    const whole = Buffer.concat([jpeg.subarray(0, scanAt), scan, ...rest]);
    whole.writeUInt16BE(halfHeightPx, heightAt);
    return whole;
  };
  return {
    upper: half(jpeg.subarray(scanAt, restartAt), upperRows, end),
    lower: half(jpeg.subarray(restartAt + 2), heightPx - upperRows),
    upperRows,
  };
}
