// hello: the first message of both ends; who is there, which versions it speaks and what it can do.
//
//    0               4        6        8                       24
//   +---------------+--------+--------+-----------------------+------------------------------+
//   | magic "SVC1"  | minVer | maxVer | nonce                 | Capabilities, JSON in UTF-8  |
//   +---------------+--------+--------+-----------------------+------------------------------+
import { ProtocolError } from "../errors.ts";
import { maxControlBytes } from "../limits.ts";
import { parseCapabilities, serializeCapabilities, type Capabilities } from "./capabilities.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** First bytes of a hello: "SVC1". Says which protocol; the versions are in the next two fields. */
export const helloMagic = 0x53_56_43_31;

/** Bytes of the nonce. */
export const nonceBytes = 16;

const fixedBytes = 8 + nonceBytes;
const encoder = new TextEncoder();

/** First message of both ends. */
export interface HelloMessage {
  readonly type: "hello";
  /** Oldest version it speaks, 1–65535. */
  readonly minVersion: number;
  /** Newest version it speaks, not below `minVersion`. */
  readonly maxVersion: number;
  /** 16 random bytes, so that no two openings have the same transcript. Owned by the message. */
  readonly nonce: Uint8Array;
  /** What it can do. */
  readonly capabilities: Capabilities;
}

/** hello, 0x01. */
export const hello: MessageDefinition<HelloMessage> = {
  type: "hello",
  typeId: 0x01,
  scope: "network",
  minPayloadBytes: fixedBytes + 2,
  maxPayloadBytes: maxControlBytes,
  flagsMask: 0,
  track: "none",

  serialize({ minVersion, maxVersion, nonce, capabilities }) {
    if (nonce.byteLength !== nonceBytes) throw new RangeError(`a nonce has ${nonceBytes} bytes, not ${nonce.byteLength}`);
    const json = encoder.encode(serializeCapabilities(capabilities));
    return startMessage(this, { payloadBytes: fixedBytes + json.byteLength })
      .u32(helloMagic)
      .u16(minVersion)
      .u16(maxVersion)
      .bytes(nonce)
      .bytes(json)
      .finish();
  },

  parse(_header, payload) {
    if (payload.u32() !== helloMagic) throw new ProtocolError("bad-magic", 'a hello does not begin with "SVC1"');
    const minVersion = payload.u16();
    const maxVersion = payload.u16();
    if (minVersion < 1 || maxVersion < minVersion) {
      throw new ProtocolError("bad-value", `versions ${minVersion} to ${maxVersion} are no range`);
    }
    const nonce = payload.bytes(nonceBytes).slice();
    return { type: "hello", minVersion, maxVersion, nonce, capabilities: parseCapabilities(payload.restUtf8()) };
  },
};
