// Between the socket and a consumer that may be slow: one picture with the consumer, the newest one waiting, nothing else.

import type { LegacyFrame } from "@simple-video-chat/protocol/legacy";

/** A picture on its way to the consumer, with the buffer it lies in. */
export interface HeldPicture {
  readonly frame: LegacyFrame;
  readonly buffer: Uint8Array;
}

/** Hands pictures to an asynchronous consumer one at a time; a newer one replaces one that waits. */
export class NewestPicture {
  /** Pictures handed to the consumer. */
  delivered = 0;
  /** Pictures replaced by a newer one before the consumer was free. */
  superseded = 0;
  readonly #consume: (frame: LegacyFrame) => void | Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  readonly #spares: Uint8Array[] = [];
  #waiting: HeldPicture | undefined;
  #work: Promise<void> | undefined;

  /** @param onFailure called with what the consumer threw; no picture is handed over after it */
  constructor(consume: (frame: LegacyFrame) => void | Promise<void>, onFailure: (error: unknown) => void) {
    this.#consume = consume;
    this.#onFailure = onFailure;
  }

  /** Takes a picture and its buffer. */
  put(picture: HeldPicture): void {
    if (this.#waiting !== undefined) {
      this.superseded += 1;
      this.#spares.push(this.#waiting.buffer);
    }
    this.#waiting = picture;
    this.#work ??= this.#deliverAll();
  }

  /** A buffer that is free again. */
  takeSpare(): Uint8Array | undefined {
    return this.#spares.pop();
  }

  /** Forgets the picture that waits. */
  clear(): void {
    this.#waiting = undefined;
  }

  /** Resolves when the consumer has had every picture. */
  async idle(): Promise<void> {
    await this.#work;
  }

  async #deliverAll(): Promise<void> {
    try {
      while (this.#waiting !== undefined) {
        const { frame, buffer } = this.#waiting;
        this.#waiting = undefined;
        this.delivered += 1;
        await this.#consume(frame);
        this.#spares.push(buffer);
      }
      this.#work = undefined;
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
