// What the browser engine and its page say to each other over their WebSocket: packets as bytes, all else as JSON. Both sides import this file;
// it uses nothing that only Node has.

import type { ClockEstimate, EncodedPacket, KeyframeReason, TrackMessage } from "@simple-video-chat/protocol";

import type { DisplayView } from "../display/display.ts";
import type { Overlay } from "../display/overlay.ts";
import type { BarcodeCount } from "../engine/playback-command.ts";
import type { PlaybackCounts } from "../playback-counts.ts";

/** The WebSocket's subprotocol; the secret of the page's address comes second in the list. */
export const pageProtocol = "svc-page";

/** From the engine to the page. */
export type ToPage =
  | { readonly type: "title"; readonly title: string }
  | { readonly type: "card"; readonly text: string }
  | { readonly type: "overlay"; readonly overlay: Overlay }
  | { readonly type: "view"; readonly view: DisplayView }
  | { readonly type: "pause"; readonly isPaused: boolean }
  | { readonly type: "clock"; readonly clock: ClockEstimate | null }
  /** The packets from here on are of this format. */
  | { readonly type: "track"; readonly track: TrackMessage; readonly isSelfView: boolean }
  /** Answers "ping": the engine's clock, µs. */
  | { readonly type: "pong"; readonly id: number; readonly nowUs: number }
  /** Show what is decoded, then answer "drained". */
  | { readonly type: "drain" };

/** A picture was shown, or packets gave none. The counters are of this page, from its beginning. */
export interface PageReport extends PlaybackCounts {
  readonly type: "report";
  /** Newest frame shown; 0: none yet. */
  readonly frame: number;
  /** On the engine's clock, µs. */
  readonly shownUs: number;
  readonly decodeUs: number;
  readonly displayWaitUs: number;
}

/** From the page to the engine. */
export type FromPage =
  | { readonly type: "ping"; readonly id: number }
  | PageReport
  | { readonly type: "keyframe"; readonly reason: KeyframeReason }
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "barcodes"; readonly barcodes: BarcodeCount }
  | { readonly type: "drained" };

/** A packet as the page needs it. */
export interface PagePacket extends Pick<EncodedPacket, "frame" | "keyframe" | "captureUs" | "data"> {
  readonly isSelfView: boolean;
  /** How long it has waited for its sound, µs. */
  readonly heldUs: number;
}

const headBytes = 17;
const keyframeFlag = 0b01;
const selfViewFlag = 0b10;

/** flags u8, frame u32, captureUs f64, heldUs u32, then the packet's data. */
export function packetToBytes({ frame, keyframe, captureUs, data, isSelfView, heldUs }: PagePacket): Uint8Array {
  const bytes = new Uint8Array(headBytes + data.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, (keyframe ? keyframeFlag : 0) | (isSelfView ? selfViewFlag : 0));
  view.setUint32(1, frame);
  view.setFloat64(5, captureUs);
  view.setUint32(13, heldUs);
  bytes.set(data, headBytes);
  return bytes;
}

/** The reverse; `data` is a view of `bytes`. */
export function packetFromBytes(bytes: ArrayBuffer): PagePacket {
  const view = new DataView(bytes);
  const flags = view.getUint8(0);
  return {
    keyframe: (flags & keyframeFlag) !== 0,
    isSelfView: (flags & selfViewFlag) !== 0,
    frame: view.getUint32(1),
    captureUs: view.getFloat64(5) as EncodedPacket["captureUs"],
    heldUs: view.getUint32(13),
    data: new Uint8Array(bytes, headBytes),
  };
}

const counters = ["shown", "superseded", "stale", "waitingForKeyframe", "undecodable"] as const;
const reasons: readonly string[] = ["joined", "undecodable", "gap"] satisfies readonly KeyframeReason[];
const maxKeyChars = 16;

/**
 * What a page sent, if it is one of the messages above; a page is ours, but a program that has learned its address could be at the other end.
 *
 * @param text of one WebSocket message
 */
export function parseFromPage(text: string): FromPage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const areCounts = (names: readonly string[], of: Readonly<Record<string, unknown>> = fields): boolean =>
    names.every((name) => Number.isSafeInteger(of[name]) && Number(of[name]) >= 0);
  switch (fields["type"]) {
    case "ping":
      return areCounts(["id"]) ? (value as FromPage) : undefined;
    case "report":
      return areCounts(["frame", "shownUs", "decodeUs", "displayWaitUs", ...counters]) ? (value as FromPage) : undefined;
    case "keyframe":
      return reasons.includes(String(fields["reason"])) ? (value as FromPage) : undefined;
    case "key": {
      const { key } = fields;
      return typeof key === "string" && key !== "" && key.length <= maxKeyChars ? { type: "key", key } : undefined;
    }
    case "barcodes": {
      const of = fields["barcodes"];
      if (typeof of !== "object" || of === null) return undefined;
      return areCounts(["verified", "mismatched", "unreadable"], of as Readonly<Record<string, unknown>>) ? (value as FromPage) : undefined;
    }
    case "drained":
      return { type: "drained" };
    default:
      return undefined;
  }
}
