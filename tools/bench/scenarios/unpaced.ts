// How many pictures a second there can be: the camera gives more than anything takes.

import { setTimeout as sleep } from "node:timers/promises";

import type { VideoCodec } from "@simple-video-chat/protocol";

import { total, watchOthers } from "../cpu-use.ts";
import { warmUpS } from "../live-call.ts";
import { measureSide } from "../live-side.ts";
import { accountFigures, withOneWayCall } from "../one-way-call.ts";
import type { Figures, Scenario, ScenarioOptions } from "../scenario.ts";

/** Hz: the most that a track may have. */
const frameRate = 240;
/** Per codec: what does not hold the encoder back on loopback. */
const bitrates: Readonly<Record<"h264" | "jpeg", string>> = { h264: "16M", jpeg: "400M" };

/** `pnpm bench unpaced-h264` and `pnpm bench unpaced-jpeg`. */
export const unpaced: readonly Scenario[] = (["h264", "jpeg"] as const).map((codec) => ({
  name: `unpaced-${codec}`,
  description: `svc-sender to svc-receiver, 1280x720, ${codec}, at most ${bitrates[codec]}bit/s, from a moving scene of ${frameRate} fps`,
  figures: [
    { name: "fps", label: "pictures shown", unit: "fps", digits: 1 },
    { name: "bytesPerFrame", label: "bytes a frame", unit: "", digits: 0 },
    { name: "cpuMs", label: "CPU a frame shown, all processes, source included", unit: "ms", digits: 2 },
    ...accountFigures,
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ],
  measure: (options) => measure(codec, options),
}));

function measure(codec: Extract<VideoCodec, "h264" | "jpeg">, { seconds, window }: ScenarioOptions): Promise<Figures> {
  const rate = ["--max-fps", String(frameRate), "--video-codec", codec, "--video-bit-rate", bitrates[codec]];
  const sender = ["--source", "motion", "--camera-size", "1280x720", ...rate];
  return withOneWayCall({ sender, window }, async (call) => {
    await sleep(warmUpS * 1000);
    const others = watchOthers();
    const { shown, fps, bytesPerFrame, cpuMs } = await measureSide([call.receiver, call.sender], seconds);
    const otherCores = others();
    return { fps, bytesPerFrame, cpuMs: total(cpuMs) / shown, ...(await call.end()), otherCores };
  });
}
