// The pipe between the network process and an engine process: the messages of the wire, read by the parser of the wire.
// Both ends of the pipe are this class; engine-host.ts holds one in the network process, engine-port.ts one in the engine.

import type { Duplex } from "node:stream";

import { type Message, parseMessage, serializeMessage } from "../messages/message.ts";
import { type EncodedPacket } from "../media/packet.ts";
import { videoChunks } from "../media/packet-chunks.ts";
import { createMessageParser } from "../messages/message-stream.ts";

/** What an {@link EnginePipe} tells its owner. */
export interface EnginePipeEvents {
  /** A message arrived. Views inside it (video data) are valid during the call only. */
  readonly onMessage: (message: Message) => void;
  /** The other process closed its end, or sent something that is not a message. Called once. */
  readonly onClose: (error: Error | undefined) => void;
}

/** One end of an engine's pipe. Owns the stream it is given. */
export class EnginePipe {
  readonly #stream: Duplex;
  readonly #events: EnginePipeEvents;
  readonly #parser = createMessageParser("engine");
  #closed = false;

  constructor(stream: Duplex, events: EnginePipeEvents) {
    this.#stream = stream;
    this.#events = events;
    stream.on("data", (chunk: Uint8Array) => this.receive(chunk));
    stream.on("error", (error) => this.#close(error));
    stream.on("close", () => this.#close(undefined));
    stream.on("end", () => this.#close(undefined));
  }

  /** Takes what the stream gives. Its owner calls it where the stream reads into memory of the owner's. @param chunk not kept after the call */
  receive(chunk: Uint8Array): void {
    if (this.#closed) return;
    try {
      this.#parser.push(chunk, (header, payload) => {
        const message = parseMessage(header, payload);
        if (!this.#closed && message.type !== "unknown") this.#events.onMessage(message);
      });
    } catch (error) {
      this.#close(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Bytes handed to {@link send} that the other process has not taken yet. */
  get pendingBytes(): number {
    return this.#stream.writableLength;
  }

  /** Writes one message. A message written after the other end left is dropped: {@link EnginePipeEvents.onClose} tells of it. */
  send(message: Message): void {
    if (!this.#closed) this.#stream.write(serializeMessage(message));
  }

  /** Writes a packet as its chunks, all at once: the other process wakes up once for it. Its data is copied. */
  sendPacket(packet: EncodedPacket): void {
    if (this.#closed) return;
    this.#stream.cork();
    for (const chunk of videoChunks(packet)) this.#stream.write(serializeMessage(chunk));
    this.#stream.uncork();
  }

  /** Closes this end. Messages already sent are still delivered. */
  end(): void {
    if (!this.#closed) this.#stream.end();
  }

  #close(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stream.destroy();
    this.#events.onClose(error);
  }
}
