import assert from "node:assert/strict";
import { FakeScheduler } from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";

import { SyntheticSource } from "../../src/capture/synthetic-source.ts";
import { loadOpenCv } from "../../src/native/opencv.ts";

const test = suite("synthetic sources");
const cv = await loadOpenCv();
const format = { widthPx: 16, heightPx: 16, frameRate: 25 };
const periodUs = 40_000;

/** A source whose pictures take `drawMs` to draw, on a clock that a test moves. Tells when each was begun and what for. */
function open(drawMs: number) {
  const clock = new FakeScheduler();
  const drawn: { readonly atUs: number; readonly forUs: number }[] = [];
  const draw = (forUs: number) => {
    drawn.push({ atUs: clock.nowUs(), forUs });
    clock.advance(drawMs);
    return new cv.Mat(16, 16, cv.CV_8UC3, [drawn.length, 0, 0]);
  };
  const source = new SyntheticSource("drawn", format, { draw, close: () => {} }, clock);
  /** The next picture, with the moment at which it came: time passes in steps of 1 ms. */
  const next = async () => {
    let came: { readonly number: number; readonly captureUs: number; readonly atUs: number } | undefined;
    const taking = source.next().then((frame) => {
      if (frame === undefined) throw new Error("the source has ended");
      came = { number: frame.mat.getData()[0] ?? 0, captureUs: frame.captureUs, atUs: clock.nowUs() };
      frame.mat.release();
    });
    for (let step = 0; step < 1000 && came === undefined; step++) {
      await new Promise(setImmediate);
      if (came === undefined) clock.advance(1);
    }
    await taking;
    assert.ok(came);
    return came;
  };
  return { clock, source, drawn, next };
}

test("draws each picture before it is due, and gives it when it is due, each once and in order", async () => {
  const { source, drawn, next } = open(8);
  const first = await next();
  for (let number = 2; number <= 6; number++) {
    const { captureUs, atUs, ...picture } = await next();
    const dueUs = (drawn[0]?.forUs ?? 0) + (number - 1) * periodUs;
    assert.deepEqual([picture.number, captureUs, atUs], [number, dueUs, dueUs]);
    assert.equal(drawn.at(-1)?.forUs, dueUs);
    const aheadUs = dueUs - (drawn.at(-1)?.atUs ?? 0);
    assert.ok(aheadUs >= 8_000 && aheadUs <= periodUs / 2, `drawn ${aheadUs} us ahead`);
  }
  assert.equal(first.number, 1);
  source.close();
});

test("counts the time for which a picture had to wait as its age", async () => {
  const { clock, source, drawn, next } = open(0);
  await next();
  const dueUs = (drawn[0]?.forUs ?? 0) + periodUs;
  // Nobody asks until the picture is overdue.
  clock.advance(periodUs / 1000 + 12);
  const { captureUs, atUs } = await next();
  assert.deepEqual([captureUs, atUs], [dueUs, dueUs + 12_000]);
  source.close();
});

test("leaves out pictures whose time has passed, and goes on at its pace", async () => {
  const { clock, source, drawn, next } = open(1);
  await next();
  clock.advance(500);
  const late = await next();
  assert.equal(late.number, 2);
  assert.equal(drawn[1]?.forUs, drawn[1]?.atUs);
  const { captureUs } = await next();
  assert.equal(captureUs, (drawn[1]?.forUs ?? 0) + periodUs);
  source.close();
});

test("gives nothing that was drawn when it was closed meanwhile, and lets it go", async () => {
  const { clock, source, drawn, next } = open(0);
  await next();
  const waiting = source.next();
  clock.advance(25);
  await new Promise(setImmediate);
  assert.equal(drawn.length, 2);
  source.close();
  clock.advance(100);
  assert.equal(await waiting, undefined);
});

test.run();
