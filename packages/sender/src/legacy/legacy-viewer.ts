// One original client that watches: takes a picture only when the one before has left this process, so it holds one at most.

import type { Socket } from "node:net";

import type { LegacyEnvelope } from "@simple-video-chat/protocol/legacy";

/** Why a viewer is gone. `spoke`: it sent bytes, which the original client never does. `stalled`: it took nothing for too long. */
export type LegacyViewerEnd = "left" | "spoke" | "stalled" | "server-stopped";

/** A picture ready to be written, shared by all viewers. */
export interface NumberedPicture {
  /** From 1, in the order taken from the source. */
  readonly number: number;
  readonly envelope: LegacyEnvelope;
  /** Read once for all viewers, and only if one takes it; never changed afterwards. */
  readonly pixels: () => Uint8Array;
}

/** How long a viewer may take for its last picture when the server ends. */
const LAST_PICTURE_MS = 2_000;

/** A connected original client. */
export class LegacyViewer {
  /** Pictures written. */
  sent = 0;
  readonly #socket: Socket;
  readonly #firstNumber: number;
  #takenNumber: number;
  #offeredNumber: number;
  #writtenAtMs = 0;
  #end: LegacyViewerEnd = "left";

  /**
   * @param lastNumber the number of the last picture before it came: it gets only later ones
   * @param onReady called when a picture has left and there is room for the next
   */
  constructor(socket: Socket, lastNumber: number, onReady: () => void) {
    this.#socket = socket;
    this.#firstNumber = lastNumber + 1;
    this.#takenNumber = lastNumber;
    this.#offeredNumber = lastNumber;
    socket.setNoDelay(true);
    socket.on("drain", onReady);
    socket.on("data", () => this.close("spoke"));
    socket.on("error", () => undefined); // 'close' follows; a viewer that vanishes is normal
  }

  /** Pictures that it did not get because it was still busy with an earlier one. */
  get skipped(): number {
    return this.#offeredNumber - this.#firstNumber + 1 - this.sent;
  }

  /** Bytes that the kernel has taken. */
  get bytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** Why it is gone; meaningful after its socket closed. */
  get end(): LegacyViewerEnd {
    return this.#end;
  }

  /** Writes the picture, unless it is still busy with an earlier one or has it already. */
  offer(picture: NumberedPicture): void {
    this.#offeredNumber = picture.number;
    const socket = this.#socket;
    if (socket.writableLength > 0 || picture.number <= this.#takenNumber || !socket.writable) {
      return;
    }
    this.#takenNumber = picture.number;
    this.#writtenAtMs = performance.now();
    this.sent += 1;
    socket.cork();
    socket.write(picture.envelope.head);
    socket.write(picture.pixels());
    socket.write(picture.envelope.tail);
    socket.uncork();
  }

  /** True when a picture was not taken within `limitMs`. */
  hasStalled(limitMs: number): boolean {
    return this.#socket.writableLength > 0 && performance.now() - this.#writtenAtMs > limitMs;
  }

  /** Ends it at once, in the middle of a picture if need be. */
  close(end: LegacyViewerEnd): void {
    this.#end = end;
    this.#socket.destroy();
  }

  /** Lets it have the picture it is at, then ends it. */
  finish(): void {
    this.#end = "server-stopped";
    const timer = setTimeout(() => this.#socket.destroy(), LAST_PICTURE_MS);
    this.#socket.once("close", () => clearTimeout(timer));
    this.#socket.end();
  }
}
