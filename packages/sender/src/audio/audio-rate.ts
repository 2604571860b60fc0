// How much sound a link takes, pure: from the delay of the packets beyond that of the fastest. Sound gets what it asks for as long as the link
// has it; what gives way first is the picture (see OutgoingVideo.hold).

import type { Micros } from "@simple-video-chat/protocol";

import type { OpusFormat } from "./opus-encoder.ts";

/**
 * From the best down. Short packets are heard sooner, but each costs 80 bytes of headers: at 64 kbit/s for everything, three quarters of the
 * second-last's 36 kbit/s are speech. Mono speech is transparent at 32 kbit/s and clear at 16 (RFC 6716, 2.1.1).
 */
export const audioFormats: readonly OpusFormat[] = [
  { bitrateBps: 40_000, packetMs: 10 },
  { bitrateBps: 32_000, packetMs: 20 },
  { bitrateBps: 24_000, packetMs: 40 },
  { bitrateBps: 16_000, packetMs: 60 },
];

/** Sound that waits longer than this on the way is too much for the link. Below it lies what radio links do by themselves. */
const tooLateUs = 150_000;
/** Sound that waits longer than this has no room for a picture beside it. */
const holdPictureUs = 350_000;
/** The picture may go on when sound is no later than this. */
const relaxedUs = 60_000;
/** A step down is given this long to show. */
const downIntervalUs = 1_000_000;
/** A step up is tried after so long a time without trouble; twice as long after each one that failed. */
const upAfterUs = 8_000_000;
const maxUpAfterUs = 120_000_000;
/** The fastest packet of this time is the measure: clocks drift, and routes change. */
const baseLifeUs = 30_000_000;

/** The rate of the sound to one receiver. */
export class AudioRate {
  readonly #ways: { readonly atUs: Micros; readonly wayUs: number }[] = [];
  #level = 0;
  #changedUs: Micros | undefined;
  #upAfterUs = upAfterUs;
  #wentUp = false;
  #isHolding = false;
  #delayUs = 0;

  /** What to encode: an index of {@link audioFormats}. */
  get level(): number {
    return this.#level;
  }

  /** Whether the picture has to wait. */
  get holdsPicture(): boolean {
    return this.#isHolding;
  }

  /** How long sound waits on the way beyond the fastest packet, µs. */
  get delayUs(): number {
    return this.#delayUs;
  }

  /**
   * A packet arrived.
   * @param wayUs from its recording to its arrival, with any constant in it: the other end's clock is another
   */
  onReport(wayUs: number, nowUs: Micros): void {
    while ((this.#ways.at(-1)?.wayUs ?? -Infinity) >= wayUs) this.#ways.pop();
    this.#ways.push({ atUs: nowUs, wayUs });
    while ((this.#ways[0]?.atUs ?? Infinity) < nowUs - baseLifeUs) this.#ways.shift();
    this.#delayUs = wayUs - (this.#ways[0]?.wayUs ?? wayUs);
    this.#changedUs ??= nowUs;
    if (this.#delayUs > holdPictureUs) this.#isHolding = true;
    if (this.#delayUs > tooLateUs) this.#down(nowUs);
    else if (this.#delayUs < relaxedUs) this.#up(nowUs);
    else if (this.#level === 0) this.#changedUs = nowUs;
  }

  #down(nowUs: Micros): void {
    const sinceUs = nowUs - (this.#changedUs ?? nowUs);
    if (sinceUs < downIntervalUs) return;
    if (this.#level < audioFormats.length - 1) {
      // One that went up and came back at once was wrong.
      if (this.#wentUp && sinceUs < upAfterUs) this.#upAfterUs = Math.min(2 * this.#upAfterUs, maxUpAfterUs);
      this.#level++;
      this.#wentUp = false;
    }
    this.#changedUs = nowUs;
  }

  #up(nowUs: Micros): void {
    if (nowUs - (this.#changedUs ?? nowUs) < this.#upAfterUs) return;
    // The picture takes more than sound does: it is the last to come back.
    if (this.#level > 0) this.#level--;
    else this.#isHolding = false;
    this.#wentUp = true;
    this.#changedUs = nowUs;
  }
}
