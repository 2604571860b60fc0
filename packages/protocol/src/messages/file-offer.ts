// file-offer: a file that this end would send. The other end answers with file-accept or file-result, when its user has decided.
//
//    0               4                               12                              44
//   +---------------+-------------------------------+-------------------------------+------------------------------+
//   | id            | size, bytes                   | SHA-256 of the file           | name, UTF-8, 1–255 bytes     |
//   +---------------+-------------------------------+-------------------------------+------------------------------+
import { ProtocolError } from "../errors.ts";
import { maxFileNameBytes } from "../limits.ts";
import { checkClean, isClean } from "./clean-text.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** The optional feature that the messages of files belong to: an end that names it shows its user what is offered. */
export const filesFeature = "files";

/** Bytes of a file's hash. */
export const fileHashBytes = 32;

const fixedBytes = 4 + 8 + fileHashBytes;
const oneLine = { lines: false } as const;
const encoder = new TextEncoder();

/** A file that its owner would send. */
export interface FileOfferMessage {
  readonly type: "file-offer";
  /** Counts the files that one end offers in a session, from 1; on a new connection of the session the same file has the same. */
  readonly id: number;
  readonly sizeBytes: number;
  /** Of the whole file; {@link fileHashBytes} bytes, the message's own. */
  readonly sha256: Uint8Array;
  /** Clean, one line; what its owner calls it, and not to be used as a path. */
  readonly name: string;
}

/** file-offer, 0x90. */
export const fileOffer: MessageDefinition<FileOfferMessage> = {
  type: "file-offer",
  typeId: 0x90,
  scope: "network",
  minPayloadBytes: fixedBytes + 1,
  maxPayloadBytes: fixedBytes + maxFileNameBytes,
  flagsMask: 0,
  track: "none",

  serialize({ id, sizeBytes, sha256, name }) {
    if (id === 0) throw new RangeError("files are numbered from 1");
    if (sha256.byteLength !== fileHashBytes) throw new RangeError(`a hash of ${sha256.byteLength} bytes`);
    if (!isClean(name, oneLine)) throw new RangeError("a name must be cleaned before it is sent: see cleanText");
    const bytes = encoder.encode(name);
    return startMessage(this, { payloadBytes: fixedBytes + bytes.byteLength })
      .u32(id)
      .u64(sizeBytes)
      .bytes(sha256)
      .bytes(bytes)
      .finish();
  },

  parse(_header, payload) {
    const id = payload.u32();
    if (id === 0) throw new ProtocolError("bad-value", "files are numbered from 1");
    const sizeBytes = payload.u64();
    const sha256 = payload.bytes(fileHashBytes).slice();
    return { type: "file-offer", id, sizeBytes, sha256, name: checkClean(payload.restUtf8(), oneLine) };
  },
};
