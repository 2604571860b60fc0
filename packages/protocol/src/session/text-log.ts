// The texts of a session, pure: numbered, kept until the other end has acknowledged them, sent again after a reconnect, and
// dropped there when they came twice. So each is delivered exactly once and in order, or reported undelivered.
import type { TextMessage } from "../messages/text.ts";

/** What became of a text. `undelivered`: the other end is not known to have it, and it will not be sent again. */
export type TextFate = "delivered" | "undelivered";

/** Texts that may wait for an acknowledgement; more are undelivered at once. */
export const maxPendingTexts = 256;

interface PendingText {
  id: number;
  readonly text: string;
  sent: boolean;
  readonly settle: (fate: TextFate) => void;
}

/** One end's texts: those that it sends, and how far it has received the other's. */
export class TextLog {
  #pending: PendingText[] = [];
  #lastId = 0;
  #lastSentId = 0;
  #receivedId = 0;

  /** Id of the newest text received: what an acknowledgement says. */
  get receivedId(): number {
    return this.#receivedId;
  }

  /** Takes a text to send. `settle` is called once, maybe at once. */
  add(text: string, settle: (fate: TextFate) => void): void {
    if (this.#pending.length >= maxPendingTexts) return settle("undelivered");
    this.#lastId += 1;
    this.#pending.push({ id: this.#lastId, text, sent: false, settle });
  }

  /** Another connection begins: everything that is not acknowledged will be sent again, under the same ids. */
  resume(): void {
    for (const pending of this.#pending) pending.sent = false;
  }

  /**
   * Another session begins, whose other end knows none of this. What was sent may or may not have arrived there: it is
   * undelivered. What was not sent yet goes on under new ids.
   */
  restart(): void {
    const atRisk = this.#pending.filter((pending) => pending.id <= this.#lastSentId);
    this.#pending = this.#pending.filter((pending) => pending.id > this.#lastSentId);
    this.#pending.forEach((pending, at) => (pending.id = at + 1));
    this.#lastId = this.#pending.length;
    this.#lastSentId = 0;
    this.#receivedId = 0;
    for (const pending of atRisk) pending.settle("undelivered");
  }

  /** Whether some were not put on the present connection yet. */
  get hasUnsent(): boolean {
    return this.#pending.some((pending) => !pending.sent);
  }

  /** The texts to put on the connection now, in order, `limit` at most; they count as sent on it. */
  takeUnsent(limit: number = Infinity): TextMessage[] {
    const unsent = this.#pending.filter((pending) => !pending.sent).slice(0, limit);
    for (const pending of unsent) {
      pending.sent = true;
      this.#lastSentId = Math.max(this.#lastSentId, pending.id);
    }
    return unsent.map(({ id, text }) => ({ type: "text", id, text }));
  }

  /** The other end has all texts up to `id`. False when none of that id was ever sent: it broke the protocol. */
  acknowledge(id: number): boolean {
    if (id > this.#lastSentId) return false;
    const delivered = this.#pending.filter((pending) => pending.id <= id);
    this.#pending = this.#pending.filter((pending) => pending.id > id);
    for (const pending of delivered) pending.settle("delivered");
    return true;
  }

  /** Whether a text that came in is new; one that is not was received before, and is only acknowledged again. */
  receive(id: number): boolean {
    if (id <= this.#receivedId) return false;
    this.#receivedId = id;
    return true;
  }

  /** Gives up on everything that is not acknowledged. */
  fail(): void {
    const failed = this.#pending;
    this.#pending = [];
    for (const pending of failed) pending.settle("undelivered");
  }
}
