// Pings and their answers: what they say of the other end's clock and of the round trip.
import type { PingMessage } from "../messages/ping.ts";
import type { PongMessage } from "../messages/pong.ts";
import { type ClockEstimate, ClockOffset } from "../time/clock-offset.ts";
import type { Micros } from "../time/clock.ts";

/** One end of a session's pings. */
export class ClockExchange {
  #offset = new ClockOffset();
  #pingId = 0;

  /** The next ping, to be sent now. */
  ping(nowUs: Micros): PingMessage {
    this.#pingId += 1;
    return { type: "ping", id: this.#pingId, sentUs: nowUs };
  }

  /** The answer to a ping that came now, to be sent at once. */
  answer({ id, sentUs }: PingMessage, nowUs: Micros): PongMessage {
    return { type: "pong", id, pingSentUs: sentUs, receivedUs: nowUs, sentUs: nowUs };
  }

  /** An answer has come. */
  take({ pingSentUs, receivedUs, sentUs }: PongMessage, nowUs: Micros): void {
    this.#offset.add({ sentUs: pingSentUs, receivedUs, repliedUs: sentUs, returnedUs: nowUs });
  }

  /** Another connection begins: maybe another way, maybe a computer that was started anew. */
  restart(): void {
    this.#offset = new ClockOffset();
  }

  /** What is known; undefined before the first answer. */
  estimate(nowUs: Micros): ClockEstimate | undefined {
    return this.#offset.estimate(nowUs);
  }
}
