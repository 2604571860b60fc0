// Tests of tools/bench/picture-quality.ts: against values computed by hand, and what must hold for any picture.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { type Luma, lumaOf, psnrDb, ssim, withoutTop } from "../../bench/picture-quality.ts";

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

function picture(widthPx: number, heightPx: number, sample: (x: number, y: number) => number): Luma {
  const samples = Uint8Array.from({ length: widthPx * heightPx }, (_, at) => sample(at % widthPx, Math.floor(at / widthPx)));
  return { widthPx, heightPx, samples };
}

const anyPicture = fc.uint8Array({ minLength: 192, maxLength: 192 }).map((samples): Luma => ({ widthPx: 16, heightPx: 12, samples }));

test("takes the luma of video out of BGR", () => {
  const bgr = [0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255].map((value) => value);
  // BT.601: black 16, white 235, blue 41, green 145 (144.6), red 81 (81.5).
  assert.equal([...lumaOf(Uint8Array.from(bgr), 5, 1).samples], [16, 235, 41, 145, 81]);
});

test("computes PSNR as by hand", () => {
  // Every sample is off by 10: 10 log10(255² / 10²) = 28.13 dB.
  near(
    psnrDb(
      picture(8, 8, () => 100),
      picture(8, 8, () => 110),
    ),
    28.1308,
    1e-4,
  );
  // One of 64 is off by 16: the mean square is 4, 10 log10(65025 / 4) = 42.11 dB.
  near(
    psnrDb(
      picture(8, 8, () => 50),
      picture(8, 8, (x, y) => (x === 3 && y === 5 ? 66 : 50)),
    ),
    42.1102,
    1e-4,
  );
});

test("computes SSIM of flat pictures as by hand: only the means differ", () => {
  // (2 × 100 × 110 + 6.5025) / (100² + 110² + 6.5025) = 22006.5025 / 22106.5025.
  near(
    ssim(
      picture(8, 8, () => 100),
      picture(8, 8, () => 110),
    ),
    0.9954764,
    1e-7,
  );
});

test("computes SSIM of a pattern and its negative as by hand: only the covariance differs", () => {
  // Half the samples 110, half 90: mean 100, sample variance 64 × 100 / 63 = 101.587; the negative's covariance is as much below 0.
  // (2 × −101.587 + 58.5225) / (2 × 101.587 + 58.5225) = −0.5527463.
  const chequered = (x: number, y: number): boolean => (x + y) % 2 === 0;
  const a = picture(8, 8, (x, y) => (chequered(x, y) ? 110 : 90));
  const b = picture(8, 8, (x, y) => (chequered(x, y) ? 90 : 110));
  near(ssim(a, b), -0.5527463, 1e-7);
});

test("takes the mean over windows 4 apart", () => {
  // 12 wide: windows at 0 and 4. Only the last column differs, so only the second window does.
  const a = picture(12, 8, () => 100);
  const b = picture(12, 8, (x) => (x === 11 ? 120 : 100));
  const second = ssim(
    picture(8, 8, () => 100),
    picture(8, 8, (x) => (x === 7 ? 120 : 100)),
  );
  near(ssim(a, b), (1 + second) / 2, 1e-12);
});

test("finds a picture equal to itself, and a difference the same both ways", () => {
  fc.assert(
    fc.property(anyPicture, anyPicture, (a, b) => {
      near(ssim(a, a), 1, 1e-9);
      assert.is(psnrDb(a, a), 100);
      near(ssim(a, b), ssim(b, a), 1e-9);
      near(psnrDb(a, b), psnrDb(b, a), 1e-9);
      assert.ok(ssim(a, b) <= 1 + 1e-9);
    }),
  );
});

test("leaves rows out at the top", () => {
  const cut = withoutTop(
    picture(4, 3, (_x, y) => y),
    1,
  );
  assert.equal([cut.widthPx, cut.heightPx, [...cut.samples]], [4, 2, [1, 1, 1, 1, 2, 2, 2, 2]]);
});

test("refuses pictures of different sizes, and smaller than a window", () => {
  const isRange = (error: unknown): boolean => error instanceof RangeError;
  const large = picture(8, 9, () => 1);
  assert.throws(
    () =>
      psnrDb(
        large,
        picture(9, 8, () => 1),
      ),
    isRange,
  );
  assert.throws(
    () =>
      ssim(
        large,
        picture(9, 8, () => 1),
      ),
    isRange,
  );
  assert.throws(
    () =>
      ssim(
        picture(7, 8, () => 1),
        picture(7, 8, () => 1),
      ),
    isRange,
  );
});

test.run();
