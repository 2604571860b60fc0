// A call that records this end while something moves in front of its camera, each time to a file of its own:
//
//     node examples/record-on-motion.mjs FOLDER [testcard]
import { join } from "node:path";

import { startPeer } from "@simple-video-chat/peer";

const [folder = ".", kind = "camera"] = process.argv.slice(2);
const peer = await startPeer({
  source: kind === "testcard" ? { kind, widthPx: 640, heightPx: 360, frameRate: 30 } : { kind: "camera", camera: "0" },
  filter: new URL("motion-filter.mjs", import.meta.url),
  host: "127.0.0.1",
  port: 0,
});
peer.on("invite", ({ invite }) => console.log(invite));
peer.on("filter", ({ value }) => {
  if (value.motion) peer.startRecording({ path: join(folder, `motion-${Date.now()}.mp4`), mode: "local" });
  else void peer.stopRecording();
});
peer.on("record-ended", ({ path, durationMs }) => console.log(`${path}: ${durationMs} ms`));
process.once("SIGINT", () => peer.close());
process.once("SIGTERM", () => peer.close());
