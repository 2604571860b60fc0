// audio-report: how a sound track arrives. The sender's bitrate, and what it leaves to the picture, are made of these.
//
//    0               4                               12              16              20
//   +---------------+-------------------------------+---------------+---------------+
//   | packet        | receivedUs                    | jitterUs      | concealedMs   |
//   +---------------+-------------------------------+---------------+---------------+
import type { Micros } from "../time/clock.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** How a sound track arrives. */
export interface AudioReportMessage {
  readonly type: "audio-report";
  /** 1–65535. */
  readonly track: number;
  /** Newest packet that came; 0: none yet. */
  readonly packet: number;
  /** When it came, on the receiver's clock. */
  readonly receivedUs: Micros;
  /** How long packets are kept to come out evenly. */
  readonly jitterUs: number;
  /** Sound that was made up because packets came too late or not at all, since this connection began. */
  readonly concealedMs: number;
}

/** audio-report, 0x22. */
export const audioReport: MessageDefinition<AudioReportMessage> = {
  type: "audio-report",
  typeId: 0x22,
  scope: "network",
  minPayloadBytes: 20,
  maxPayloadBytes: 20,
  flagsMask: 0,
  track: "required",

  serialize({ track, packet, receivedUs, jitterUs, concealedMs }) {
    return startMessage(this, { payloadBytes: 20, track }).u32(packet).u64(receivedUs).u32(jitterUs).u32(concealedMs).finish();
  },

  parse(header, payload) {
    return {
      type: "audio-report",
      track: header.track,
      packet: payload.u32(),
      receivedUs: payload.micros(),
      jitterUs: payload.u32(),
      concealedMs: payload.u32(),
    };
  },
};
