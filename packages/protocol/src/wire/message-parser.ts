// Cuts the byte stream of a socket or an engine pipe into messages. Knows headers, not messages: the rules are given to it.
// Whole messages are handed out as views of the chunk they came in; only the one at its end that is not finished is copied,
// into one buffer that is used again. So a byte of payload is copied at most once, and memory is bounded by the largest legal message.
import assert from "node:assert/strict";
import { checkHeader, headerBytes, readHeader, type HeaderRules, type MessageHeader } from "./header.ts";

/** Takes one message. `payload` is a view that is only valid during the call. */
export type OnMessage = (header: MessageHeader, payload: Uint8Array) => void;

/** Incremental parser of one direction of one connection. */
export class MessageParser {
  readonly #rules: HeaderRules;
  /** The unfinished message: its first #filled bytes. */
  #unfinished: Uint8Array = new Uint8Array(headerBytes);
  #filled = 0;
  /** Its header, once that is complete. */
  #header: MessageHeader | undefined;
  #state: "open" | "busy" | "stopped" | "failed" = "open";
  #failure: unknown;

  /** @param rules - which types are legal here, and what their headers may say */
  constructor(rules: HeaderRules) {
    this.#rules = rules;
  }

  /** Bytes of an unfinished message; not 0 at the end of the stream means that it was cut off. */
  get unfinishedBytes(): number {
    return this.#filled;
  }

  /** Bytes held for the unfinished message; never above the largest legal one. */
  get heldBytes(): number {
    return this.#unfinished.byteLength;
  }

  /**
   * Takes a chunk as the socket gave it, and hands out every message that it completes, in order.
   * @param chunk - not kept after the call
   * @param onMessage - what it throws ends the parser, like a wrong header
   * @throws ProtocolError for a header that breaks the rules; from then on every push throws that error
   */
  push(chunk: Uint8Array, onMessage: OnMessage): void {
    assert.notEqual(this.#state, "busy", "push() was called from within onMessage");
    if (this.#state === "failed") throw this.#failure;
    if (this.#state === "stopped") return;
    this.#state = "busy";
    try {
      this.#read(chunk, onMessage);
    } catch (error) {
      this.#state = "failed";
      this.#failure = error;
      this.#unfinished = new Uint8Array(0);
      throw error;
    }
    if (this.#state === "busy") this.#state = "open";
  }

  /** Ends the parser; may be called from onMessage: what follows, in this chunk too, is dropped. */
  stop(): void {
    if (this.#state !== "failed") this.#state = "stopped";
  }

  #read(chunk: Uint8Array, onMessage: OnMessage): void {
    let offset = this.#filled === 0 ? 0 : this.#finish(chunk, onMessage);
    while (this.#state === "busy" && chunk.byteLength - offset >= headerBytes) {
      const header = readHeader(chunk, offset);
      checkHeader(header, this.#rules);
      const end = offset + headerBytes + header.payloadBytes;
      if (end > chunk.byteLength) {
        this.#header = header;
        break;
      }
      onMessage(header, chunk.subarray(offset + headerBytes, end));
      offset = end;
    }
    if (this.#state === "busy" && offset < chunk.byteLength) this.#keep(chunk, offset, chunk.byteLength);
  }

  /** Completes the unfinished message as far as the chunk goes; gives the offset behind it. */
  #finish(chunk: Uint8Array, onMessage: OnMessage): number {
    let offset = 0;
    if (this.#header === undefined) {
      offset = Math.min(headerBytes - this.#filled, chunk.byteLength);
      this.#keep(chunk, 0, offset);
      if (this.#filled < headerBytes) return offset;
      this.#header = readHeader(this.#unfinished, 0);
      checkHeader(this.#header, this.#rules);
    }
    const header = this.#header;
    const wanted = headerBytes + header.payloadBytes;
    const end = Math.min(offset + wanted - this.#filled, chunk.byteLength);
    this.#keep(chunk, offset, end);
    if (this.#filled === wanted) {
      this.#header = undefined;
      this.#filled = 0;
      onMessage(header, this.#unfinished.subarray(headerBytes, wanted));
    }
    return end;
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    const needed = headerBytes + (this.#header?.payloadBytes ?? 0);
    if (needed > this.#unfinished.byteLength) {
      // To this message's size, which its header was checked for: at most its type's limit.
      const larger = new Uint8Array(needed);
      larger.set(this.#unfinished.subarray(0, this.#filled));
      this.#unfinished = larger;
    }
    this.#unfinished.set(chunk.subarray(from, to), this.#filled);
    this.#filled += to - from;
  }
}
