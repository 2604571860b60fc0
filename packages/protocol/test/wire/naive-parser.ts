// The oracle for MessageParser: all bytes at once, the obvious way.

/** One message as cut from the stream. */
export interface RawMessage {
  readonly typeId: number;
  readonly flags: number;
  readonly track: number;
  readonly payload: string;
}

/** Every whole message in `bytes`, payloads in hex. */
export function parseNaively(bytes: Uint8Array): RawMessage[] {
  const buffer = Buffer.from(bytes);
  const messages: RawMessage[] = [];
  let offset = 0;
  while (offset + 8 <= buffer.length && offset + 8 + buffer.readUInt32BE(offset + 4) <= buffer.length) {
    const end = offset + 8 + buffer.readUInt32BE(offset + 4);
    messages.push({
      typeId: buffer.readUInt8(offset),
      flags: buffer.readUInt8(offset + 1),
      track: buffer.readUInt16BE(offset + 2),
      payload: buffer.toString("hex", offset + 8, end),
    });
    offset = end;
  }
  return messages;
}
