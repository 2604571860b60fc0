// How often the other end may say what it says: a bucket of tokens for each kind of message, pure. What answers video (acks,
// reports) is bounded by the video it answers, and not counted.
import { maxAudioMessagesPerS, maxControlMessagesPerS, maxTextsPerS, maxVideoPacketsPerS, textRetentionMs } from "../limits.ts";
import type { ReceivedMessage } from "../messages/message.ts";
import type { Micros } from "../time/clock.ts";

/** A bucket holds this many seconds' worth: what a lost packet held up comes at once. */
const burstS = 4;

interface Bucket {
  readonly perS: number;
  readonly size: number;
  tokens: number;
}

function bucket(perS: number, size: number = perS * burstS): Bucket {
  return { perS, size, tokens: size };
}

/** Counts what comes in over one session. */
export class RateGuard {
  // One second's worth of the fastest camera is four of a usual one.
  readonly #video = bucket(maxVideoPacketsPerS, maxVideoPacketsPerS);
  readonly #audio = bucket(maxAudioMessagesPerS);
  readonly #control = bucket(maxControlMessagesPerS);
  // All the texts of an outage come when it is over.
  readonly #texts = bucket(maxTextsPerS, (maxTextsPerS * textRetentionMs) / 1_000);
  #filledUs: Micros | undefined;

  /** Whether this message is still within what is allowed; it is counted. */
  allows(message: ReceivedMessage, nowUs: Micros): boolean {
    const taken = this.#bucketOf(message);
    if (taken === undefined) return true;
    this.#fill(nowUs);
    taken.tokens -= 1;
    return taken.tokens >= 0;
  }

  #bucketOf(message: ReceivedMessage): Bucket | undefined {
    switch (message.type) {
      case "video":
        // Of a packet's chunks the first counts.
        return message.offset === 0 ? this.#video : undefined;
      case "audio":
        return this.#audio;
      case "text":
        return this.#texts;
      case "ack":
      case "report":
      case "text-ack":
      // Bounded by their bytes: only so many may be under way (files/incoming-file.ts), and acks answer them.
      case "file-data":
      case "file-ack":
        return undefined;
      default:
        return this.#control;
    }
  }

  #fill(nowUs: Micros): void {
    const elapsedS = (nowUs - (this.#filledUs ?? nowUs)) / 1_000_000;
    this.#filledUs = nowUs;
    for (const each of [this.#video, this.#audio, this.#control, this.#texts]) {
      each.tokens = Math.min(each.size, Math.max(each.tokens, 0) + elapsedS * each.perS);
    }
  }
}
