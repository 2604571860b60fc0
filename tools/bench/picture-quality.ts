// How much a coded picture differs from the one that was captured: PSNR and SSIM of the luma, pure.

/** Luma samples of a picture, one byte a pixel, rows without padding. */
export interface Luma {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly samples: Uint8Array;
}

/** Side of SSIM's windows, and how far one is from the next: uniform weights, as in FFmpeg's ssim filter and x264. */
const windowPx = 8;
const stepPx = 4;
/** SSIM's constants, (0.01 × 255)² and (0.03 × 255)². Source: Wang et al., Image Quality Assessment, IEEE TIP 13(4), 2004. */
const c1 = 6.5025;
const c2 = 58.5225;
/** What PSNR gives for two equal pictures, dB: infinity would spoil every mean. */
const equalDb = 100;

/** The luma of packed BGR as video codes it: BT.601, 16 to 235. */
export function lumaOf(bgr: Uint8Array, widthPx: number, heightPx: number): Luma {
  const samples = new Uint8Array(widthPx * heightPx);
  for (let pixel = 0, at = 0; pixel < samples.length; pixel++, at += 3) {
    samples[pixel] = Math.round(16 + 0.0979 * (bgr[at] ?? 0) + 0.5041 * (bgr[at + 1] ?? 0) + 0.2568 * (bgr[at + 2] ?? 0));
  }
  return { widthPx, heightPx, samples };
}

/** A picture without its top `rows` rows. */
export function withoutTop({ widthPx, heightPx, samples }: Luma, rows: number): Luma {
  return { widthPx, heightPx: heightPx - rows, samples: samples.subarray(rows * widthPx) };
}

/** PSNR-Y against a peak of 255, dB. @throws RangeError when they are not of one size */
export function psnrDb(a: Luma, b: Luma): number {
  checkSizes(a, b);
  let squares = 0;
  for (let at = 0; at < a.samples.length; at++) squares += ((a.samples[at] ?? 0) - (b.samples[at] ?? 0)) ** 2;
  return squares === 0 ? equalDb : Math.min(equalDb, 10 * Math.log10((255 * 255 * a.samples.length) / squares));
}

/**
 * SSIM-Y: the mean over windows of 8×8 samples with uniform weights, one every 4 samples each way.
 *
 * @returns 1 for equal pictures
 * @throws RangeError when they are not of one size, or smaller than a window
 */
export function ssim(a: Luma, b: Luma): number {
  checkSizes(a, b);
  let sum = 0;
  let windows = 0;
  for (let top = 0; top + windowPx <= a.heightPx; top += stepPx) {
    for (let left = 0; left + windowPx <= a.widthPx; left += stepPx) {
      sum += windowSsim(a, b, top * a.widthPx + left);
      windows++;
    }
  }
  if (windows === 0) throw new RangeError("a picture smaller than a window");
  return sum / windows;
}

function windowSsim(a: Luma, b: Luma, start: number): number {
  let sumA = 0;
  let sumB = 0;
  let squares = 0;
  let products = 0;
  for (let row = 0; row < windowPx; row++) {
    for (let at = start + row * a.widthPx, end = at + windowPx; at < end; at++) {
      const x = a.samples[at] ?? 0;
      const y = b.samples[at] ?? 0;
      sumA += x;
      sumB += y;
      squares += x * x + y * y;
      products += x * y;
    }
  }
  const count = windowPx * windowPx;
  const meanA = sumA / count;
  const meanB = sumB / count;
  // Sample variances, as in the paper.
  const variances = (squares - count * (meanA * meanA + meanB * meanB)) / (count - 1);
  const covariance = (products - count * meanA * meanB) / (count - 1);
  return ((2 * meanA * meanB + c1) * (2 * covariance + c2)) / ((meanA * meanA + meanB * meanB + c1) * (variances + c2));
}

function checkSizes(a: Luma, b: Luma): void {
  if (a.widthPx !== b.widthPx || a.heightPx !== b.heightPx) throw new RangeError("pictures of different sizes");
}
