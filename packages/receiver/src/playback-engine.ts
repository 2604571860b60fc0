// What processes show pictures. Little is imported here: early-playback.ts starts one before the rest of the program is loaded.

import { type Confinement, type EngineStart, networkOfDisplay } from "@simple-video-chat/protocol/engine-start";

/** 4K pictures of every codec, a window and Node itself fit in: docs/decisions/0027-engine-confinement.md has the figures. */
export const playbackLimits: Pick<Confinement, "dataMiB" | "files"> = { dataMiB: 600, files: 128 };

/** Processor time that decoding and filtering one picture may take together, ms, in all threads: a filter is the user's own, and may only be told that it is slow. */
const filterCpuMs = 5_000;

/** The engine that decodes and has the window, if there is one. */
export function playbackEngine(hasWindow: boolean): EngineStart {
  return {
    entry: new URL("./engine/main.js", import.meta.url),
    confinement: { ...playbackLimits, network: hasWindow ? networkOfDisplay() : "none" },
  };
}

/** With a filter it is what that needs, too: models, and files that it reads. */
export function filteringEngine(hasWindow: boolean): EngineStart & { readonly packetCpuMs: number } {
  const { entry, confinement } = playbackEngine(hasWindow);
  return { entry, confinement: { ...confinement, dataMiB: 2_048, files: 256 }, packetCpuMs: filterCpuMs };
}

/** It says and hears the same, and shows the pictures in a browser, which has to reach it. It decodes nothing that it could hang over. */
export const browserEngine: EngineStart = {
  entry: new URL("./engine/browser-main.js", import.meta.url),
  confinement: { dataMiB: 512, files: 128, network: "shared" },
};
