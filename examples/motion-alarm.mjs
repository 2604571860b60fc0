// A camera that calls a webhook when something begins to move, while somebody watches it:
//
//     node examples/motion-alarm.mjs http://127.0.0.1:8080/alarm [testcard]
import { startSender } from "@simple-video-chat/sender";

const [webhook, kind = "camera"] = process.argv.slice(2);
if (webhook === undefined) {
  console.error("Say which address to call: motion-alarm.mjs http://127.0.0.1:8080/alarm");
  process.exit(64);
}

const sender = await startSender({
  source: kind === "testcard" ? { kind, widthPx: 640, heightPx: 360, frameRate: 30 } : { kind: "camera", camera: "0" },
  filter: new URL("motion-filter.mjs", import.meta.url),
  port: 0,
});
sender.on("invite", ({ invite }) => console.log(invite));
sender.on("filter", ({ value }) => {
  if (!value.motion) return;
  const body = JSON.stringify({ motion: true, at: new Date().toISOString() });
  fetch(webhook, { method: "POST", headers: { "content-type": "application/json" }, body }).catch((error) =>
    console.error(`${webhook}: ${error.message}`),
  );
});
process.once("SIGINT", () => sender.close());
process.once("SIGTERM", () => sender.close());
