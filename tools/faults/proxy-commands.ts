// The words that `pnpm fault-proxy` understands while it runs.

import { parseBitrate } from "@simple-video-chat/protocol/cli";
import type { FaultProxy, Ways } from "@simple-video-chat/protocol/testing";

/** What may be said, one a line. */
export const proxyCommandsHelp: string = [
  "  stall [forth|back]       nothing passes, and nobody is told",
  "  release [forth|back]     everything passes again, what was held back too",
  "  delay MS [forth|back]    and in the same way: jitter MS, rate 300k, slice BYTES",
  "  half-close forth|back    the end that this way leads to is told that no more comes",
  "  strand                   nothing passes on the connections that there are, not even their end",
  "  reset                    cuts the connections with a reset",
].join("\n");

const numberFaults = { delay: "delayMs", jitter: "jitterMs", slice: "sliceBytes" } as const;

/** Does what a line says. @returns what was done, or why not */
export function obeyProxyCommand(proxy: FaultProxy, line: string): string {
  const [word = "", ...values] = line.trim().split(/\s+/);
  const last = values.at(-1);
  const ways: Ways = last === "forth" || last === "back" ? last : "both";
  switch (word) {
    case "stall":
      proxy.stall(ways);
      return `stalled: ${ways}`;
    case "release":
      proxy.release(ways);
      return `released: ${ways}`;
    case "half-close":
      if (ways === "both") return "half-close takes a way: forth or back";
      proxy.halfClose(ways);
      return `half-closed: ${ways}`;
    case "strand":
      proxy.strand();
      return "stranded";
    case "reset":
      proxy.reset();
      return "reset";
    case "rate":
    case "delay":
    case "jitter":
    case "slice":
      return setNumber(proxy, word, values[0] ?? "", ways);
    default:
      return `There is no command "${word}". There are:\n${proxyCommandsHelp}`;
  }
}

function setNumber(proxy: FaultProxy, word: "rate" | keyof typeof numberFaults, text: string, ways: Ways): string {
  try {
    const value = word === "rate" ? parseBitrate(text) : Number(text);
    if (!(value >= (word === "slice" ? 1 : 0))) return `${word} takes a number`;
    proxy.set({ [word === "rate" ? "rateBps" : numberFaults[word]]: value }, ways);
    return `${word} ${value}: ${ways}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
