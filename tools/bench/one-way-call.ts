// One sender and one receiver as a user runs them, on loopback or over a link, and the exact account when they have ended. Others may
// join the sender with the same key file.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { droppedFrames, incomingLine, unaccounted } from "./incoming-stats.ts";
import { Program } from "./program.ts";
import type { FigureSpec, Figures } from "./scenario.ts";
import { collectShown, type ShownPicture } from "./shown-pictures.ts";
import type { LinkEnd } from "./slow-link.ts";

/** How the call is held. */
export interface OneWayOptions {
  /** The sender's options: source, size, rate. */
  readonly sender: readonly string[];
  readonly window?: boolean;
  /** Without barcode and without an event for each picture: nothing that is there to be measured with. */
  readonly plain?: boolean;
  /** Whether the receiver tells of each picture. Default: unless the call is plain. */
  readonly tellsPictures?: boolean;
  /** The ends of the link that is between the two; loopback without. */
  readonly ends?: readonly [LinkEnd, LinkEnd];
}

/** Where others can join, and as whom. */
export interface SenderAddress {
  readonly host: string;
  readonly port: number;
  readonly keyFile: string;
}

/** A receiver whose first picture has been shown. */
export interface MeasuredReceiver {
  readonly receiver: Program;
  /** Every picture shown so far; the list grows. Empty where the receiver does not tell. */
  readonly shown: readonly ShownPicture[];
  /** Ends the receiver as Ctrl-C does. @returns the account of its whole call, as figures of {@link accountFigures} */
  end(): Promise<Figures>;
}

/** A call that goes on. */
export interface OneWayCall extends MeasuredReceiver {
  readonly sender: Program;
  readonly address: SenderAddress;
  /** Another receiver like the first joins. It ends with the call at the latest. */
  another(): Promise<MeasuredReceiver>;
}

/** What every call's account is held to. */
export const accountFigures: readonly FigureSpec[] = [
  { name: "captured", label: "frames captured in the whole call", unit: "", digits: 0 },
  { name: "droppedPercent", label: "… dropped, each under a name", unit: "%", digits: 1 },
  { name: "unaccounted", label: "… in no account", unit: "", digits: 0, goal: { atMost: 0, of: "every" } },
  { name: "mismatched", label: "pictures with another frame's barcode", unit: "", digits: 0, goal: { atMost: 0, of: "every" } },
];

/** Holds a call as long as `measure` takes, and leaves nothing running. The sender stays when the receiver has been ended. */
export async function withOneWayCall<Result>(options: OneWayOptions, measure: (call: OneWayCall) => Promise<Result>): Promise<Result> {
  const { ends = [undefined, undefined], window = false, plain = false, tellsPictures = !plain } = options;
  const folder = mkdtempSync(join(tmpdir(), "svc-bench-"));
  const keyFile = join(folder, "key");
  const host = ends[0]?.address ?? "127.0.0.1";
  const programs: Program[] = [];
  const start = (name: "receiver" | "sender", args: readonly string[], end: LinkEnd | undefined): Program => {
    const program = new Program(name, [...args, "--key-file", keyFile], end);
    programs.push(program);
    return program;
  };
  try {
    const sender = start("sender", [...options.sender, ...(plain ? [] : ["--barcode"]), "--listen", `${host}:0`], ends[0]);
    const port = Number((await sender.first("listening")).value["port"]);
    const another = async (): Promise<MeasuredReceiver> => {
      const args = [`${host}:${port}`, ...(tellsPictures ? ["--json-frames"] : []), ...(window ? [] : ["--no-window"])];
      const receiver = start("receiver", args, ends[1]);
      const shown = collectShown(receiver);
      await receiver.first("first-picture");
      return { receiver, shown, end: () => endOf(receiver) };
    };
    return await measure({ ...(await another()), sender, address: { host, port, keyFile }, another });
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
    rmSync(folder, { recursive: true });
  }
}

async function endOf(receiver: Program): Promise<Figures> {
  const summary = receiver.first("summary");
  await receiver.stop();
  const line = await summary;
  const account = incomingLine(line);
  return {
    captured: account.captured,
    droppedPercent: (100 * droppedFrames(account.dropped)) / account.captured,
    unaccounted: Math.abs(unaccounted(account)),
    mismatched: (line.value["barcodes"] as { readonly mismatched: number }).mismatched,
  };
}
