// A camera that is stuck, pulled out, and back. There is none here: a FIFO stands in for its device.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { nowUs } from "@simple-video-chat/protocol";

import { FifoCamera, fifoEnvironment } from "../../e2e/fifo-camera.ts";
import { withPrograms } from "../../e2e/program.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import { repositoryRoot } from "../../run/repository.ts";
import type { FaultFigures, FaultRow } from "../fault-row.ts";
import { settled, toldMs, WatchedCall } from "../watched-call.ts";

const slack = 8_000;
const probe = pathToFileURL(join(repositoryRoot, "tools/faults/loop-delay.mjs")).href;

/** The row. */
export const camera: FaultRow = {
  name: "camera",
  fault: "the camera is stuck, goes on, is pulled out, and is back",
  figures: [
    { name: "stuckMs", label: "card when it is stuck", unit: "ms", atMost: 2_000, slack },
    { name: "goesOnMs", label: "picture when it goes on", unit: "ms", atMost: 2_000, slack },
    { name: "goneMs", label: "card when it is gone", unit: "ms", atMost: 2_000, slack },
    { name: "backMs", label: "picture when it is back", unit: "ms", atMost: 2_000, slack },
    { name: "loopDelayMs", label: "the sender's event loop delay, p99", unit: "ms", atMost: 50, slack: 150 },
  ],
  run,
};

async function run(): Promise<FaultFigures> {
  const figures: Record<string, number> = {};
  const folder = makeFolder();
  const device = await FifoCamera.plug(join(folder.path, "camera.mjpeg"));
  const delayFile = join(folder.path, "delay");
  try {
    await withPrograms(async (start) => {
      const env = { ...fifoEnvironment, NODE_OPTIONS: `--import ${probe}`, SVC_LOOP_DELAY_FILE: delayFile };
      const sender = start("sender", ["--camera", device.path, "--no-audio", "--listen", "127.0.0.1:0"], { env });
      const receiver = start("receiver", ["--no-window", "--no-audio", "--json-frames"], { env: { SVC_INVITE: await sender.invite() } });
      const call = new WatchedCall(sender, receiver);
      await settled(call);
      const lostMs = (what: () => void): Promise<number> => {
        const atUs = nowUs();
        what();
        return toldMs(receiver, "other-camera", atUs, ({ state }) => state === "lost");
      };
      const backMs = async (what: () => void): Promise<number> => {
        const atUs = nowUs();
        what();
        const took = await call.pictureBackMs(atUs);
        await settled(call);
        return took;
      };
      figures["stuckMs"] = await lostMs(() => (device.isStuck = true));
      figures["goesOnMs"] = await backMs(() => (device.isStuck = false));
      figures["goneMs"] = await lostMs(() => device.unplug());
      figures["backMs"] = await backMs(() => device.plug());
      await call.end();
    })();
    figures["loopDelayMs"] = Number(readFileSync(delayFile, "utf8"));
  } finally {
    device.unplug();
    folder.remove();
  }
  return figures;
}
