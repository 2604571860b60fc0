// How many bytes a picture takes at which quality: footage coded into a file, the file decoded by ffmpeg, the pictures compared.

import { execFile, spawn } from "node:child_process";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { lumaOf, psnrDb } from "../picture-quality.ts";
import { BenchError } from "../scenario.ts";
import { mean } from "../statistics.ts";
import type { CodeRequest } from "./code-footage.ts";
import { type Footage, frameRate, temporaryFolder } from "./footage.ts";

/** What a coding came to. */
export interface Coding {
  /** Mean of the pictures, the first one's keyframe included. */
  readonly bytesPerFrame: number;
  readonly psnrYDb: number;
}

/** Ten seconds. */
const frames = 300;
/** Every so many pictures one is compared. */
const comparedEvery = 10;

/** Codes with our encoder at a bitrate. */
export async function codeOurs(footage: Footage, bitrateBps: number): Promise<Coding> {
  const path = join(temporaryFolder(), `ours-${bitrateBps}.h264`);
  const request: CodeRequest = { footage, bitrateBps, frames, path };
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL("code-footage.js", import.meta.url)), JSON.stringify(request)]);
  return compare(footage, path);
}

/** Codes with ffmpeg's x264 at a constant quality, as its best recipe for delay does it. */
export async function codeFfmpeg(footage: Footage, preset: "superfast" | "ultrafast", crf: number): Promise<Coding> {
  const path = join(temporaryFolder(), `${preset}-${crf}.h264`);
  const input = ["-stream_loop", "-1", ...rawVideo(footage), "-i", footage.path, "-frames:v", String(frames)];
  const encoder = ["-c:v", "libx264", "-preset", preset, "-tune", "zerolatency", "-crf", String(crf), "-g", "60", "-pix_fmt", "yuv420p"];
  await promisify(execFile)("ffmpeg", ["-nostdin", "-loglevel", "error", "-y", ...input, ...encoder, "-f", "h264", path]);
  return compare(footage, path);
}

function rawVideo({ widthPx, heightPx }: Footage): readonly string[] {
  return ["-f", "rawvideo", "-pix_fmt", "bgr24", "-video_size", `${widthPx}x${heightPx}`, "-framerate", String(frameRate)];
}

async function compare(footage: Footage, path: string): Promise<Coding> {
  const { widthPx, heightPx } = footage;
  const file = await open(footage.path);
  const original = Buffer.alloc(widthPx * heightPx * 3);
  const count = (await file.stat()).size / original.byteLength;
  const found: number[] = [];
  try {
    for await (const decoded of decode(path, original.byteLength)) {
      await file.read(original, 0, original.byteLength, ((found.length * comparedEvery) % count) * original.byteLength);
      found.push(psnrDb(lumaOf(original, widthPx, heightPx), lumaOf(decoded, widthPx, heightPx)));
    }
  } finally {
    await file.close();
  }
  if (found.length !== frames / comparedEvery) throw new BenchError("program-ended", `ffmpeg decoded ${found.length} pictures of ${path}.`);
  return { bytesPerFrame: (await stat(path)).size / frames, psnrYDb: mean(found) };
}

/** Every tenth picture of a file, packed BGR. */
async function* decode(path: string, pictureBytes: number): AsyncGenerator<Buffer> {
  const filter = ["-vf", `select=not(mod(n\\,${comparedEvery}))`, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "bgr24", "-"];
  const child = spawn("ffmpeg", ["-nostdin", "-loglevel", "error", "-i", path, ...filter], { stdio: ["ignore", "pipe", "ignore"] });
  let picture = Buffer.alloc(pictureBytes);
  let filled = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.byteLength;) {
      const copied = chunk.copy(picture, filled, at);
      filled += copied;
      at += copied;
      if (filled < pictureBytes) continue;
      yield picture;
      picture = Buffer.alloc(pictureBytes);
      filled = 0;
    }
  }
}

/**
 * Bytes a picture at this quality, between the codings on either side of it: bytes grow exponentially with decibels.
 *
 * @returns undefined when all codings are better, or all are worse
 */
export function bytesAt(codings: readonly Coding[], psnrYDb: number): number | undefined {
  const rising = [...codings].sort((a, b) => a.psnrYDb - b.psnrYDb);
  const above = rising.findIndex((coding) => coding.psnrYDb >= psnrYDb);
  const [worse, better] = [rising[above - 1], rising[above]];
  if (better?.psnrYDb === psnrYDb) return better.bytesPerFrame;
  if (worse === undefined || better === undefined) return undefined;
  const share = (psnrYDb - worse.psnrYDb) / (better.psnrYDb - worse.psnrYDb);
  return worse.bytesPerFrame * (better.bytesPerFrame / worse.bytesPerFrame) ** share;
}
