// The 8 bytes before every payload, and the rules they are held to before a byte of payload is waited for:
//
//    0        1        2                 4                                   8
//   +--------+--------+-----------------+-----------------------------------+
//   | type   | flags  | track           | payloadBytes                      | payload …
//   +--------+--------+-----------------+-----------------------------------+
import { ProtocolError } from "../errors.ts";

/** Bytes of a header. */
export const headerBytes = 8;

/** A header, as read. */
export interface MessageHeader {
  /** Number of the message type, 0–255. */
  readonly typeId: number;
  /** Bits whose meaning depends on the type. */
  readonly flags: number;
  /** Which stream of media it is about; 0: none. */
  readonly track: number;
  /** Length of the payload that follows, in bytes. */
  readonly payloadBytes: number;
}

/** What a header of one type may say. */
export interface HeaderRule {
  /** Fewest payload bytes that can hold the fields. */
  readonly minPayloadBytes: number;
  /** Most payload bytes; more is refused before anything is allocated. */
  readonly maxPayloadBytes: number;
  /** Bits that are defined; any other one set is an error. */
  readonly flagsMask: number;
  /** Whether it belongs to a track ("required": 1–65535), to none ("none": 0), or is not looked at ("any"). */
  readonly track: "required" | "none" | "any";
}

/** The rule of a type; undefined: the type is not legal here. */
export type HeaderRules = (typeId: number) => HeaderRule | undefined;

/**
 * Reads a header.
 * @param bytes - holds at least 8 bytes from `offset` on
 */
export function readHeader(bytes: Uint8Array, offset: number): MessageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, headerBytes);
  return {
    typeId: view.getUint8(0),
    flags: view.getUint8(1),
    track: view.getUint16(2),
    payloadBytes: view.getUint32(4),
  };
}

/**
 * Holds a header to the rules.
 * @throws ProtocolError unknown-message, too-large, truncated, bad-flags or bad-track
 */
export function checkHeader(header: MessageHeader, rules: HeaderRules): void {
  const { typeId, flags, track, payloadBytes } = header;
  const rule = rules(typeId);
  if (rule === undefined) throw new ProtocolError("unknown-message", `${describe(typeId)} is not legal here`);
  if (payloadBytes > rule.maxPayloadBytes) {
    throw new ProtocolError("too-large", `${describe(typeId)} of ${payloadBytes} bytes, at most ${rule.maxPayloadBytes} allowed`);
  }
  if (payloadBytes < rule.minPayloadBytes) {
    throw new ProtocolError("truncated", `${describe(typeId)} of ${payloadBytes} bytes, at least ${rule.minPayloadBytes} needed`);
  }
  if ((flags & ~rule.flagsMask) !== 0) {
    throw new ProtocolError("bad-flags", `${describe(typeId)}: flags 0x${flags.toString(16)} are not defined`);
  }
  if (rule.track !== "any" && (track !== 0) !== (rule.track === "required")) {
    throw new ProtocolError("bad-track", `${describe(typeId)}: track ${track}, ${rule.track === "none" ? "not 0" : "not 1 to 65535"}`);
  }
}

function describe(typeId: number): string {
  return `message type 0x${typeId.toString(16).padStart(2, "0")}`;
}
