// A program of its own, run with --expose-gc: connects, authenticates and closes sessions one after the other in one process, both ends,
// and says as JSON what is left of them.
// Usage: node --expose-gc session-churn.ts COUNT

import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { connectSession, createSecret, CredentialStore, deriveCredential, listenForSessions } from "@simple-video-chat/protocol";
import { receiverCapabilities } from "@simple-video-chat/receiver";

/** Sessions before the first measurement: code is compiled and caches are filled by then. */
const warmUp = 300;
const count = Number(process.argv[2]);
const capabilities = receiverCapabilities("churn", "faults");
const credential = deriveCredential(createSecret());
const credentials = new CredentialStore();
credentials.admit(credential, { use: "many" });
const listener = await listenForSessions({ host: "127.0.0.1", port: 0, credentials, capabilities, onSession: () => {} });

/** What a process holds. */
interface Holdings {
  readonly heapBytes: number;
  readonly descriptors: number;
  readonly timers: number;
  /** Everything that keeps the event loop alive. */
  readonly resources: number;
  readonly sessions: number;
}

async function once(): Promise<void> {
  const session = connectSession({ host: "127.0.0.1", port: listener.port, credential, capabilities });
  await new Promise<void>((resolve, reject) => {
    session.on("live", () => resolve());
    session.on("closed", ({ reason }) => reject(new Error(`closed: ${reason}`)));
  });
  await session.close();
}

async function holdings(): Promise<Holdings> {
  // The other end of the last one closes a little later.
  for (let tries = 0; listener.sessions.size > 0 && tries < 200; tries++) await sleep(10);
  await sleep(100);
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await sleep(10);
  }
  const active = process.getActiveResourcesInfo();
  return {
    heapBytes: process.memoryUsage().heapUsed + process.memoryUsage().external,
    descriptors: readdirSync("/proc/self/fd").length,
    timers: active.filter((name) => name === "Timeout").length,
    resources: active.length,
    sessions: listener.sessions.size,
  };
}

for (let nth = 0; nth < warmUp; nth++) await once();
const before = await holdings();
for (let nth = 0; nth < count; nth++) await once();
const after = await holdings();
process.stdout.write(`${JSON.stringify({ before, after })}\n`);
await listener.close();
