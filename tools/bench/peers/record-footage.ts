// A program of its own (OpenCV's memory goes with it): records a source's pictures at its own pace into a file of raw BGR, and into a
// video file of the same.
// Usage: node record-footage.js '{"source": …, "path"}'; prints one line of JSON, a Footage.

import { open } from "node:fs/promises";

import type { RawFrame, Source } from "../../../packages/sender/dist/capture/source.js";
import { internals } from "../package-internals.ts";
import { type Footage, frameRate, type RecordRequest, recordedPictures, surveyedPictures, toAndFro } from "./footage.ts";
import { writeRawAvi } from "./raw-avi.ts";

async function record({ source: spec, path, videoPath }: RecordRequest): Promise<Footage> {
  const { openSource } = await internals<{ openSource: (spec: RecordRequest["source"]) => Promise<Source> }>(
    "sender",
    "capture/open-source.js",
  );
  const source = await openSource(spec);
  const { widthPx, heightPx } = source.format;
  const recorded: Buffer[] = [];
  await take(source, recordedPictures, (picture) => recorded.push(picture.getData()));
  source.close();
  const pictures = toAndFro(recorded.length).flatMap((index) => recorded[index] ?? []);
  const raw = await open(path, "w");
  for (const picture of pictures) await raw.writeFile(picture);
  await raw.close();
  const video = await open(videoPath, "w");
  await writeRawAvi(video, { widthPx, heightPx, frames: pictures.length, frameRate }, pictures);
  await video.close();
  const sourceMs = await survey(await openSource({ kind: "file", path: videoPath, loop: true }));
  return { path, videoPath, widthPx, heightPx, sourceMs };
}

/** What a source takes for a picture, at its pace, ms of CPU. */
async function survey(source: Source): Promise<number> {
  await take(source, surveyedPictures, () => {});
  const before = process.cpuUsage();
  await take(source, surveyedPictures, () => {});
  const { user, system } = process.cpuUsage(before);
  source.close();
  return (user + system) / 1000 / surveyedPictures;
}

async function take(source: Source, count: number, use: (picture: RawFrame["mat"]) => void): Promise<void> {
  for (let taken = 0; taken < count; taken++) {
    const frame = await source.next();
    if (frame === undefined) return;
    use(frame.mat);
    frame.mat.release();
  }
}

const footage = await record(JSON.parse(process.argv[2] ?? "{}") as RecordRequest);
process.stdout.write(`${JSON.stringify(footage)}\n`);
process.exit(0);
