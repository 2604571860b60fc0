// A sender and a receiver as real processes, with every shown picture known: what the rows of the faults table are measured on.

import { join } from "node:path";

import { type Micros, nowUs } from "@simple-video-chat/protocol";

import { type CallSummary, checkAccount, summaryOf } from "../e2e/call-summary.ts";
import type { Program, Start } from "../e2e/program.ts";
import { makeFolder } from "../e2e/video-file.ts";

/** A picture that was shown, on this computer's monotonic clock. */
export interface SeenPicture {
  readonly frame: number;
  readonly captureUs: number;
  readonly shownUs: number;
  readonly latencyMs: number;
}

/** What shows itself: small pictures, so that a busy computer keeps up. */
export const smallTestCard: readonly string[] = ["--source", "testcard", "--camera-size", "640x360", "--no-audio"];

/** A moving scene of that size, which takes all the bits that it may have. */
export const movingScene: readonly string[] = ["--source", "motion", "--camera-size", "640x360", "--no-audio"];

/** Where the two programs run, and what is shown. */
export interface Places {
  /** Default: {@link smallTestCard}. */
  readonly source?: readonly string[];
  readonly sender?: { readonly namespace: string; readonly address: string };
  readonly receiver?: { readonly namespace?: string; readonly env?: Readonly<Record<string, string>> };
}

/** A call that is watched. */
export class WatchedCall {
  readonly sender: Program;
  readonly receiver: Program;

  constructor(sender: Program, receiver: Program) {
    this.sender = sender;
    this.receiver = receiver;
  }

  /** The pictures shown so far. */
  pictures(): SeenPicture[] {
    return picturesOf(this.receiver);
  }

  /** Latencies of the pictures that were shown from an instant to another, ms. */
  latencies(fromUs: number, toUs: number = Infinity): number[] {
    return this.pictures()
      .filter(({ shownUs }) => shownUs >= fromUs && shownUs < toUs)
      .map(({ latencyMs }) => latencyMs);
  }

  /** The first picture that was captured and shown after an instant. @param limitMs from now */
  async pictureAfter(atUs: number, limitMs: number = 20_000): Promise<SeenPicture> {
    const isLater = (event: unknown): boolean => pictureOf(event).captureUs >= atUs;
    return pictureOf(await this.receiver.event("shown", { where: isLater, limitMs }));
  }

  /** Time from an instant to the first picture that was captured and shown after it, ms. */
  async pictureBackMs(atUs: number, limitMs?: number): Promise<number> {
    return ((await this.pictureAfter(atUs, limitMs)).shownUs - atUs) / 1000;
  }

  /** Ends both, and checks the account. */
  async end(): Promise<CallSummary> {
    await this.receiver.interrupt();
    const summary = summaryOf(this.receiver);
    checkAccount(summary);
    await this.sender.interrupt();
    return summary;
  }
}

/** Starts both programs and waits until pictures are shown. @param by way of what the receiver dials: an invite made of the invite */
export async function watchCall(
  start: Start,
  places: Places = {},
  by: (invite: string, port: number) => Promise<string> | string = (invite) => invite,
): Promise<WatchedCall> {
  const host = places.sender?.address ?? "127.0.0.1";
  const sender = start("sender", [...(places.source ?? smallTestCard), "--listen", `${host}:0`], inside(places.sender?.namespace));
  const invite = await by(await sender.invite(), sender.port);
  const receiver = start("receiver", ["--no-window", "--no-audio", "--json-frames"], {
    ...inside(places.receiver?.namespace),
    env: { ...places.receiver?.env, SVC_INVITE: invite },
  });
  const call = new WatchedCall(sender, receiver);
  await settled(call);
  return call;
}

/** Waits until a call has shown pictures for a second: its clock is known, its code is compiled. */
export async function settled(call: WatchedCall): Promise<void> {
  const { shownUs } = await call.pictureAfter(nowUs());
  await call.pictureAfter(shownUs + 1_000_000);
}

/** Every picture that a receiver has shown. */
export function picturesOf(receiver: Program): SeenPicture[] {
  return receiver.events.filter(({ event }) => event === "shown").map(pictureOf);
}

/** When an event of this kind came, from an instant on; ms after it. */
export async function toldMs(
  program: Program,
  name: string,
  atUs: Micros,
  where: (event: { readonly [key: string]: unknown }) => boolean = () => true,
): Promise<number> {
  const event = await program.event(name, { where: (found) => program.heardUs(found) >= atUs && where(found) });
  return (program.heardUs(event) - atUs) / 1000;
}

/** A key file in a folder of its own, for receivers that come and go. */
export async function withKeyFile(body: (keyFile: string, folder: string) => Promise<void>): Promise<void> {
  const folder = makeFolder();
  try {
    await body(join(folder.path, "key"), folder.path);
  } finally {
    folder.remove();
  }
}

/** While a new connection does not know the other clock yet there is no latency: on it nothing but live pictures come, so it counts as none. */
function pictureOf(event: unknown): SeenPicture {
  const { frame, shownUs, latencyMs } = event as { readonly frame: number; readonly shownUs: number; readonly latencyMs: number | null };
  const latency = Number(latencyMs ?? 0);
  return { frame, shownUs, latencyMs: latency, captureUs: shownUs - latency * 1000 };
}

function inside(namespace: string | undefined): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}
