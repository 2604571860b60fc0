// report: what became of a track's frames at the display. Latency and the frame account are made of these.
//
//    0               4                               12              16              20
//   +---------------+-------------------------------+---------------+---------------+
//   | frame         | shownUs                       | decodeUs      | displayWaitUs |
//   +---------------+---------------+---------------+---------------+---------------+
//   | shown         | superseded    | stale         | waitKeyframe  | undecodable   |
//   +---------------+---------------+---------------+---------------+---------------+
//    20              24              28              32              36              40
import type { Micros } from "../time/clock.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** What became of a track's frames. The counters are cumulative since the connection began. */
export interface ReportMessage {
  readonly type: "report";
  /** 1–65535. */
  readonly track: number;
  /** Newest frame shown; 0: none yet, and then the three times are 0 too. */
  readonly frame: number;
  /** When it was shown, on the receiver's clock. */
  readonly shownUs: Micros;
  /** How long it took to decode, in microseconds. */
  readonly decodeUs: number;
  /** How long it waited for the display, in microseconds. */
  readonly displayWaitUs: number;
  /** Frames shown. */
  readonly shown: number;
  /** Frames not shown because a newer one was ready. */
  readonly superseded: number;
  /** Frames not shown because they were too old by then. */
  readonly stale: number;
  /** Packets not decoded because the keyframe they build on was missing. */
  readonly waitingForKeyframe: number;
  /** Packets that the decoder refused. */
  readonly undecodable: number;
}

/** report, 0x13. */
export const report: MessageDefinition<ReportMessage> = {
  type: "report",
  typeId: 0x13,
  scope: "network",
  minPayloadBytes: 40,
  maxPayloadBytes: 40,
  flagsMask: 0,
  track: "required",

  serialize(message) {
    return startMessage(this, { payloadBytes: 40, track: message.track })
      .u32(message.frame)
      .u64(message.shownUs)
      .u32(message.decodeUs)
      .u32(message.displayWaitUs)
      .u32(message.shown)
      .u32(message.superseded)
      .u32(message.stale)
      .u32(message.waitingForKeyframe)
      .u32(message.undecodable)
      .finish();
  },

  parse(header, payload) {
    return {
      type: "report",
      track: header.track,
      frame: payload.u32(),
      shownUs: payload.micros(),
      decodeUs: payload.u32(),
      displayWaitUs: payload.u32(),
      shown: payload.u32(),
      superseded: payload.u32(),
      stale: payload.u32(),
      waitingForKeyframe: payload.u32(),
      undecodable: payload.u32(),
    };
  },
};
