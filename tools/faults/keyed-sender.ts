// A sender with a key file, for any number of receivers that come and go.

import type { Program, Start } from "../e2e/program.ts";
import { smallTestCard } from "./watched-call.ts";

/** Starts one and waits until it listens. @param listen where; default: a free port of loopback */
export async function keyedSender(
  start: Start,
  keyFile: string,
  {
    listen = "127.0.0.1:0",
    maxReceivers = 32,
    source = smallTestCard,
  }: { readonly listen?: string; readonly maxReceivers?: number; readonly source?: readonly string[] } = {},
): Promise<Program> {
  const sender = start("sender", [...source, "--listen", listen, "--key-file", keyFile, "--max-receivers", String(maxReceivers)]);
  await sender.event("listening");
  return sender;
}

/** A receiver of it that shows pictures, as far as that goes without a window, and tells of each. */
export async function keyedReceiver(start: Start, keyFile: string, port: number): Promise<Program> {
  const receiver = start("receiver", [`127.0.0.1:${port}`, "--key-file", keyFile, "--no-window", "--no-audio", "--json-frames", "--wait"]);
  await receiver.event("first-picture");
  return receiver;
}
