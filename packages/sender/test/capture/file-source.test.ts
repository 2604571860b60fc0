import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nowUs } from "@simple-video-chat/protocol";
import { suite } from "uvu";

import type { Source } from "../../src/capture/source.ts";
import { openFile } from "../../src/capture/video-capture-source.ts";
import { type SourceErrorCode, SourceError } from "../../src/errors.ts";
import { loadOpenCv } from "../../src/native/opencv.ts";

const test = suite("file source");
const cv = await loadOpenCv();
const folder = mkdtempSync(join(tmpdir(), "svc-file-"));
const film = join(folder, "film.avi");
const frames = 12;
const frameRate = 25;

test.before(() => {
  const writer = new cv.VideoWriter(film, cv.VideoWriter.fourcc("MJPG"), frameRate, new cv.Size(160, 120));
  for (let frame = 0; frame < frames; frame++) {
    const mat = new cv.Mat(120, 160, cv.CV_8UC3, [20 * frame, 128, 255 - 20 * frame]);
    writer.write(mat);
    mat.release();
  }
  writer.release();
});
test.after(() => {
  rmSync(folder, { recursive: true });
});

function failsWith(code: SourceErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof SourceError && error.code === code;
}

/** Everything up to the end, or so many pictures: the capture time and the blue of each. */
async function readAll(source: Source, most: number = 1_000): Promise<{ readonly captureUs: number; readonly blue: number }[]> {
  const seen: { captureUs: number; blue: number }[] = [];
  for (let picture = await source.next(); picture !== undefined; picture = seen.length < most ? await source.next() : undefined) {
    seen.push({ captureUs: picture.captureUs, blue: picture.mat.getData()[0] ?? -1 });
    picture.mat.release();
  }
  return seen;
}

test("gives every picture once, in order, at the file's own pace, and then the end", async () => {
  const source = await openFile({ kind: "file", path: film, loop: false });
  assert.equal(source.name, "film.avi");
  assert.deepEqual(source.format, { widthPx: 160, heightPx: 120, frameRate });
  const startUs = nowUs();
  const seen = await readAll(source);
  assert.equal(seen.length, frames);
  seen.forEach(({ blue }, index) => assert.ok(Math.abs(blue - 20 * index) < 8, `picture ${index}: blue ${blue}`));
  seen.forEach(({ captureUs }, index) => assert.ok(captureUs > (seen[index - 1]?.captureUs ?? startUs - 1), "times must rise"));
  const tookUs = (seen.at(-1)?.captureUs ?? 0) - (seen[0]?.captureUs ?? 0);
  const nominalUs = ((frames - 1) * 1e6) / frameRate;
  assert.ok(tookUs > nominalUs - 20_000 && tookUs < nominalUs + 300_000, `${tookUs} us`);
  assert.equal(await source.next(), undefined);
  source.close();
});

test("begins again at the end when it is asked to", async () => {
  const source = await openFile({ kind: "file", path: film, loop: true });
  const seen = await readAll(source, 2 * frames + 3);
  assert.equal(seen.length, 2 * frames + 3);
  assert.ok(Math.abs((seen[frames]?.blue ?? -1) - (seen[0]?.blue ?? -1)) < 8);
  source.close();
  assert.equal(await source.next(), undefined);
});

test("ends for whoever waits when it is closed", async () => {
  const source = await openFile({ kind: "file", path: film, loop: true });
  (await source.next())?.mat.release();
  const next = source.next();
  await new Promise((resolve) => setTimeout(resolve, 10));
  const sinceMs = performance.now();
  source.close();
  source.close();
  assert.equal(await next, undefined);
  assert.ok(performance.now() - sinceMs < 500);
});

test("says that there is no such file", async () => {
  await assert.rejects(openFile({ kind: "file", path: join(folder, "none.avi"), loop: false }), failsWith("file-missing"));
});

test("says what is not a video", async () => {
  const notVideos: readonly (readonly [string, Buffer])[] = [
    ["empty.mp4", Buffer.alloc(0)],
    ["text.avi", Buffer.from("This is not a video.\n".repeat(100))],
    ["zeros.mkv", Buffer.alloc(10_000)],
    ["header.avi", readFileSync(film).subarray(0, 200)],
  ];
  for (const [name, bytes] of notVideos) {
    writeFileSync(join(folder, name), bytes);
    await assert.rejects(openFile({ kind: "file", path: join(folder, name), loop: false }), failsWith("not-a-video"), name);
  }
  await assert.rejects(openFile({ kind: "file", path: folder, loop: false }), failsWith("not-a-video"), "a folder");
});

test("ends at once with a file that has no picture, in a loop too", async () => {
  const path = join(folder, "no-frames.avi");
  const bytes = Buffer.from(readFileSync(film));
  // All chunks of pictures under a name that no reader knows.
  for (let at = bytes.indexOf("00dc"); at >= 0; at = bytes.indexOf("00dc", at + 4)) bytes.write("JUNK", at, "latin1");
  writeFileSync(path, bytes);
  for (const loop of [false, true]) {
    let source: Source;
    try {
      source = await openFile({ kind: "file", path, loop });
    } catch (error) {
      assert.ok(failsWith("not-a-video")(error));
      continue;
    }
    assert.deepEqual(await readAll(source), []);
    source.close();
  }
});

test("gives what is whole of a file with a corrupt or missing tail, and ends", async () => {
  const whole = readFileSync(film);
  // In the middle of the eighth picture.
  let eighth = 0;
  for (let picture = 0; picture < 8; picture++) eighth = whole.indexOf("00dc", eighth + 4);
  const cut = whole.subarray(0, eighth + 200);
  const spoiled = Buffer.concat([cut, Buffer.alloc(whole.length - cut.length, 0xa5)]);
  for (const [name, bytes] of [
    ["cut.avi", cut],
    ["spoiled.avi", spoiled],
  ] as const) {
    writeFileSync(join(folder, name), bytes);
    const source = await openFile({ kind: "file", path: join(folder, name), loop: false });
    const seen = await readAll(source);
    assert.ok(seen.length >= 7 && seen.length <= frames, `${name}: ${seen.length} pictures`);
    source.close();
  }
});

test.run();
