// A program of its own: many receivers in one process, for the sender to serve. It joins one after the other, says "joined" on stdout
// when all get pictures, and ends with its standard input.
// Usage: node receiver-crowd.js '{"host", "port", "keyFile", "count", "stalled"}'

import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

import type { Session } from "@simple-video-chat/protocol";

import { joinLightly } from "./light-client.ts";
import type { SenderAddress } from "./one-way-call.ts";

/** How many join, and how many of those stall. */
export interface CrowdRequest extends SenderAddress {
  readonly count: number;
  readonly stalled: number;
}

/** Between two joins: a sender lets in five a second from one address. */
const joinPauseMs = 250;

// Receivers have computers of their own: here they take what the sender and the measured receiver leave.
setPriority(constants.priority.PRIORITY_LOW);

const { count, stalled, ...address } = JSON.parse(process.argv[2] ?? "{}") as CrowdRequest;
const sessions: Session[] = [];
const watching: Promise<void>[] = [];
for (let index = 0; index < count; index++) {
  const first = new Promise<void>((resolve) => {
    sessions.push(joinLightly({ ...address, name: `light ${index + 1}`, stalls: index < stalled, onPacket: () => resolve() }));
  });
  watching.push(first);
  await sleep(joinPauseMs);
}
await Promise.all(watching);
process.stdout.write("joined\n");
process.stdin.resume();
await once(process.stdin, "end");
await Promise.all(sessions.map((session) => session.close()));
process.exit(0);
