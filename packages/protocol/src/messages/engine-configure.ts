// engine-configure: the network process tells an engine what to do. Only on the pipe between them.
//
//    0
//   +------------------------------+
//   | JSON object, UTF-8           |
//   +------------------------------+
import { maxControlBytes } from "../limits.ts";
import { parseJsonObject, serializeJsonObject, type JsonObject } from "./json-object.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** What an engine is to do; each engine documents its own object. */
export interface EngineConfigureMessage {
  readonly type: "engine-configure";
  readonly value: JsonObject;
}

/** engine-configure, 0x60. */
export const engineConfigure: MessageDefinition<EngineConfigureMessage> = {
  type: "engine-configure",
  typeId: 0x60,
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
    return { type: "engine-configure", value: parseJsonObject(payload.restUtf8()) };
  },
};
