// A call as long as it lives, over however many connections it takes: what the programs hold in their hands.
// Made by connectSession (dialer.ts) and listenForSessions (listener.ts).
import type { EncodedPacket } from "../media/packet.ts";
import type { CloseCode } from "../messages/close-code.ts";
import type { ClockEstimate } from "../time/clock-offset.ts";
import type { Credential } from "../transport/credential.ts";
import type { BulkSource } from "../flow/outbox.ts";
import type { SessionRole } from "./negotiation.ts";
import type { SessionDriver } from "./session-driver.ts";
import type { MediaMessage, SessionEvents, SessionStats } from "./session-events.ts";
import { type SessionStatus, statusOf } from "./state.ts";
import type { TextFate } from "./text-log.ts";

/** A session with one other end. */
export class Session {
  readonly #driver: SessionDriver;

  /** @internal */
  constructor(driver: SessionDriver) {
    this.#driver = driver;
  }

  /** Who opened the connection: the TCP role, not the media role. */
  get role(): SessionRole {
    return this.#driver.options.rules.role;
  }

  /** Identity of the credential that began it: the name by which it is revoked. */
  get identity(): string {
    return this.#driver.options.identity;
  }

  /**
   * 32 bytes for who wants to be called again: of the channel that began the session, the same at both ends, also when it has been resumed since.
   * undefined: there was no channel yet.
   */
  get contactSecret(): Buffer | undefined {
    return this.#driver.options.contactSecret();
  }

  /** Dialer: what to prove from now on when the other end was started anew, in place of an invite or code, which is used up by then. */
  returnWith(credential: Credential): void {
    this.#driver.options.returnWith?.(credential);
  }

  get status(): SessionStatus {
    return statusOf(this.#driver.state);
  }

  /** How far the other end's clock is from ours; undefined before a connection's first pong. */
  get clock(): ClockEstimate | undefined {
    return this.#driver.clock();
  }

  /** Calls `handler` at every such event from now on; the returned function ends that. */
  on<K extends keyof SessionEvents>(event: K, handler: (value: SessionEvents[K]) => void): () => void {
    return this.#driver.events.on(event, handler);
  }

  /**
   * Sends a message before all waiting media, or in its place among them if it describes them; sound goes before all video.
   * False: not live, or sound for which the link has no room; dropped.
   */
  send(message: MediaMessage): boolean {
    return this.#driver.send(message);
  }

  /**
   * Sends a packet. Its data is not copied: it must not change any more.
   * @returns the bytes that it takes on the wire, headers included, which is what acks count; 0: not live or no room, dropped
   */
  sendVideo(packet: EncodedPacket): number {
    return this.#driver.sendVideo(packet);
  }

  /**
   * Sends a text, cleaned (see cleanText), exactly once and in order, across reconnects; says what became of it.
   * @throws RangeError (rejects) when nothing is left of it, or more than maxTextBytes
   */
  sendText(text: string): Promise<TextFate> {
    return this.#driver.sendText(text);
  }

  /** Sends what `source` gives whenever nothing else waits, on every connection from now on. There is one source: a later one takes its place. */
  sendBulk(source: BulkSource): void {
    this.#driver.sendBulk(source);
  }

  /** There may be bulk now, which there was not when its source was last asked. */
  offerBulk(): void {
    this.#driver.offerBulk();
  }

  /** Resolves when everything that was sent is with the system, or the connection is gone: before a {@link close}, which drops it. */
  flush(): Promise<void> {
    return this.#driver.flush();
  }

  /** Ends the present connection, of an end that does not do its part; the session waits for it to come back, as after any loss. */
  cut(cause: string): void {
    this.#driver.cut(cause);
  }

  /** Ends the session: says why, and resolves when the connection is gone. Safe to call at any time, and again. */
  close(code: CloseCode = "normal", reason = ""): Promise<void> {
    return this.#driver.close(code, reason);
  }

  /** Counters since the beginning. */
  stats(): SessionStats {
    return this.#driver.stats();
  }

  /**
   * 32 bytes that only the two ends of the present connection know, one value a label: for known peers, and for words to
   * compare. undefined: not live.
   */
  exportKey(label: string): Buffer | undefined {
    return this.#driver.exportKey(label);
  }
}
