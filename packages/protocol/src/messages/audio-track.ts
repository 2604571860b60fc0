// audio-track: what the packets of a sound track are, and whether its microphone is switched off; sent before the first of them and
// whenever it changes.
//
//    0    1    2
//   +----+----+
//   |code|chan|                        flags bit 0: muted, nothing is recorded and no packets come
//   +----+----+
import { ProtocolError } from "../errors.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

const flagMuted = 0b1;
const codecOpus = 1;
const maxChannels = 2;

/** Format of a sound track: Opus (RFC 6716) at 48 kHz. */
export interface AudioTrackMessage {
  readonly type: "audio-track";
  /** 1–65535; of the same numbers as video tracks. */
  readonly track: number;
  /** Most channels of its packets, 1 or 2. */
  readonly channels: number;
  /** The microphone is off, as its owner wants it: silence is no fault. */
  readonly muted: boolean;
}

/** audio-track, 0x21. */
export const audioTrack: MessageDefinition<AudioTrackMessage> = {
  type: "audio-track",
  typeId: 0x21,
  scope: "network",
  minPayloadBytes: 2,
  maxPayloadBytes: 2,
  flagsMask: flagMuted,
  track: "required",

  serialize({ track, channels, muted }) {
    if (!isChannelCount(channels)) throw new RangeError(`${channels} channels are not 1 or 2`);
    return startMessage(this, { payloadBytes: 2, track, flags: muted ? flagMuted : 0 })
      .u8(codecOpus)
      .u8(channels)
      .finish();
  },

  parse(header, payload) {
    if (payload.u8() !== codecOpus) throw new ProtocolError("bad-value", "a sound track has a codec that this version does not know");
    const channels = payload.u8();
    if (!isChannelCount(channels)) throw new ProtocolError("bad-value", `a sound track announces ${channels} channels`);
    return { type: "audio-track", track: header.track, channels, muted: (header.flags & flagMuted) !== 0 };
  },
};

function isChannelCount(channels: number): boolean {
  return Number.isInteger(channels) && channels >= 1 && channels <= maxChannels;
}
