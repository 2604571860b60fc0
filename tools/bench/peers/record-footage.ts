// A program of its own (OpenCV's memory goes with it): records a source's pictures at its own pace into a file of raw BGR.
// Usage: node record-footage.js '{"source": …, "path"}'; prints one line of JSON, a Footage.

import { open } from "node:fs/promises";

import type { RawFrame, Source } from "../../../packages/sender/dist/capture/source.js";
import { internals } from "../package-internals.ts";
import { type Footage, type RecordRequest, recordedPictures, surveyedPictures, toAndFro } from "./footage.ts";

async function record({ source: spec, path }: RecordRequest): Promise<Footage> {
  const { openSource } = await internals<{ openSource: (spec: RecordRequest["source"]) => Promise<Source> }>(
    "sender",
    "capture/open-source.js",
  );
  const source = await openSource(spec);
  const { widthPx, heightPx } = source.format;
  await take(source, surveyedPictures, () => {});
  const before = process.cpuUsage();
  await take(source, surveyedPictures, () => {});
  const { user, system } = process.cpuUsage(before);
  const pictures: Buffer[] = [];
  await take(source, recordedPictures, (picture) => pictures.push(picture.getData()));
  source.close();
  const file = await open(path, "w");
  for (const index of toAndFro(pictures.length)) {
    const picture = pictures[index];
    if (picture !== undefined) await file.writeFile(picture);
  }
  await file.close();
  return { path, widthPx, heightPx, sourceMs: (user + system) / 1000 / surveyedPictures };
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
