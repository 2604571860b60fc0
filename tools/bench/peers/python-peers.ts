// Python programs over TCP: the original of this project, and OpenCV's JPEG as Python's video libraries send it.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { measurePair } from "./measure-pair.ts";
import type { Peer, PeerRequest } from "./peer.ts";
import { findProgram } from "./peer-process.ts";

const program = fileURLToPath(new URL("../../../bench/peers/sockets.py", import.meta.url));

/** undefined: not looked for yet; "": there is none. */
let found: string | undefined;

/** A Python that has OpenCV: the distribution's own, even where another one comes first in PATH. */
function pythonWithOpenCv(): string {
  found ??= ["/usr/bin/python3", findProgram("python3") ?? ""].find(hasOpenCv) ?? "";
  return found;
}

function hasOpenCv(python: string): boolean {
  try {
    execFileSync(python, ["-c", "import cv2, numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function missing(): string | undefined {
  return pythonWithOpenCv() === "" ? "not installed: apt-get install python3-opencv python3-numpy" : undefined;
}

function pictures({ footage: { path, widthPx, heightPx }, frameRate }: PeerRequest): readonly string[] {
  return [path, widthPx, heightPx, frameRate].map(String);
}

/** Server.py and Client.py without their windows: pickled raw pictures. The sender listens. */
export const original: Peer = {
  name: "original",
  label: "the Python original",
  missing,
  measure: (request) =>
    measurePair(
      {
        listens: "sender",
        sender: ({ port }) => [pythonWithOpenCv(), program, "original", "send", String(port), ...pictures(request)],
        receiver: ({ host, port }) => [
          ...[pythonWithOpenCv(), program, "original", "receive", host, String(port)],
          String(request.footage.widthPx),
        ],
      },
      request,
    ),
};

/** imencode and imdecode at quality 80. */
export const opencvJpeg: Peer = {
  name: "opencvJpeg",
  label: "OpenCV's JPEG 80 over TCP, Python",
  missing,
  measure: (request) =>
    measurePair(
      {
        listens: "receiver",
        sender: ({ host, port }) => [pythonWithOpenCv(), program, "jpeg", "send", host, String(port), ...pictures(request)],
        receiver: ({ port }) => [pythonWithOpenCv(), program, "jpeg", "receive", String(port), String(request.footage.widthPx)],
      },
      request,
    ),
};
