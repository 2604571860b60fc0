// One secure channel's life within a session: bytes in through the parser, messages out through the outbox, and a goodbye
// that the other end gets to read. It knows messages, not their meaning: the session decides that.
import { ProtocolError } from "../errors.ts";
import { type BulkSource, Outbox } from "../flow/outbox.ts";
import type { CloseCode } from "../messages/close-code.ts";
import { createMessageParser } from "../messages/message-stream.ts";
import { parseMessage, type ReceivedFromNetwork } from "../messages/message.ts";
import type { Scheduler } from "../time/scheduler.ts";
import type { SecureChannel } from "../transport/secure-channel.ts";
import { headerBytes, type MessageHeader } from "../wire/header.ts";

/** What a connection tells its session. None of it is called after {@link Connection.hangUp}, except `onGone`. */
export interface ConnectionHandlers {
  /** Bytes came in; messages made of them follow. */
  onHeard(): void;
  /** `wireBytes` gives the whole message as it was on the wire, in a new buffer; call it within the call or not at all. */
  onMessage(message: ReceivedFromNetwork, wireBytes: () => Uint8Array): void;
  /** The other end broke the protocol; nothing more is read. */
  onViolation(code: CloseCode, reason: string): void;
  /** The channel has ended without a goodbye of ours. */
  onLost(cause: string): void;
  /** The socket is gone, for whatever reason; once. */
  onGone(): void;
}

/** How a connection is made. */
export interface ConnectionOptions {
  readonly channel: SecureChannel;
  readonly handlers: ConnectionHandlers;
  readonly scheduler: Scheduler;
  /** After a goodbye the other end has this long to end the connection, milliseconds. */
  readonly lingerMs: number;
  readonly bulk: BulkSource;
}

/** A channel that carries messages. */
export class Connection {
  readonly channel: SecureChannel;
  readonly outbox: Outbox;
  readonly #handlers: ConnectionHandlers;
  readonly #options: ConnectionOptions;
  readonly #parser = createMessageParser("network");
  #bytesIn = 0;
  #hungUp = false;

  constructor(options: ConnectionOptions) {
    const { channel, handlers, scheduler, bulk } = options;
    this.#options = options;
    this.channel = channel;
    this.#handlers = handlers;
    this.outbox = new Outbox({ socket: channel.socket, nowUs: () => scheduler.nowUs(), bulk });
    channel.socket.on("data", (chunk: Uint8Array) => this.#read(chunk));
    channel.socket.once("end", () => this.#lost("the other end is gone"));
    channel.socket.once("error", () => channel.destroy());
    channel.socket.once("close", () => {
      this.#lost("the connection was cut");
      handlers.onGone();
    });
  }

  /** Bytes that came in, in plaintext. */
  get bytesIn(): number {
    return this.#bytesIn;
  }

  /**
   * Ends the connection; with `close` the other end is told why. What still comes in is read and thrown away: a socket that is
   * closed with unread bytes resets the connection, and the reset would overtake the goodbye.
   */
  hangUp(close?: { readonly code: CloseCode; readonly reason: string }): void {
    if (this.#hungUp) return;
    this.#hungUp = true;
    this.#parser.stop();
    const { channel } = this;
    const cancel = this.#options.scheduler.after(this.#options.lingerMs, () => channel.destroy());
    channel.socket.once("close", cancel);
    void this.outbox.finish(close === undefined ? undefined : { type: "close", ...close }).then(() => channel.socket.end());
  }

  #read(chunk: Uint8Array): void {
    if (this.#hungUp) return;
    this.#bytesIn += chunk.byteLength;
    this.#handlers.onHeard();
    try {
      this.#parser.push(chunk, (header, payload) => {
        if (this.#hungUp) return;
        // An engine's message has not come past the parser.
        const message = parseMessage(header, payload) as ReceivedFromNetwork;
        this.#handlers.onMessage(message, () => onWire(header, payload));
      });
    } catch (error) {
      // Anything else is a defect of ours, and not to be blamed on the other end.
      if (!(error instanceof ProtocolError)) throw error;
      if (!this.#hungUp) this.#handlers.onViolation(error.closeCode, error.message);
    }
  }

  #lost(cause: string): void {
    if (this.#hungUp) return;
    this.#hungUp = true;
    this.channel.destroy();
    this.#handlers.onLost(cause);
  }
}

function onWire(header: MessageHeader, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerBytes + payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, header.typeId);
  view.setUint8(1, header.flags);
  view.setUint16(2, header.track);
  view.setUint32(4, header.payloadBytes);
  bytes.set(payload, headerBytes);
  return bytes;
}
