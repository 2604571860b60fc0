// video-state: whether the sender's camera gives pictures, so that the other end can say why there are none.
//
//    0    1
//   +----+
//   |stat|
//   +----+
import { ProtocolError } from "../errors.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** The optional feature that the message belongs to: it is sent to an end that named it in its capabilities. */
export const videoStateFeature = "video-state";

/** Numbers of the states by name. */
export const videoStates = { on: 0, off: 1, lost: 2 } as const;

/**
 * on: pictures come, or will soon; off: whose camera it is has switched it off; lost: it is missing, busy or stuck, and is tried again.
 */
export type VideoState = keyof typeof videoStates;

const states = Object.keys(videoStates) as VideoState[];

/** Whether pictures are to be expected. */
export interface VideoStateMessage {
  readonly type: "video-state";
  readonly state: VideoState;
}

/** video-state, 0x88. */
export const videoState: MessageDefinition<VideoStateMessage> = {
  type: "video-state",
  typeId: 0x88,
  scope: "network",
  minPayloadBytes: 1,
  maxPayloadBytes: 1,
  flagsMask: 0,
  track: "none",

  serialize({ state }) {
    return startMessage(this, { payloadBytes: 1 }).u8(videoStates[state]).finish();
  },

  parse(_header, payload) {
    const id = payload.u8();
    const state = states.find((name) => videoStates[name] === id);
    if (state === undefined) throw new ProtocolError("bad-value", `a camera cannot be in state ${id}`);
    return { type: "video-state", state };
  },
};
