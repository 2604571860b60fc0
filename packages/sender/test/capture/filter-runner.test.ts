// Filters on real pictures: what they draw and return is what is sent, and what they break is told and not sent.
import type { JsonObject } from "@simple-video-chat/protocol";
import { micros } from "@simple-video-chat/protocol";
import { FilterError, FilterRunner, type FilterSink } from "@simple-video-chat/protocol/engine";
import { test } from "uvu";
import * as assert from "uvu/assert";

import type { RawFrame } from "../../src/capture/source.ts";
import { type FrameFilter, loadOpenCv, type Mat, type OpenCv } from "../../src/native/opencv.ts";

const cv = await loadOpenCv();
const example = (name: string): string => new URL(`../../../../examples/${name}`, import.meta.url).href;

interface Told {
  readonly values: JsonObject[];
  readonly troubles: string[];
}

function sinkOf(told: Told): FilterSink {
  return { onTold: (value) => told.values.push(value), onTrouble: (code) => told.troubles.push(code) };
}

function run(
  onFrame: FrameFilter["onFrame"],
  times: readonly number[] = [],
): { readonly runner: FilterRunner<Mat, OpenCv>; readonly told: Told } {
  const told: Told = { values: [], troubles: [] };
  const clock = [...times];
  return { runner: new FilterRunner<Mat, OpenCv>({ onFrame }, cv, "sent", sinkOf(told), () => clock.shift() ?? 0), told };
}

/** Stripes: every second column is white. */
function stripes(): RawFrame {
  const bgr = Buffer.alloc(64 * 48 * 3);
  for (let at = 0; at < 64 * 48; at++) if (at % 2 === 0) bgr.fill(255, at * 3, at * 3 + 3);
  return { mat: new cv.Mat(bgr, 48, 64, cv.CV_8UC3), captureUs: micros(1) };
}

/** How much neighbours differ, at this place. */
function contrast(mat: Mat, x: number, y: number): number {
  const data = mat.getData();
  const value = (column: number): number => data[(y * mat.cols + column) * 3] ?? 0;
  return Math.abs(value(x) - value(x + 1));
}

test("sends what the filter draws, in the same picture, and what it returns in its place", () => {
  const drawn = run((mat) => {
    mat.drawRectangle(new cv.Point2(0, 0), new cv.Point2(8, 8), new cv.Vec3(1, 2, 3), -1);
  }).runner;
  const frame = stripes();
  const { mat } = drawn.apply(frame, 1, 1e6);
  assert.is(mat, frame.mat);
  assert.equal([...mat.getData().subarray(0, 3)], [1, 2, 3]);
  mat.release();
  const returned = run((picture) => picture.bitwiseNot()).runner.apply(stripes(), 1, 1e6);
  assert.equal([...returned.mat.getData().subarray(0, 6)], [0, 0, 0, 255, 255, 255]);
  returned.mat.release();
});

test("sends a grey picture in place of one that the filter fails on, and says so once", () => {
  const fail = (): never => {
    throw new Error("broken");
  };
  for (const onFrame of [fail, (mat: Mat) => mat.resize(10, 10), () => "nonsense" as unknown as Mat]) {
    const { runner, told } = run(onFrame);
    for (let frame = 1; frame <= 3; frame++) {
      const { mat } = runner.apply(stripes(), frame, 1e6);
      assert.equal([mat.cols, mat.rows, ...mat.getData().subarray(0, 6)], [64, 48, 64, 64, 64, 64, 64, 64]);
      mat.release();
    }
    assert.equal(told.troubles, ["filter-failed"]);
  }
});

test("says once that a filter is slow, when it is so all the time", () => {
  const times = Array.from({ length: 200 }, (_, at) => at * 50_000);
  const slow = run(() => {}, times);
  for (let frame = 1; frame <= 40; frame++) slow.runner.apply(stripes(), frame, 33_000).mat.release();
  assert.equal(slow.told.troubles, ["filter-slow"]);
  const fast = run(() => {}, times);
  for (let frame = 1; frame <= 40; frame++) fast.runner.apply(stripes(), frame, 66_000).mat.release();
  assert.equal(fast.told.troubles, []);
});

test("the example blurs the edges and leaves the middle sharp", async () => {
  const told: Told = { values: [], troubles: [] };
  const runner = await FilterRunner.load<Mat, OpenCv>(example("blur-edges.mjs"), cv, "sent", sinkOf(told));
  const { mat } = runner.apply(stripes(), 1, 1e6);
  assert.is(contrast(mat, 30, 24), 255);
  assert.ok(contrast(mat, 2, 24) < 20 && contrast(mat, 60, 24) < 20);
  mat.release();
  assert.equal(told.troubles, []);
});

test("the example tells when motion begins and when it has ceased, and changes nothing", async () => {
  const told: Told = { values: [], troubles: [] };
  const runner = await FilterRunner.load<Mat, OpenCv>(example("motion-filter.mjs"), cv, "sent", sinkOf(told));
  for (let frame = 1; frame <= 100; frame++) {
    const mat = new cv.Mat(360, 640, cv.CV_8UC3, [40, 40, 40]);
    const x = Math.min(frame, 40) * 10;
    mat.drawRectangle(new cv.Point2(x, 100), new cv.Point2(x + 100, 200), new cv.Vec3(255, 255, 255), -1);
    const frameOf = { mat, captureUs: micros(frame) };
    assert.is(runner.apply(frameOf, frame, 1e6).mat, mat);
    mat.release();
  }
  assert.equal(
    told.values.map(({ motion }) => motion),
    [true, false],
  );
});

test("the example writes the frame's number into the corner, and leaves the rest", async () => {
  const told: Told = { values: [], troubles: [] };
  const runner = await FilterRunner.load<Mat, OpenCv>(example("label.mjs"), cv, "sent", sinkOf(told));
  const corners = [1, 2].map((frame) => {
    const mat = new cv.Mat(360, 640, cv.CV_8UC3, [40, 40, 40]);
    const data = runner.apply({ mat, captureUs: micros(frame) }, frame, 1e6).mat.getData();
    assert.equal([...data.subarray(-3)], [40, 40, 40]);
    mat.release();
    return data.subarray(0, 640 * 3 * 30);
  });
  assert.ok(corners[0]?.includes(255) && !corners[0].equals(corners[1] ?? corners[0]));
  assert.equal(told.troubles, []);
});

test("refuses a module that is none, or has no onFrame", async () => {
  for (const url of ["file:///nowhere/filter.mjs", "data:text/javascript,export const x = 1"]) {
    try {
      await FilterRunner.load<Mat, OpenCv>(url, cv, "sent", sinkOf({ values: [], troubles: [] }));
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof FilterError && error.code === "filter-missing");
    }
  }
});

test.run();
