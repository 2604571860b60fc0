// A connection to the user's sound server, PulseAudio or PipeWire, in its native protocol: commands with replies, and the samples of the
// streams, all over one local socket (src/pulsecore/pstream.c and protocol-native.c of PulseAudio). No native code, and no thread but ours.
import { connect, type Socket } from "node:net";
import { SoundError } from "./sound.ts";
import { pulseSocketPaths, readPulseCookie } from "./pulse-server.ts";
import { TagReader, TagWriter } from "./pulse-tags.ts";

/** PulseAudio's numbers of the commands used here. */
const commands = {
  createPlayback: 3,
  deletePlayback: 4,
  createRecord: 5,
  deleteRecord: 6,
  auth: 8,
  setClientName: 9,
  getPlaybackLatency: 14,
  getServerInfo: 20,
  getSinks: 22,
  getSources: 24,
  getRecordLatency: 57,
} as const;

const replyError = 0;
const reply = 2;
/** What the server says unasked, by number: of playback and of record streams. */
const notices: Readonly<Record<number, PulseNotice["notice"]>> = { 61: "wanted", 64: "gone", 65: "gone", 78: "moved", 79: "moved" };

/** The protocol of PulseAudio 0.9.16 (2009): everything that is needed, and spoken by everything since. */
const protocolVersion = 15;
/** A packet begins with its length, channel, offset (8 bytes) and flags. */
const headerBytes = 20;
const commandChannel = 0xffff_ffff;
/** Far above any reply; a server that says more is none. */
const maxPacketBytes = 1 << 22;
const connectTimeoutMs = 2_000;
/** Eight blocks of sound. */
const readBytes = 16_384;

/** A command by name. */
export type PulseCommand = keyof typeof commands;

/** What the server says of a stream. */
export type PulseNotice =
  /** It wants this many bytes. */
  | { readonly notice: "wanted"; readonly channel: number; readonly bytes: number }
  /** It has ended it. */
  | { readonly notice: "gone"; readonly channel: number }
  /** It goes on with another device, the one of this id: it was unplugged, or the user wants another one. */
  | { readonly notice: "moved"; readonly channel: number; readonly deviceId: string };

/** What a client tells its streams. */
export interface PulseClientEvents {
  readonly onNotice: (notice: PulseNotice) => void;
  /** Samples of a record stream; valid during the call only. */
  readonly onSamples: (channel: number, bytes: Buffer) => void;
  /** The server is gone. Called once, not after {@link PulseClient.close}. */
  readonly onGone: (reason: string) => void;
}

interface Waiting {
  readonly resolve: (values: TagReader) => void;
  readonly reject: (error: SoundError) => void;
}

/** One connection; made by {@link connectPulse}. */
export class PulseClient {
  readonly #socket: Socket;
  readonly #events: PulseClientEvents;
  readonly #waiting = new Map<number, Waiting>();
  #held: Buffer = Buffer.alloc(0);
  #nextTag = 0;
  #isClosed = false;

  /** @internal @param receive is told who takes what the socket receives */
  constructor({ socket, receive }: PulseSocket, events: PulseClientEvents) {
    receive.by = (chunk) => this.#receive(chunk);
    this.#socket = socket;
    this.#events = events;
    socket.on("error", () => this.#end("the sound server does not answer any more"));
    socket.on("close", () => this.#end("the sound server has ended"));
  }

  /**
   * Sends a command.
   * @param values - as the command wants them
   * @returns the values of the reply
   * @throws SoundError (rejects) sound-device-failed when the server refuses it
   */
  command(name: PulseCommand, values: TagWriter = new TagWriter()): Promise<TagReader> {
    if (this.#isClosed) return Promise.reject(new SoundError("no-sound-server", "The sound server is gone."));
    const tag = this.#nextTag++;
    const bytes = Buffer.concat([new TagWriter().u32(commands[name]).u32(tag).finish(), values.finish()]);
    this.#write(commandChannel, bytes);
    return new Promise((resolve, reject) => this.#waiting.set(tag, { resolve, reject }));
  }

  /** Gives samples to a playback stream; they are copied. */
  play(channel: number, samples: Float32Array): void {
    if (!this.#isClosed) this.#write(channel, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #write(channel: number, payload: Buffer): void {
    const packet = Buffer.allocUnsafe(headerBytes + payload.byteLength).fill(0, 0, headerBytes);
    packet.writeUInt32BE(payload.byteLength, 0);
    packet.writeUInt32BE(channel, 4);
    payload.copy(packet, headerBytes);
    this.#socket.write(packet);
  }

  #receive(chunk: Buffer): void {
    let bytes = this.#held.byteLength === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (bytes.byteLength >= headerBytes) {
      const length = bytes.readUInt32BE(0);
      if (length > maxPacketBytes) return this.#end("the sound server sends what is not its protocol");
      if (bytes.byteLength < headerBytes + length) break;
      const channel = bytes.readUInt32BE(4);
      const payload = bytes.subarray(headerBytes, headerBytes + length);
      bytes = bytes.subarray(headerBytes + length);
      if (channel === commandChannel) this.#obey(payload);
      else this.#events.onSamples(channel, payload);
      if (this.#isClosed) return;
    }
    this.#held = bytes.byteLength === 0 ? bytes : Buffer.from(bytes);
  }

  #obey(payload: Buffer): void {
    // Replies are read when whoever waits for them gets to it; the socket's memory holds other things then.
    const values = new TagReader(Buffer.from(payload));
    const command = values.integer();
    const tag = values.integer();
    const notice = notices[command];
    if (notice !== undefined) {
      const channel = values.integer();
      if (notice === "wanted") this.#events.onNotice({ notice, channel, bytes: values.integer() });
      else if (notice === "moved") this.#events.onNotice({ notice, channel, deviceId: values.skip(1).text() });
      else this.#events.onNotice({ notice, channel });
      return;
    }
    const waiting = this.#waiting.get(tag);
    this.#waiting.delete(tag);
    if (command === reply) waiting?.resolve(values);
    else if (command === replyError)
      waiting?.reject(new SoundError("sound-device-failed", `The sound server refuses it (error ${values.integer()}).`));
  }

  #end(reason: string): void {
    if (this.#isClosed) return;
    this.close();
    for (const { reject } of this.#waiting.values()) reject(new SoundError("no-sound-server", `It did not work: ${reason}.`));
    this.#waiting.clear();
    this.#events.onGone(reason);
  }
}

/**
 * Connects to the user's sound server.
 * @throws SoundError (rejects) no-sound-server
 */
export async function connectPulse(events: PulseClientEvents, env: NodeJS.ProcessEnv = process.env): Promise<PulseClient> {
  let isConnected = false;
  const onGone = (reason: string): void => {
    // Before that the command that fails says it.
    if (isConnected) events.onGone(reason);
  };
  const client = new PulseClient(await openSocket(pulseSocketPaths(env)), { ...events, onGone });
  await client.command("auth", new TagWriter().u32(protocolVersion).bytes(await readPulseCookie(env)));
  await client.command("setClientName", new TagWriter().properties({ "application.name": "Simple Video Chat", "media.role": "phone" }));
  isConnected = true;
  return client;
}

/** A socket that reads into one piece of memory: a new one for each of its hundreds of reads a second costs more than what is done with it. */
interface PulseSocket {
  readonly socket: Socket;
  /** Takes what comes; valid during the call only. */
  readonly receive: { by: (chunk: Buffer) => void };
}

async function openSocket(paths: readonly string[]): Promise<PulseSocket> {
  for (const path of paths) {
    const socket = await tryPath(path);
    if (socket !== undefined) return socket;
  }
  throw new SoundError("no-sound-server", "No sound server (PulseAudio or PipeWire) runs here.");
}

function tryPath(path: string): Promise<PulseSocket | undefined> {
  return new Promise((resolve) => {
    const receive: PulseSocket["receive"] = { by: () => {} };
    const callback = (bytes: number, buffer: Uint8Array): boolean => {
      receive.by(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
      return true;
    };
    const socket = connect({ path, timeout: connectTimeoutMs, onread: { buffer: Buffer.alloc(readBytes), callback } });
    const fail = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    socket.once("error", fail);
    socket.once("timeout", fail);
    socket.once("connect", () => {
      socket.removeAllListeners();
      socket.setTimeout(0);
      resolve({ socket, receive });
    });
  });
}
