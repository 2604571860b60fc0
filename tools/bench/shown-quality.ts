// A program of its own: how good the pictures are that a receiver of this sender shows just now. It joins as a receiver does, keeps the
// packets, and when it has left decodes them with the receiver's own decoder and compares each picture, brought to the captured
// size, with the moving scene drawn once more for its capture time. The rows of the barcode are left out.
// Usage: node shown-quality.js '{"host", "port", "keyFile", "widthPx", "heightPx", "settleS", "seconds"}'; prints one line of JSON.

import { setTimeout as sleep } from "node:timers/promises";

import { barcodeHeightPx, type EncodedPacket, type Micros, nowUs, type TrackMessage } from "@simple-video-chat/protocol";

import type { Picture } from "../../packages/receiver/dist/decode/picture.js";
import type { MovingScene } from "../../packages/sender/dist/capture/moving-scene.js";
import type { OpenCv } from "../../packages/sender/dist/native/opencv.js";
import { internals } from "./package-internals.ts";
import { joinLightly } from "./light-client.ts";
import type { SenderAddress } from "./one-way-call.ts";
import { lumaOf, psnrDb, ssim, withoutTop } from "./picture-quality.ts";
import { mean } from "./statistics.ts";

/** Which sender's pictures, and when. */
export interface QualityRequest extends SenderAddress {
  /** Size of the moving scene that it captures. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Seconds after the first packet that are left out, and then those that are looked at. */
  readonly settleS: number;
  readonly seconds: number;
}

/** Means over the pictures that were looked at. */
export interface ShownQuality {
  readonly psnrYDb: number;
  readonly ssimY: number;
  /** Of the last picture. */
  readonly sentWidthPx: number;
}

/** Every so many pictures one is compared. */
const comparedEvery = 5;

interface Kept {
  readonly packet: EncodedPacket;
  readonly track: TrackMessage;
}

async function keepPackets(request: QualityRequest): Promise<{ readonly kept: readonly Kept[]; readonly fromUs: Micros }> {
  const kept: Kept[] = [];
  let begun: (() => void) | undefined;
  const first = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const keep = (packet: EncodedPacket, track: TrackMessage): void => {
    kept.push({ packet, track });
    begun?.();
  };
  const session = joinLightly({ ...request, name: "quality", onPacket: keep });
  await first;
  await sleep(request.settleS * 1000);
  const fromUs = nowUs();
  await sleep(request.seconds * 1000);
  await session.close();
  return { kept, fromUs };
}

async function compareAll(request: QualityRequest): Promise<ShownQuality> {
  const { kept, fromUs } = await keepPackets(request);
  const { openDecoder } = await internals<typeof import("../../packages/receiver/dist/decode/open-decoder.js")>(
    "receiver",
    "decode/open-decoder.js",
  );
  const { makeMovingScene } = await internals<typeof import("../../packages/sender/dist/capture/moving-scene.js")>(
    "sender",
    "capture/moving-scene.js",
  );
  const { loadOpenCv } = await internals<typeof import("../../packages/sender/dist/native/opencv.js")>("sender", "native/opencv.js");
  const compare = { cv: await loadOpenCv(), scene: await makeMovingScene(request) };
  const found: { readonly psnrYDb: number; readonly ssimY: number }[] = [];
  let format: TrackMessage | undefined;
  let decoded = 0;
  let decoder: Awaited<ReturnType<typeof openDecoder>> | undefined;
  for (const { packet, track } of kept) {
    if (track !== format) {
      decoder?.close();
      decoder = await openDecoder(track);
      format = track;
    }
    const isPicture = decoder?.decode(packet.data) ?? false;
    if (!isPicture || decoder === undefined || packet.captureUs < fromUs || decoded++ % comparedEvery !== 0) continue;
    found.push(comparePicture(compare, decoder.picture(), packet.captureUs));
  }
  return {
    psnrYDb: mean(found.map(({ psnrYDb }) => psnrYDb)),
    ssimY: mean(found.map(({ ssimY }) => ssimY)),
    sentWidthPx: format?.widthPx ?? Number.NaN,
  };
}

function comparePicture(
  { cv, scene }: { readonly cv: OpenCv; readonly scene: MovingScene },
  shown: Picture,
  captureUs: Micros,
): { readonly psnrYDb: number; readonly ssimY: number } {
  const captured = scene.draw(captureUs);
  const { cols: widthPx, rows: heightPx } = captured;
  const decoded = new cv.Mat(shown.bgr, shown.heightPx, shown.widthPx, cv.CV_8UC3);
  const sized = decoded.resize(heightPx, widthPx, 0, 0, cv.INTER_LINEAR);
  const barcodeRows = Math.ceil((barcodeHeightPx(shown.widthPx) * heightPx) / shown.heightPx) + 1;
  const [a, b] = [captured, sized].map((mat) => withoutTop(lumaOf(mat.getData(), widthPx, heightPx), barcodeRows));
  for (const mat of [captured, decoded, sized]) mat.release();
  if (a === undefined || b === undefined) throw new RangeError("no picture");
  return { psnrYDb: psnrDb(a, b), ssimY: ssim(a, b) };
}

const result = await compareAll(JSON.parse(process.argv[2] ?? "{}") as QualityRequest);
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
