// WebRTC's echo canceller, AEC3, compiled to WebAssembly: it finds the delay between loudspeaker and microphone by itself, up to half a second,
// follows clocks that drift apart, and suppresses what its linear filter leaves (docs/decisions/0018-echo-cancellation.md).

import webRtcAec3 from "@ennuicastr/webrtcaec3.js";

import type { EchoCanceller } from "./echo-canceller.ts";

const sampleRateHz = 48_000;

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
  const aec3 = new Aec3(sampleRateHz, 1, 1);
  return {
    kind: "aec3",
    processPlayed: (block) => aec3.analyze([block]),
    processRecorded: (block) => {
      const cleaned = new Float32Array(block.length);
      aec3.process([cleaned], [block]);
      return cleaned;
    },
    close: () => aec3.free(),
  };
}
