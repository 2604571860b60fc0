// Shows the test card to whoever has the invite. Run it after the build: node examples/test-card.mjs
// Then, in another terminal: pnpm receiver INVITE
import { startSender } from "@simple-video-chat/sender";

const sender = await startSender({
  source: { kind: "testcard", widthPx: 1280, heightPx: 720, frameRate: 30 }, // or { kind: "camera", camera: "0" }
  port: 0,
});
sender.on("invite", ({ invite }) => console.log(invite));
sender.on("joined", ({ name, remoteAddress }) => console.log(`${name} (${remoteAddress}) watches now`));
sender.on("left", ({ name, account }) => console.log(`${name} has left: ${account.sent} frames sent`));
process.once("SIGINT", () => sender.close());
