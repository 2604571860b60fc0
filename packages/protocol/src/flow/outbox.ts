// The one place that writes to a connection. Control goes before audio, audio before video, and no more is handed to the
// socket than keeps it busy: what the socket has cannot be overtaken, so a word would wait behind all of it. Behind everything is bulk:
// it is not queued at all, but asked for, a message at a time, when nothing waits and the socket is empty.
import type { Duplex } from "node:stream";
import { maxVideoDataBytes } from "../limits.ts";
import { PacketMessages } from "../media/packet-messages.ts";
import type { EncodedPacket } from "../media/packet.ts";
import type { FileDataMessage } from "../messages/file-data.ts";
import { type NetworkMessage, serializeMessage } from "../messages/message.ts";
import { videoFixedBytes, type VideoMessage } from "../messages/video.ts";
import { type Micros, nowUs } from "../time/clock.ts";
import { headerBytes } from "../wire/header.ts";

/** Bytes that the socket may hold. Of video it is given one chunk at a time, so that sound and words never wait behind more than that. */
export const outboxBudgetBytes = 65_536;

/** Bytes of sound that may wait for the socket: a quarter of a second at 128 kbit/s. What is later than that is not worth hearing. */
const audioBudgetBytes = 4_096;

/** A message that is not video, which goes by {@link Outbox.sendVideo}, packet by packet, nor bulk, which is asked for. */
export type PlainMessage = Exclude<NetworkMessage, VideoMessage | FileDataMessage>;

/** Gives the next message of bulk, which then is on its way to the socket; undefined: none now, and {@link Outbox.offerBulk} says when. */
export type BulkSource = () => FileDataMessage | undefined;

/** Bytes of all video messages of a packet, headers included: what acknowledgements count. */
export function packetWireBytes(dataBytes: number): number {
  return dataBytes + messagesOf(dataBytes) * (headerBytes + videoFixedBytes);
}

function messagesOf(dataBytes: number): number {
  return Math.ceil(dataBytes / maxVideoDataBytes);
}

/** Options of an {@link Outbox}. */
export interface OutboxOptions {
  /** Written to by nobody else. For TLS the TLS socket: the raw one's `writableLength` is always 0. */
  readonly socket: Duplex;
  readonly budgetBytes?: number;
  readonly nowUs?: () => Micros;
  readonly bulk?: BulkSource;
}

/** A packet in the queue; its messages begin when its turn has come. */
interface QueuedPacket {
  readonly packet: EncodedPacket;
  readonly messageCount: number;
  messages?: PacketMessages;
  written: number;
}

/** Queues of one connection, and the pump that empties them into the socket as it takes them. */
export class Outbox {
  readonly #socket: Duplex;
  readonly #budgetBytes: number;
  readonly #nowUs: () => Micros;
  readonly #bulk: BulkSource | undefined;
  readonly #control: Uint8Array[] = [];
  /** Packets of sound, and what describes them. */
  readonly #audio: Uint8Array[] = [];
  /** Packets, and what must not overtake them: serialized messages about the track. */
  readonly #video: (QueuedPacket | Uint8Array)[] = [];
  readonly #emptied: (() => void)[] = [];
  #queuedBytes = 0;
  #audioBytes = 0;
  #writtenBytes = 0;
  #drainedUs: Micros;
  #isFinishing = false;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#socket = options.socket;
    this.#budgetBytes = options.budgetBytes ?? outboxBudgetBytes;
    this.#nowUs = options.nowUs ?? nowUs;
    this.#bulk = options.bulk;
    this.#drainedUs = this.#nowUs();
    this.#socket.once("close", () => this.#stop());
  }

  /** Bytes that were given to it and not yet to the socket. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Bytes that were given to the socket. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** For how long the socket has taken nothing although something waits; microseconds. */
  get stalledUs(): number {
    if (this.#queuedBytes === 0 && this.#socket.writableLength === 0) return 0;
    return this.#nowUs() - this.#drainedUs;
  }

  /**
   * Sends a message before all media; what describes a track keeps its place among the track's packets, and sound goes before video.
   * @returns whether it was taken: sound is not when the socket is so far behind that it would be of no use
   */
  send(message: PlainMessage): boolean {
    if (this.#closed) return false;
    const bytes = serializeMessage(message);
    if (message.type === "audio" && this.#audioBytes + bytes.byteLength > audioBudgetBytes) return false;
    const isSound = message.type === "audio" || message.type === "audio-track";
    if (isSound) this.#audioBytes += bytes.byteLength;
    const inOrder = message.type === "track" || message.type === "account";
    (isSound ? this.#audio : inOrder ? this.#video : this.#control).push(bytes);
    this.#queued(bytes.byteLength);
    return true;
  }

  /**
   * Sends a packet behind those that wait. Its data is not copied and belongs to the outbox until it is written.
   * @returns the bytes that it takes on the wire, headers included
   */
  sendVideo(packet: EncodedPacket): number {
    if (this.#closed) return 0;
    const bytes = packetWireBytes(packet.data.byteLength);
    this.#video.push({ packet, messageCount: messagesOf(packet.data.byteLength), written: 0 });
    this.#queued(bytes);
    return bytes;
  }

  /**
   * Writes a last message ahead of all that waits and drops the rest. A packet that has begun is abandoned, which is legal
   * only at the end.
   * @returns when the system has taken it; or when the socket is gone
   */
  async finish(last?: PlainMessage): Promise<void> {
    if (this.#closed) return;
    this.#isFinishing = true;
    this.#dropMedia();
    this.#queuedBytes = this.#control.reduce((sum, bytes) => sum + bytes.byteLength, 0);
    if (last !== undefined) this.send(last);
    await this.flush();
    this.#stop();
  }

  /** There may be bulk now, which there was not when it was last asked for. */
  offerBulk(): void {
    this.#pump();
  }

  /** Resolves when everything but bulk is written and the system has taken it, or when the socket is gone. */
  flush(): Promise<void> {
    if (this.#closed || (this.#queuedBytes === 0 && this.#socket.writableLength === 0)) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  #queued(bytes: number): void {
    // The time that a full socket stands still counts from when there was something to write.
    if (this.#queuedBytes === 0 && this.#socket.writableLength === 0) this.#drainedUs = this.#nowUs();
    this.#queuedBytes += bytes;
    this.#pump();
  }

  readonly #pump = (): void => {
    while (!this.#closed && this.#queuedBytes > 0 && this.#socket.writableLength < this.#budgetBytes) {
      const bytes = this.#control.shift() ?? this.#nextAudio();
      if (bytes !== undefined) this.#write(bytes);
      else if (this.#socket.writableLength === 0) this.#writeVideo();
      else break;
    }
    if (this.#queuedBytes === 0 && this.#socket.writableLength === 0) {
      for (const resolve of this.#emptied.splice(0)) resolve();
      this.#writeBulk();
    }
  };

  #writeBulk(): void {
    const message = this.#closed || this.#isFinishing ? undefined : this.#bulk?.();
    if (message === undefined) return;
    const bytes = serializeMessage(message);
    this.#drainedUs = this.#nowUs();
    this.#queuedBytes += bytes.byteLength;
    this.#write(bytes);
  }

  #nextAudio(): Uint8Array | undefined {
    const bytes = this.#audio.shift();
    this.#audioBytes -= bytes?.byteLength ?? 0;
    return bytes;
  }

  #writeVideo(): void {
    const [first] = this.#video;
    if (first === undefined || first instanceof Uint8Array) {
      this.#video.shift();
      if (first !== undefined) this.#write(first);
      return;
    }
    // A packet's sending time is that of its first message.
    first.messages ??= PacketMessages.of(first.packet, this.#nowUs());
    // One buffer, though that copies the data: one TLS record and one write. Two that are corked cost more than the copy.
    const bytes = first.messages.at(first.written++);
    if (first.written >= first.messageCount) this.#video.shift();
    if (bytes !== undefined) this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    this.#queuedBytes -= bytes.byteLength;
    this.#writtenBytes += bytes.byteLength;
    this.#socket.write(bytes, this.#onWritten);
  }

  readonly #onWritten = (): void => {
    this.#drainedUs = this.#nowUs();
    this.#pump();
  };

  #dropMedia(): void {
    this.#audio.length = 0;
    this.#audioBytes = 0;
    this.#video.length = 0;
  }

  #stop(): void {
    this.#closed = true;
    this.#control.length = 0;
    this.#dropMedia();
    this.#queuedBytes = 0;
    for (const resolve of this.#emptied.splice(0)) resolve();
  }
}
