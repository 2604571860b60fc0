// The texts of a session over all its connections: what is typed while there is none waits for the next, within reason.
import { maxTextBytes } from "../limits.ts";
import { cleanText } from "../messages/clean-text.ts";
import type { TextAckMessage } from "../messages/text-ack.ts";
import type { TextMessage } from "../messages/text.ts";
import type { Scheduler } from "../time/scheduler.ts";
import { type TextFate, TextLog } from "./text-log.ts";
import { TextPace } from "./text-pace.ts";

/** What a {@link TextExchange} needs of its session. */
export interface TextExchangeOptions {
  readonly scheduler: Scheduler;
  /** Without a connection for longer than this, texts are undelivered; milliseconds. */
  readonly waitMs: number;
  /** Puts it on the present connection. */
  send(message: TextMessage | TextAckMessage): void;
  /** A text came, cleaned by its parser. */
  onText(text: string): void;
}

const anyLines = { lines: true } as const;

/** One end of a session's texts. */
export class TextExchange {
  readonly #options: TextExchangeOptions;
  readonly #log = new TextLog();
  readonly #pace = new TextPace();
  #phase: "waiting" | "live" | "gave-up" | "closed" = "waiting";
  #cancelTimer: (() => void) | undefined;
  #cancelPaceTimer: (() => void) | undefined;

  constructor(options: TextExchangeOptions) {
    this.#options = options;
  }

  /**
   * Sends a text now, or with the next connection.
   * @returns a promise of what became of it; rejected with a RangeError when, cleaned, it is empty or too long
   */
  send(text: string): Promise<TextFate> {
    const clean = cleanText(text, anyLines);
    const bytes = Buffer.byteLength(clean);
    if (bytes === 0 || bytes > maxTextBytes) {
      return Promise.reject(new RangeError(`a text has 1 to ${maxTextBytes} bytes, not ${bytes}`));
    }
    if (this.#phase === "closed" || this.#phase === "gave-up") return Promise.resolve("undelivered");
    return new Promise((resolve) => {
      this.#log.add(clean, resolve);
      if (this.#phase === "live") this.sendWaiting();
    });
  }

  /** Takes a text that came in. It is acknowledged after it was told, so that one whose telling failed does not count as delivered. */
  receive({ id, text }: TextMessage): void {
    if (this.#log.receive(id)) this.#options.onText(text);
    this.#options.send({ type: "text-ack", id: this.#log.receivedId });
  }

  /** The other end has all texts up to `id`. False when it was never sent that many. */
  acknowledged(id: number): boolean {
    return this.#log.acknowledge(id);
  }

  /** There is no connection, or none any more. */
  wait(): void {
    this.#cancelTimer?.();
    this.#phase = "waiting";
    this.#cancelTimer = this.#options.scheduler.after(this.#options.waitMs, () => {
      this.#phase = "gave-up";
      this.#log.fail();
    });
  }

  /** There is a connection, of a session that the other end may not know (`isRenewed`). {@link sendWaiting} comes next. */
  live(isRenewed: boolean): void {
    this.#cancelTimer?.();
    this.#phase = "live";
    if (isRenewed) this.#log.restart();
    else this.#log.resume();
  }

  /** Sends what was not sent on this connection yet, as fast as the other end allows. */
  sendWaiting(): void {
    this.#cancelPaceTimer?.();
    this.#cancelPaceTimer = undefined;
    if (this.#phase !== "live") return;
    const { scheduler, send } = this.#options;
    const texts = this.#log.takeUnsent(this.#pace.allowance(scheduler.nowUs()));
    this.#pace.sent(texts.length);
    for (const text of texts) send(text);
    if (this.#log.hasUnsent) this.#cancelPaceTimer = scheduler.after(this.#pace.waitMs(), () => this.sendWaiting());
  }

  /** The session is over. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelPaceTimer?.();
    this.#phase = "closed";
    this.#log.fail();
  }
}
