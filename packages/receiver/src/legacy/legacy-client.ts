// Watches an original server: socket → pickle reader → newest picture → the consumer (the display). Runs in the playback engine, because
// raw pictures stay where they are shown. Never sends a byte. No encryption, no password.

import { connect } from "node:net";
import type { Socket } from "node:net";

import { LegacyError, LegacyFrameReader, unpickleFrame } from "@simple-video-chat/protocol/legacy";
import type { LegacyFrame } from "@simple-video-chat/protocol/legacy";

import { LegacyClientError, connectError } from "./legacy-client-error.ts";
import { NewestPicture } from "./newest-picture.ts";

/** A picture from an original server. */
export interface ReceivedPicture {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Width × height × 3 bytes: rows from the top, blue, green, red, no padding. Valid until the consumer's promise settles. */
  readonly bgr: Buffer;
}

/** Settings of a {@link LegacyClient}. */
export interface LegacyClientOptions {
  readonly host: string;
  /** Default 1234, the port of the original. */
  readonly port?: number;
  /** Default 5 s. */
  readonly connectTimeoutMs?: number;
  /** Shows a picture. While its promise is pending newer pictures replace each other, and the newest comes next. */
  readonly onPicture: (picture: ReceivedPicture) => void | Promise<void>;
}

/** Pictures so far: received = delivered + superseded + at most one that waits. */
export interface LegacyClientCounts {
  readonly received: number;
  /** Given to the consumer. */
  readonly delivered: number;
  /** Replaced by a newer one while the consumer was busy. */
  readonly superseded: number;
}

const DEFAULT_PORT = 1234;
const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
/** The kernel asks an otherwise silent peer after this; a vanished one then fails within about 15 s. */
const KEEP_ALIVE_MS = 5_000;

/** Watches one original server until it ends. Does not reconnect. */
export class LegacyClient {
  readonly #options: LegacyClientOptions;
  readonly #reader = new LegacyFrameReader();
  readonly #pictures: NewestPicture;
  readonly #finished: Promise<void>;
  #resolveFinished: () => void = () => undefined;
  #rejectFinished: (error: unknown) => void = () => undefined;
  #socket: Socket | undefined;
  #received = 0;
  #over = false;

  constructor(options: LegacyClientOptions) {
    this.#options = options;
    this.#pictures = new NewestPicture(
      (frame) => options.onPicture(receivedPicture(frame)),
      (error) => this.#fail(error),
    );
    this.#finished = new Promise((resolve, reject) => {
      this.#resolveFinished = resolve;
      this.#rejectFinished = reject;
    });
    this.#finished.catch(() => undefined); // whoever asks for `finished` sees it
  }

  /**
   * Resolves when the server closed between two pictures and the consumer has had the last, or after {@link stop}.
   * Rejects with a LegacyClientError, or with what the consumer threw.
   */
  get finished(): Promise<void> {
    return this.#finished;
  }

  get counts(): LegacyClientCounts {
    const { delivered, superseded } = this.#pictures;
    return { received: this.#received, delivered, superseded };
  }

  /** Bytes from the network so far. */
  get receivedBytes(): number {
    return this.#socket?.bytesRead ?? 0;
  }

  /**
   * Connects; pictures come from then on.
   *
   * @throws LegacyClientError `host-unknown`, `refused` or `unreachable`
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => this.#connect(resolve, reject));
  }

  /** Leaves. The consumer gets no picture after this. */
  stop(): void {
    this.#over = true;
    this.#pictures.clear();
    this.#socket?.destroy();
    this.#resolveFinished();
  }

  #connect(resolve: () => void, reject: (error: LegacyClientError) => void): void {
    const { host, port = DEFAULT_PORT, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = this.#options;
    const socket = connect({ host, port, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
    this.#socket = socket;
    const timer = setTimeout(() => socket.destroy(new Error("no answer in time")), connectTimeoutMs);
    let connected = false;
    socket.once("connect", () => {
      connected = true;
      clearTimeout(timer);
      resolve();
    });
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.once("end", () => void this.#endOfStream());
    socket.on("error", (error) => {
      const known = connected
        ? new LegacyClientError("lost", `The connection to ${host}:${port} broke.`, { cause: error })
        : connectError(error, host, port);
      reject(known);
      this.#fail(known);
    });
    socket.once("close", () => {
      clearTimeout(timer);
      resolve(); // only matters after stop() during the connect
    });
  }

  #take(chunk: Buffer): void {
    if (this.#over) {
      return;
    }
    try {
      this.#reader.push(chunk, (payload) => this.#takePayload(payload));
    } catch (error) {
      this.#fail(error instanceof LegacyError ? badBytes(error) : error);
    }
  }

  #takePayload(payload: Uint8Array): void {
    const result = unpickleFrame(payload);
    if (result.type === "camera-failed") {
      throw new LegacyClientError(
        "camera-failed",
        "The other computer's camera gives no picture: check it there and start its server again.",
      );
    }
    this.#received += 1;
    const buffer = this.#reader.swapBuffer();
    this.#pictures.put({ frame: result, buffer });
    this.#reader.swapBuffer(this.#pictures.takeSpare()); // only now: the picture just replaced has freed one
  }

  async #endOfStream(): Promise<void> {
    if (this.#reader.hasPartial) {
      this.#fail(new LegacyClientError("closed-in-picture", "The other computer closed the call in the middle of a picture."));
      return;
    }
    await this.#pictures.idle();
    this.#over = true;
    this.#resolveFinished();
  }

  #fail(error: unknown): void {
    this.#over = true;
    this.#pictures.clear();
    this.#socket?.destroy();
    this.#rejectFinished(error);
  }
}

function receivedPicture(frame: LegacyFrame): ReceivedPicture {
  const { pixels, widthPx, heightPx } = frame;
  return { widthPx, heightPx, bgr: Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength) };
}

function badBytes(error: LegacyError): LegacyClientError {
  return new LegacyClientError(
    "bad-bytes",
    `What came is not a picture of the original program (${error.code}): is it an original server at all?`,
    { cause: error },
  );
}
