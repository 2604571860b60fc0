// Golden pictures: what was drawn once, was looked at, and must be drawn again. SVC_GOLDEN=write makes them anew; look at them then.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as assert from "uvu/assert";

import { loadOpenCv } from "../../src/native/opencv.ts";

/** Pixels: packed BGR, 8 bits. */
export interface Pixels {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bgr: Buffer;
}

/** Compares with golden/NAME.png: no byte may differ. */
export async function assertGolden({ bgr, widthPx, heightPx }: Pixels, name: string): Promise<void> {
  const cv = await loadOpenCv();
  const file = new URL(`golden/${name}.png`, import.meta.url);
  const drawn = new cv.Mat(heightPx, widthPx, cv.CV_8UC3, bgr);
  if (process.env["SVC_GOLDEN"] === "write") writeFileSync(file, cv.imencode(".png", drawn));
  drawn.release();
  assert.ok(existsSync(file), `there is no golden picture ${name}: make it with SVC_GOLDEN=write, and look at it`);
  const golden = cv.imdecode(readFileSync(file));
  const expected = golden.getData();
  assert.equal([golden.cols, golden.rows], [widthPx, heightPx], name);
  golden.release();
  let different = 0;
  for (let at = 0; at < expected.byteLength; at++) if (expected[at] !== bgr[at]) different++;
  assert.is(different, 0, `${name}: ${different} of ${expected.byteLength} bytes differ`);
}

/** Grey stripes from dark to light, so that words are seen on both. */
export function ground(widthPx: number, heightPx: number): Pixels {
  const bgr = Buffer.alloc(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) bgr.fill(32 * Math.floor((8 * x) / widthPx), (y * widthPx + x) * 3, (y * widthPx + x + 1) * 3);
  }
  return { widthPx, heightPx, bgr };
}
