// A film read without OpenCV: the same pictures at the same times as with it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

import { loadOpenCv } from "../../src/native/opencv.ts";
import { captureNumbers, PlainVideoCapture } from "../../src/plain/plain-video-capture.ts";

const cv = await loadOpenCv();
const frames = 12;
const test = suite<{ folder: string; film: string }>("a film without OpenCV");
test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "svc-plain-"));
  context.film = join(context.folder, "film.avi");
  const writer = new cv.VideoWriter(context.film, cv.VideoWriter.fourcc("MJPG"), 25, new cv.Size(162, 90), true);
  for (let frame = 0; frame < frames; frame++) {
    const mat = new cv.Mat(90, 162, cv.CV_8UC3, [20 * frame, 200, 90]);
    mat.drawRectangle(new cv.Rect(10 * frame, 20, 30, 30), new cv.Vec3(10, 20, 250), cv.FILLED);
    writer.write(mat);
    mat.release();
  }
  writer.release();
});
test.after(({ folder }) => rmSync(folder, { recursive: true }));

test("tells size and rate", ({ film }) => {
  const capture = new PlainVideoCapture(film);
  assert.is(capture.get(captureNumbers.CAP_PROP_FRAME_WIDTH), 162);
  assert.is(capture.get(captureNumbers.CAP_PROP_FRAME_HEIGHT), 90);
  assert.is(capture.get(captureNumbers.CAP_PROP_FPS), 25);
  capture.release();
});

test("gives the pictures that OpenCV gives, when it gives them, and then an empty one", async ({ film }) => {
  const plain = new PlainVideoCapture(film);
  const real = new cv.VideoCapture(film);
  for (let frame = 0; frame < frames; frame++) {
    const [ours, theirs] = [await plain.readAsync(), await real.readAsync()];
    assert.equal([ours.rows, ours.cols], [theirs.rows, theirs.cols]);
    const [a, b] = [ours.getData(), theirs.getData()];
    let sum = 0;
    for (let at = 0; at < a.byteLength; at++) sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0));
    assert.ok(sum / a.byteLength < 2, `picture ${frame} differs by ${sum / a.byteLength} on average`);
    assert.ok(Math.abs(plain.get(captureNumbers.CAP_PROP_POS_MSEC) - frame * 40) <= 1, `picture ${frame}`);
    theirs.release();
  }
  assert.is((await plain.readAsync()).cols, 0);
  plain.release();
  real.release();
});

test("says that it does not open, as OpenCV does", ({ folder }) => {
  assert.throws(() => new PlainVideoCapture(join(folder, "none.avi")));
  assert.throws(() => new PlainVideoCapture(99));
});

test("can be released while it reads, and twice", async ({ film }) => {
  const capture = new PlainVideoCapture(film);
  const reading = capture.readAsync();
  capture.release();
  capture.release();
  await reading;
});

test.run();
