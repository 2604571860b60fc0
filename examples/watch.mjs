// Watches a sender without a window and prints figures every second.
// Run it after the build: node examples/watch.mjs INVITE [SECONDS]

import { deriveCredential, parseInvite } from "@simple-video-chat/protocol";
import { startReceiver } from "@simple-video-chat/receiver";

const [text = "", seconds = "10"] = process.argv.slice(2);
const { host, port, secret } = parseInvite(text);
const receiver = startReceiver({ host, port, credential: deriveCredential(secret) }); // windowTitle: "…" for a window

receiver.on("connected", ({ name }) => console.log(`connected to ${name}`));
receiver.on("first-picture", ({ widthPx, heightPx }) => console.log(`first picture: ${widthPx}x${heightPx}`));
receiver.on("closed", ({ by, code, error }) => {
  if (by !== "us") console.log(`ended: ${error?.message ?? code}`);
  void end();
});
const ticking = setInterval(() => {
  const { fps, latencyMs, bitrateBps } = receiver.stats();
  console.log(`${fps.toFixed(0)} fps, ${(bitrateBps / 1e6).toFixed(1)} Mbit/s, latency ${latencyMs?.p50 ?? "?"} ms`);
}, 1000);
const ending = setTimeout(end, 1000 * Number(seconds));

async function end() {
  clearInterval(ticking);
  clearTimeout(ending);
  await receiver.close();
  const { captured, shown, dropped } = receiver.summary();
  console.log(`captured ${captured} = shown ${shown} + dropped ${Object.values(dropped).reduce((sum, count) => sum + count, 0)}`);
}
