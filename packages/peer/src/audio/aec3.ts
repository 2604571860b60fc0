// WebRTC's echo canceller, AEC3, compiled to WebAssembly: it finds the delay between loudspeaker and microphone by itself, up to half a second,
// follows clocks that drift apart, and suppresses what its linear filter leaves (docs/decisions/0018-echo-cancellation.md).

import webRtcAec3 from "@ennuicastr/webrtcaec3.js";
import type { Micros } from "@simple-video-chat/protocol";
import { type ChannelCount, channelsOf, joinChannels, splitChannels, withChannels } from "@simple-video-chat/protocol/sound";

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
  return new Aec3Canceller((recorded) => new Aec3(sampleRateHz, 1, recorded));
}

type Aec3 = Pick<webRtcAec3.AEC3, "analyze" | "process" | "free">;

class Aec3Canceller implements EchoCanceller {
  readonly kind = "aec3";
  readonly #create: (recorded: ChannelCount) => Aec3;
  #aec3: Aec3;
  #recorded: ChannelCount = 1;
  /** Played, and to be shown to AEC3 with the next recorded block: it counts the delay in blocks of both, and takes seconds to find it anew. */
  readonly #waiting: Float32Array[] = [];
  #usuallyWaiting = 1;
  #capturedUs: number | undefined;

  constructor(create: (recorded: ChannelCount) => Aec3) {
    this.#create = create;
    this.#aec3 = create(this.#recorded);
  }

  processPlayed(block: Float32Array): void {
    // Of two loudspeakers the mixture: AEC3 begins anew when it notices that they differ, and then cancels no more of it.
    this.#waiting.push(channelsOf(block) === 1 ? block.slice() : withChannels(block, 1));
    if (this.#waiting.length > maxWaiting) this.#waiting.shift();
  }

  processRecorded(block: Float32Array, captureUs?: Micros): Float32Array {
    // What was played while nothing was recorded is passed over, so that the delay is the same again.
    const isGap = captureUs !== undefined && captureUs - (this.#capturedUs ?? captureUs) > gapUs;
    if (isGap) this.#waiting.splice(0, this.#waiting.length - this.#usuallyWaiting);
    this.#capturedUs = captureUs;
    this.#usuallyWaiting = Math.max(this.#waiting.length, 1);
    this.#fit(channelsOf(block));
    for (const played of this.#waiting.splice(0)) this.#aec3.analyze([played]);
    const recorded = splitChannels(block, this.#recorded);
    const cleaned = recorded.map(({ length }) => new Float32Array(length));
    this.#aec3.process(cleaned, [...recorded]);
    return joinChannels(cleaned);
  }

  /** One that knew other channels has learnt nothing that another can use. */
  #fit(recorded: ChannelCount): void {
    if (recorded === this.#recorded) return;
    this.#aec3.free();
    this.#aec3 = this.#create(recorded);
    this.#recorded = recorded;
  }

  close(): void {
    this.#aec3.free();
  }
}
