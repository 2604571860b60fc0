import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { type Barcode, barcodeBlocks, barcodeColumns, barcodeHeightPx, barcodeRows, readBarcode } from "../../src/media/barcode.ts";
import { micros } from "../../src/time/clock.ts";

const test = suite("barcode");

interface Picture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bgr: Uint8Array;
}

/** As the sender stamps it: each block is the pixels that a nearest-neighbour enlargement gives it, black 16 and white 235. */
function draw(barcode: Barcode, widthPx: number): Picture {
  const blocks = barcodeBlocks(barcode);
  const codePx = barcodeHeightPx(widthPx);
  const heightPx = codePx + 4;
  const bgr = new Uint8Array(widthPx * heightPx * 3).fill(90);
  for (let y = 0; y < codePx; y++) {
    const row = Math.floor((y * barcodeRows) / codePx);
    for (let x = 0; x < widthPx; x++) {
      const column = Math.floor((x * barcodeColumns) / widthPx);
      bgr.fill(blocks[row * barcodeColumns + column] === 1 ? 235 : 16, (y * widthPx + x) * 3, (y * widthPx + x) * 3 + 3);
    }
  }
  return { widthPx, heightPx, bgr };
}

const read = ({ bgr, widthPx, heightPx }: Picture): Barcode | undefined => readBarcode(bgr, widthPx, heightPx);

/** Linear interpolation between pixel centres. */
function scale(picture: Picture, widthPx: number): Picture {
  const heightPx = Math.round((picture.heightPx * widthPx) / picture.widthPx);
  const bgr = new Uint8Array(widthPx * heightPx * 3);
  const clamp = (value: number, max: number): number => Math.min(max, Math.max(0, value));
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const fx = clamp(((x + 0.5) * picture.widthPx) / widthPx - 0.5, picture.widthPx - 1);
      const fy = clamp(((y + 0.5) * picture.heightPx) / heightPx - 0.5, picture.heightPx - 1);
      const [x0, y0] = [Math.floor(fx), Math.floor(fy)];
      const [x1, y1] = [clamp(x0 + 1, picture.widthPx - 1), clamp(y0 + 1, picture.heightPx - 1)];
      const at = (px: number, py: number): number => picture.bgr[(py * picture.widthPx + px) * 3 + 1] ?? 0;
      const top = at(x0, y0) * (1 - fx + x0) + at(x1, y0) * (fx - x0);
      const bottom = at(x0, y1) * (1 - fx + x0) + at(x1, y1) * (fx - x0);
      bgr[(y * widthPx + x) * 3 + 1] = Math.round(top * (1 - fy + y0) + bottom * (fy - y0));
    }
  }
  return { widthPx, heightPx, bgr };
}

const barcodes: fc.Arbitrary<Barcode> = fc
  .tuple(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 0, max: 2 ** 48 - 1 }))
  .map(([frame, captureUs]) => ({ frame, captureUs: micros(captureUs) }));

test("reads what was written, at every width from 48 pixels on", () => {
  fc.assert(
    fc.property(barcodes, fc.oneof(fc.integer({ min: 48, max: 400 }), fc.integer({ min: 48, max: 4096 })), (barcode, widthPx) => {
      assert.deepEqual(read(draw(barcode, widthPx)), barcode);
    }),
    { numRuns: 300 },
  );
  const barcode = { frame: 12_345, captureUs: micros(987_654_321_012) };
  for (const widthPx of [48, 49, 95, 96, 97, 143, 144, 160, 320, 640, 1280, 1920, 3840, 4096]) {
    assert.deepEqual(read(draw(barcode, widthPx)), barcode, `${widthPx} wide`);
  }
});

test("reads through noise that a codec may leave", () => {
  fc.assert(
    fc.property(barcodes, fc.constantFrom(48, 96, 160, 321, 640), fc.integer(), (barcode, widthPx, seed) => {
      const picture = draw(barcode, widthPx);
      let state = seed | 1;
      for (let at = 0; at < picture.bgr.length; at++) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
        picture.bgr[at] = Math.min(255, Math.max(0, (picture.bgr[at] ?? 0) + ((state >>> 16) % 161) - 80));
      }
      assert.deepEqual(read(picture), barcode);
    }),
    { numRuns: 200 },
  );
});

test("reads after scaling up and down, while a block has two pixels", () => {
  const widths = fc.tuple(fc.integer({ min: 192, max: 700 }), fc.integer({ min: 144, max: 700 }));
  fc.assert(
    fc.property(barcodes, widths, (barcode, [fromPx, toPx]) => {
      assert.deepEqual(read(scale(draw(barcode, fromPx), toPx)), barcode);
    }),
    { numRuns: 60 },
  );
});

test("refuses a barcode of which any one to three blocks are wrong", () => {
  const wrong = fc.uniqueArray(fc.integer({ min: 0, max: barcodeColumns * barcodeRows - 1 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(barcodes, wrong, (barcode, blocks) => {
      const picture = draw(barcode, 96);
      for (const block of blocks) {
        const [left, top] = [(block % barcodeColumns) * 2, Math.floor(block / barcodeColumns) * 2];
        for (const at of [top * 96 + left, top * 96 + left + 1, (top + 1) * 96 + left, (top + 1) * 96 + left + 1]) {
          picture.bgr.fill(251 - (picture.bgr[at * 3 + 1] ?? 0), at * 3, at * 3 + 3);
        }
      }
      assert.equal(read(picture), undefined);
    }),
    { numRuns: 1_000 },
  );
});

test("reads next to nothing in pictures that have none", () => {
  let misreads = 0;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 48 * 4 * 3, maxLength: 48 * 4 * 3 }), (bgr) => {
      if (readBarcode(bgr, 48, 4) !== undefined) misreads++;
    }),
    { numRuns: 5_000 },
  );
  // One in 65,536 is expected.
  assert.ok(misreads <= 1, `${misreads} of 5,000`);
  for (const grey of [0, 16, 90, 126, 127, 235, 255]) assert.equal(readBarcode(new Uint8Array(96 * 8 * 3).fill(grey), 96, 8), undefined);
});

test("reads nothing in a picture without room for one", () => {
  const barcode = { frame: 1, captureUs: micros(1) };
  const { bgr } = draw(barcode, 480);
  assert.equal(readBarcode(bgr, 47, 400), undefined);
  assert.equal(readBarcode(bgr, 480, barcodeHeightPx(480) - 1), undefined);
  assert.deepEqual(readBarcode(bgr, 480, barcodeHeightPx(480)), barcode);
  assert.equal(readBarcode(new Uint8Array(0), 480, 480), undefined);
});

test.run();
