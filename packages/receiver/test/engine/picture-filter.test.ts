// Filters of what comes in, on decoded pictures: what is shown, held and taken is what the filter made of them, and nothing before it is there.
import assert from "node:assert/strict";
import { type EncodedPacket, micros, type ReportMessage } from "@simple-video-chat/protocol";
import { suite } from "uvu";

import { PictureFilter } from "../../src/engine/picture-filter.ts";
import { Playback } from "../../src/engine/playback.ts";
import { countsIn, noPlayback } from "../../src/playback-counts.ts";
import { draw, openTestEncoder, trackOf } from "../decode/pictures.ts";

const test = suite("PictureFilter");

const [widthPx, heightPx] = [96, 64];
const meta = { frame: 7, captureUs: micros(70) };
const moduleOf = (body: string): string =>
  `data:text/javascript,${encodeURIComponent(`let cv, tell; export function open(context) { ({ cv, tell } = context); } export function onFrame(mat, meta) { ${body} }`)}`;

interface Loaded {
  readonly filter: PictureFilter;
  readonly told: object[];
  readonly troubles: string[];
}

async function load(body: string): Promise<Loaded> {
  const told: object[] = [];
  const troubles: string[] = [];
  const sink = { onTold: (value: object) => void told.push(value), onTrouble: (code: string) => void troubles.push(code) };
  return { filter: await PictureFilter.load(moduleOf(body), sink), told, troubles };
}

test("gives what is drawn, in the picture's own memory, and what is returned in its place", async () => {
  const drawn = await load("mat.drawRectangle(new cv.Point2(0, 0), new cv.Point2(8, 8), new cv.Vec3(1, 2, 3), -1); tell(meta);");
  const bgr = draw(widthPx, heightPx, 1);
  const picture = { widthPx, heightPx, bgr };
  assert.equal(drawn.filter.apply(picture, meta, 1e9), picture);
  assert.deepEqual([...bgr.subarray(0, 3)], [1, 2, 3]);
  assert.deepEqual(drawn.told, [meta]);
  const returned = await load("return mat.bitwiseNot();");
  const inverted = returned.filter.apply(picture, meta, 1e9);
  assert.deepEqual([...inverted.bgr.subarray(0, 3)], [254, 253, 252]);
  assert.equal(inverted.bgr.byteLength, bgr.byteLength);
});

test("gives grey for a picture that the filter fails on", async () => {
  const { filter, troubles } = await load('throw new Error("no");');
  const { bgr } = filter.apply({ widthPx, heightPx, bgr: draw(widthPx, heightPx, 1) }, meta, 1e9);
  assert.ok(bgr.every((value) => value === 64));
  assert.deepEqual(troubles, ["filter-failed"]);
});

test("nothing is shown, held or taken before the filter is there, and nothing but what it made afterwards", async () => {
  const encoder = await openTestEncoder("h264", widthPx, heightPx);
  const shown: Buffer[] = [];
  const held: Buffer[] = [];
  const taken: (Buffer | undefined)[] = [];
  const reports: ReportMessage[] = [];
  const display = {
    show: ({ bgr }: { bgr: Buffer }) => void shown.push(Buffer.from(bgr)),
    hold: ({ bgr }: { bgr: Buffer }) => void held.push(Buffer.from(bgr)),
  };
  const playback = new Playback({ track: 1, display }, { onReport: (report) => reports.push(report), onKeyframeWanted: () => {} });
  const take = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      playback.takePicture((picture) => {
        taken.push(picture === undefined ? undefined : Buffer.from(picture.bgr));
        resolve();
      });
    });
  };
  const push = (frame: number): void => {
    const { keyframe, data } = encoder.encode(draw(widthPx, heightPx, frame), frame === 1);
    const packet: EncodedPacket = { track: 1, frame, keyframe, captureUs: micros(frame), encodeStartUs: 0, encodedUs: 0, sentUs: 0, data };
    playback.push(packet);
  };
  playback.filter = "loading";
  playback.announce(trackOf("h264", widthPx, heightPx));
  push(1);
  push(2);
  await take();
  playback.isPaused = true;
  playback.isPaused = false;
  assert.deepEqual([shown.length, held.length, taken], [0, 0, [undefined]]);
  const { filter, told } = await load("tell({ frame: meta.frame }); return new cv.Mat(mat.rows, mat.cols, mat.type, [9, 9, 9]);");
  playback.filter = filter;
  assert.deepEqual(told, [{ frame: 2 }]);
  push(3);
  await playback.drain();
  await take();
  playback.isPaused = true;
  await take();
  for (const bgr of [...shown, ...held, ...taken.slice(1)]) assert.ok(bgr?.every((value) => value === 9));
  assert.deepEqual([shown.length, held.length, taken.length], [2, 1, 3]);
  assert.deepEqual(countsIn({ ...noPlayback, ...reports.at(-1) }), { ...noPlayback, shown: 2, superseded: 1 });
  await playback.close();
  encoder.close();
});

test("a module that is no filter is refused", async () => {
  const sink = { onTold: () => {}, onTrouble: () => {} };
  await assert.rejects(PictureFilter.load("data:text/javascript,export const x = 1", sink), { code: "filter-missing" });
});

test.run();
