// WebRTC's echo canceller, AEC3, compiled to WebAssembly: it finds the delay between loudspeaker and microphone by itself, up to half a second,
// follows clocks that drift apart, and suppresses what its linear filter leaves (docs/decisions/0018-echo-cancellation.md).

import webRtcAec3 from "@ennuicastr/webrtcaec3.js";
import type { Micros } from "@simple-video-chat/protocol";

import type { EchoCanceller } from "./echo-canceller.ts";

const sampleRateHz = 48_000;
/** Played blocks that are kept while nothing is recorded: what a busy computer hands over at once is less. */
const maxWaiting = 100;
/** Blocks are 10 ms apart; when the microphone's clock jumps by more, some are missing. */
const gapUs = 25_000;

/** Loads it, in about 10 ms. */
export async function openAec3(): Promise<EchoCanceller> {
  const before = process.listeners("uncaughtException");
  const beforeRejections = process.listeners("unhandledRejection");
  const { AEC3: Aec3 } = await webRtcAec3();
  // Emscripten's start-up code listens for everybody's errors, only to throw them again.
  for (const listener of process.listeners("uncaughtException").filter((found) => !before.includes(found)))
    process.off("uncaughtException", listener);
  for (const listener of process.listeners("unhandledRejection").filter((found) => !beforeRejections.includes(found)))
    process.off("unhandledRejection", listener);
  return new Aec3Canceller(new Aec3(sampleRateHz, 1, 1));
}

class Aec3Canceller implements EchoCanceller {
  readonly kind = "aec3";
  readonly #aec3: Pick<webRtcAec3.AEC3, "analyze" | "process" | "free">;
  /** Played, and to be shown to AEC3 with the next recorded block: it counts the delay in blocks of both, and takes seconds to find it anew. */
  readonly #waiting: Float32Array[] = [];
  #usuallyWaiting = 1;
  #capturedUs: number | undefined;

  constructor(aec3: Pick<webRtcAec3.AEC3, "analyze" | "process" | "free">) {
    this.#aec3 = aec3;
  }

  processPlayed(block: Float32Array): void {
    this.#waiting.push(block.slice());
    if (this.#waiting.length > maxWaiting) this.#waiting.shift();
  }

  processRecorded(block: Float32Array, captureUs?: Micros): Float32Array {
    // What was played while nothing was recorded is passed over, so that the delay is the same again.
    const isGap = captureUs !== undefined && captureUs - (this.#capturedUs ?? captureUs) > gapUs;
    if (isGap) this.#waiting.splice(0, this.#waiting.length - this.#usuallyWaiting);
    this.#capturedUs = captureUs;
    this.#usuallyWaiting = Math.max(this.#waiting.length, 1);
    for (const played of this.#waiting.splice(0)) this.#aec3.analyze([played]);
    const cleaned = new Float32Array(block.length);
    this.#aec3.process([cleaned], [block]);
    return cleaned;
  }

  close(): void {
    this.#aec3.free();
  }
}
