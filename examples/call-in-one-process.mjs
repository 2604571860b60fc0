// A two-way call between two peers in one process: the test card one way, a moving scene the other.
// Run it after the build: node examples/call-in-one-process.mjs [SECONDS]

import { setTimeout as sleep } from "node:timers/promises";

import { startPeer } from "@simple-video-chat/peer";
import { deriveCredential, parseInvite } from "@simple-video-chat/protocol";

const seconds = Number(process.argv[2] ?? "3");
const size = { widthPx: 640, heightPx: 360, frameRate: 30 };

// Ada waits; the invite is all that Bob needs.
const ada = await startPeer({ name: "Ada", source: { kind: "testcard", ...size }, host: "127.0.0.1", port: 0 });
const invite = await new Promise((resolve) => ada.on("invite", (event) => resolve(event.invite)));
const { host, port, secret } = parseInvite(invite);
const bob = await startPeer({
  name: "Bob",
  source: { kind: "motion", ...size },
  call: { host, port, credential: deriveCredential(secret) },
});

await Promise.all([ada, bob].map((peer) => new Promise((resolve) => peer.on("first-picture", resolve))));
await sleep(1000 * seconds);
await Promise.all([ada.close(), bob.close()]);

for (const [name, peer] of Object.entries({ Ada: ada, Bob: bob })) {
  const { captured, shown, latencyMs } = peer.summary();
  console.log(`${name} saw ${shown} of ${captured} frames, latency ${latencyMs?.p50 ?? "?"} ms`);
}
