// What each message file gives to the registry in message.ts: its number, the rule for its header, and how it is written and read.
import type { ByteReader } from "../wire/byte-reader.ts";
import { ByteWriter } from "../wire/byte-writer.ts";
import { headerBytes, type HeaderRule, type MessageHeader } from "../wire/header.ts";

/** One message type. (Methods, not function properties: the registry holds definitions of different messages.) */
export interface MessageDefinition<M extends { readonly type: string }> extends HeaderRule {
  /** Name in the code. */
  readonly type: M["type"];
  /** Number on the wire. */
  readonly typeId: number;
  /** Whether it may cross a network, or only the pipe to an engine. */
  readonly scope: "network" | "engine";
  /** The whole message, header included. @throws RangeError for a value that the message cannot carry */
  serialize(message: M): Uint8Array;
  /**
   * The message in a payload whose header was checked. Keeps nothing of the payload, except where the message says so.
   * @throws ProtocolError
   */
  parse(header: MessageHeader, payload: ByteReader): M;
}

/** What of a header a serializer chooses. */
export interface HeaderChoice {
  /** Payload bytes. */
  readonly payloadBytes: number;
  /** Default 0. */
  readonly flags?: number;
  /** Default 0: no track. */
  readonly track?: number;
}

/**
 * A writer for one message, with the header written.
 * @throws RangeError when the header would break the rule, so that nothing leaves that the other end would refuse
 */
export function startMessage(rule: HeaderRule & { readonly typeId: number }, choice: HeaderChoice): ByteWriter {
  const { payloadBytes, flags = 0, track = 0 } = choice;
  if (payloadBytes < rule.minPayloadBytes || payloadBytes > rule.maxPayloadBytes) {
    throw new RangeError(`a payload of ${payloadBytes} bytes; ${rule.minPayloadBytes} to ${rule.maxPayloadBytes} are allowed`);
  }
  if ((track === 0) !== (rule.track === "none")) throw new RangeError(`track ${track} is wrong for this message`);
  return new ByteWriter(headerBytes + payloadBytes).u8(rule.typeId).u8(flags).u16(track).u32(payloadBytes);
}
