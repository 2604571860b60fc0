// Programs that take raw pictures on stdin and give them on stdout: they are fed and read through pipes, by pipes.py.

import { fileURLToPath } from "node:url";

import { findProgram } from "./peer-process.ts";
import type { Peer, PeerRequest } from "./peer.ts";
import { type Address, measurePair } from "./measure-pair.ts";

const program = fileURLToPath(new URL("../../../bench/peers/pipes.py", import.meta.url));

/** What differs between such programs. */
export interface PipePeer {
  readonly name: string;
  readonly label: string;
  /** The program, and how it is installed. */
  readonly program: string;
  readonly packages: string;
  readonly sender: (address: Address, request: PeerRequest) => readonly string[];
  readonly receiver: (address: Address, request: PeerRequest) => readonly string[];
}

/** Makes a peer of it: the receiver listens, the sender dials. */
export function pipePeer({ name, label, program: needed, packages, sender, receiver }: PipePeer): Peer {
  return {
    name,
    label,
    missing: () => missingPython() ?? (findProgram(needed) === undefined ? `not installed: apt-get install ${packages}` : undefined),
    measure: (request) =>
      measurePair(
        {
          listens: "receiver",
          sender: (address) => [...feed(request), ...sender(address, request)],
          receiver: (address) => [...take(request), ...receiver(address, request)],
          isHarness,
        },
        request,
      ),
  };
}

/** The pipes alone: what of the delay of the others is not theirs. Pictures are passed on whole, by a program that does nothing else. */
export const passThrough: Peer = {
  name: "pipes",
  label: "the pipes alone",
  missing: missingPython,
  measure: (request) =>
    measurePair(
      {
        listens: "receiver",
        receiver: () => [...take(request), ...feed(request), python(), program, "pass", ...size(request)],
        isHarness,
      },
      request,
    ),
};

function missingPython(): string | undefined {
  return findProgram("python3") === undefined ? "not installed: apt-get install python3" : undefined;
}

function python(): string {
  return findProgram("python3") ?? "python3";
}

function size({ footage: { widthPx, heightPx } }: PeerRequest): readonly string[] {
  return [String(widthPx), String(heightPx)];
}

function feed(request: PeerRequest): readonly string[] {
  return [python(), program, "feed", request.footage.path, ...size(request), String(request.frameRate), "--"];
}

function take(request: PeerRequest): readonly string[] {
  return [python(), program, "take", ...size(request), "--"];
}

/** By the command line: the pipes' own ends, and shells in between that start them. */
export function isHarness(command: string): boolean {
  return /pipes\.py (?:feed|take) /.test(command);
}
