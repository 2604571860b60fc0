// A program of its own: codes footage with our H.264 encoder as fast as it goes, into a file of nothing but packets.
// Usage: node code-footage.js '{"footage", "bitrateBps", "frames", "path"}'.

import { open, writeFile } from "node:fs/promises";

import type { OpenCv } from "../../../packages/sender/dist/native/opencv.js";
import { internals } from "../package-internals.ts";
import { type Footage, frameRate } from "./footage.ts";

/** What is to be coded, and where to. */
export interface CodeRequest {
  readonly footage: Footage;
  readonly bitrateBps: number;
  readonly frames: number;
  readonly path: string;
}

async function code({ footage, bitrateBps, frames, path }: CodeRequest): Promise<void> {
  const { openEncoder } = await internals<typeof import("../../../packages/sender/dist/encode/open-encoder.js")>(
    "sender",
    "encode/open-encoder.js",
  );
  const { loadOpenCv } = await internals<{ loadOpenCv: () => Promise<OpenCv> }>("sender", "native/opencv.js");
  const cv = await loadOpenCv();
  const { widthPx, heightPx } = footage;
  const encoder = await openEncoder("h264", { widthPx, heightPx, frameRate, bitrateBps });
  const file = await open(footage.path);
  const picture = Buffer.alloc(widthPx * heightPx * 3);
  const count = (await file.stat()).size / picture.byteLength;
  const packets: Uint8Array[] = [];
  for (let frame = 0; frame < frames; frame++) {
    await file.read(picture, 0, picture.byteLength, (frame % count) * picture.byteLength);
    const mat = new cv.Mat(picture, heightPx, widthPx, cv.CV_8UC3);
    const captureUs = Math.round(((frame + 1) * 1e6) / frameRate);
    const packet = await encoder.encode(mat, { captureUs, keyframe: frame === 0 });
    mat.release();
    if (packet !== undefined) packets.push(packet.data);
  }
  await writeFile(path, packets);
}

await code(JSON.parse(process.argv[2] ?? "{}") as CodeRequest);
process.exit(0);
