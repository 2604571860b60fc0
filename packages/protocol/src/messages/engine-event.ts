// engine-event: an engine tells the network process what happened. Only on the pipe between them.
//
//    0
//   +------------------------------+
//   | JSON object, UTF-8           |
//   +------------------------------+
import { maxControlBytes } from "../limits.ts";
import { parseJsonObject, serializeJsonObject, type JsonObject } from "./json-object.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** What happened: `{"event": …}` and what belongs to it; each engine documents its own events. */
export interface EngineEventMessage {
  readonly type: "engine-event";
  readonly value: JsonObject;
}

/** engine-event, 0x62. */
export const engineEvent: MessageDefinition<EngineEventMessage> = {
  type: "engine-event",
  typeId: 0x62,
  scope: "engine",
  minPayloadBytes: 2,
  maxPayloadBytes: maxControlBytes,
  flagsMask: 0,
  track: "none",

  serialize({ value }) {
    const json = serializeJsonObject(value);
    return startMessage(this, { payloadBytes: json.byteLength }).bytes(json).finish();
  },

  parse(_header, payload) {
    return { type: "engine-event", value: parseJsonObject(payload.restUtf8()) };
  },
};
