// A program of its own: what the codec alone costs, as the floor for a whole call. The same encoder and decoder as in the call, with
// the same pictures, in one process in a tight loop: no pacing, no pipes, no network, no display.
// Usage: node codec-floor.js '{"source": …, "widthPx", "heightPx", "frameRate", "bitrateBps", "frames"}'; prints one line of JSON.

import type { VideoDecoder } from "../../packages/receiver/dist/decode/decoder.js";
import type { Source } from "../../packages/sender/dist/capture/source.js";
import type { SourceSpec } from "../../packages/sender/dist/capture/source-spec.js";
import type { VideoEncoder } from "../../packages/sender/dist/encode/encoder.js";
import { internals } from "./package-internals.ts";

/** What is to be measured. */
export interface FloorRequest {
  readonly source: SourceSpec;
  readonly frameRate: number;
  readonly bitrateBps: number;
  /** Pictures measured. */
  readonly frames: number;
}

/** CPU of the parts, ms a frame, all threads. */
export interface FloorResult {
  /** BGR → YUV and H.264 out of it. */
  readonly encodeMs: number;
  /** And back to BGR. */
  readonly decodeMs: number;
  /** Waiting for, drawing or reading a picture at the source's own pace. Not part of the floor. */
  readonly sourceMs: number;
  readonly bytesPerFrame: number;
}

/** Pictures kept, to be played to and fro: two seconds, more than the caches hold. */
const keptPictures = 60;
/** Pictures taken before the source is measured. */
const warmUpPictures = 30;
/** Pictures coded before measuring: code is compiled, the encoder's rate control has settled. */
const warmUpFrames = 90;

type Picture = Parameters<VideoEncoder["encode"]>[0];

async function measure(request: FloorRequest): Promise<FloorResult> {
  const { openSource } = await internals<{ openSource: (spec: SourceSpec) => Promise<Source> }>("sender", "capture/open-source.js");
  const { openEncoder } = await internals<typeof import("../../packages/sender/dist/encode/open-encoder.js")>(
    "sender",
    "encode/open-encoder.js",
  );
  const { openDecoder } = await internals<typeof import("../../packages/receiver/dist/decode/open-decoder.js")>(
    "receiver",
    "decode/open-decoder.js",
  );
  const source = await openSource(request.source);
  const { widthPx, heightPx } = source.format;
  const { pictures, sourceMs } = await record(source);
  const { frameRate, bitrateBps } = request;
  const encoder = await openEncoder("h264", { widthPx, heightPx, frameRate, bitrateBps });
  const decoder = await openDecoder({ type: "track", track: 1, codec: "h264", barcode: false, widthPx, heightPx, frameRate });
  const spent = await loop({ encoder, decoder, pictures, periodUs: 1_000_000 / frameRate }, request.frames);
  encoder.close();
  decoder.close();
  return { ...spent, sourceMs };
}

/** Takes pictures at the source's own pace, which is how it runs in a call: measures what that costs, then keeps some. */
async function record(source: Source): Promise<{ pictures: Picture[]; sourceMs: number }> {
  await take(source, warmUpPictures, (picture) => picture.release());
  const before = process.cpuUsage();
  // Released at once, as in a call: a picture in fresh memory costs more.
  const taken = await take(source, keptPictures, (picture) => picture.release());
  const sourceMs = cpuMsSince(before) / taken;
  const pictures: Picture[] = [];
  await take(source, keptPictures, (picture) => pictures.push(picture));
  source.close();
  return { pictures, sourceMs };
}

async function take(source: Source, count: number, use: (picture: Picture) => void): Promise<number> {
  for (let taken = 0; taken < count; taken++) {
    const frame = await source.next();
    if (frame === undefined) return taken;
    use(frame.mat);
  }
  return count;
}

interface Chain {
  readonly encoder: VideoEncoder;
  readonly decoder: VideoDecoder;
  readonly pictures: readonly Picture[];
  readonly periodUs: number;
}

async function loop({ encoder, decoder, pictures, periodUs }: Chain, frames: number): Promise<Omit<FloorResult, "sourceMs">> {
  let encodeMs = 0;
  let decodeMs = 0;
  let bytes = 0;
  for (let index = -warmUpFrames; index < frames; index++) {
    // To and fro: no jump in the scene, which would cost bits that the call does not spend.
    const turn = (index + warmUpFrames) % (2 * pictures.length - 2);
    const picture = pictures[turn < pictures.length ? turn : 2 * pictures.length - 2 - turn];
    if (picture === undefined) throw new RangeError("the source gave no pictures");
    const start = process.cpuUsage();
    const packet = await encoder.encode(picture, {
      captureUs: Math.round((index + warmUpFrames + 1) * periodUs),
      keyframe: index === -warmUpFrames,
    });
    const encoded = process.cpuUsage();
    if (packet !== undefined && decoder.decode(packet.data)) decoder.picture();
    if (index < 0) continue;
    decodeMs += cpuMsSince(encoded);
    encodeMs += (encoded.user + encoded.system - start.user - start.system) / 1000;
    bytes += packet?.data.byteLength ?? 0;
  }
  return { encodeMs: encodeMs / frames, decodeMs: decodeMs / frames, bytesPerFrame: bytes / frames };
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const result = await measure(JSON.parse(process.argv[2] ?? "{}") as FloorRequest);
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
