// How much sound a link takes, pure: from the delay of the packets beyond that of the fastest, and from what had to be made up. Sound gets what it
// asks for as long as the link has it; what gives way first is the picture (see OutgoingVideo.hold), and it comes back last.

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

/**
 * The same for two channels, which are asked for to hear music: that takes 64 to 128 kbit/s (RFC 6716, 2.1.1), and a little more in packets of
 * 10 ms. A link that has no room for it gets one channel, which is better than two poor ones.
 */
export const stereoFormats: readonly OpusFormat[] = [
  { bitrateBps: 96_000, packetMs: 10, channels: 2 },
  { bitrateBps: 64_000, packetMs: 20, channels: 2 },
  ...audioFormats.slice(2),
];

/**
 * What counts is the least delay of this time: a packet that is lost holds up those behind it for a moment, whatever their size; a queue
 * that never ends is too much for the link.
 */
const standingUs = 1_500_000;
/** Sound that always waits longer than this on the way is too much for the link. Below it lies what radio links do by themselves. */
const tooLateUs = 150_000;
/** Sound that always waits longer than this has no room for a picture beside it. */
const holdPictureUs = 350_000;
/**
 * Reports over less than this say nothing yet. When a link has stood still all that waited comes at once, late by as long as it stood: that
 * is over, and neither the sound nor the picture has to be less for it.
 */
const leastSpanUs = 1_000_000;
/** There is room for more when sound waits less than this at times. */
const relaxedUs = 60_000;
/** A step is given this long to show. */
const downIntervalUs = 1_500_000;
/** A step up is tried after so long a time without trouble; after each one that failed so many times as long. */
const upAfterUs = 5_000_000;
/** The same while the picture waits: where the best sound has no room there is none for the picture, and to hear it is the gentlest way to know. */
const upInHoldUs = 2_500_000;
/** The same for the picture, which disturbs more when it was wrong, once the sound is at its best. */
const showAfterUs = 3_000_000;
const afterFailure = 8;
const maxAfterUs = 60_000_000;
/** What fails within this time was tried too soon: a link that is a little too narrow fills slowly. */
const soonUs = 20_000_000;
/**
 * Sound of which more than this share is made up in each of so many seconds, one after the other, comes in pieces: on a narrow link a picture takes
 * longer than sound can be held, though none of it stays on the way.
 */
const piecesShare = 0.1;
const piecesSeconds = 3;
/** A picture that is given less than this, bits a second, may be what holds up the sound; with more it is the link, or a computer. */
const narrowBps = 150_000;
const secondUs = 1_000_000;
/** The fastest packet of this time is the measure: clocks drift, and routes change. */
const baseLifeUs = 30_000_000;

/** When something may be tried again: later each time that it failed soon after, and no later than at first where the last try has held. */
class Retry {
  readonly #firstUs: number;
  #waitUs: number;
  #triedUs: number | undefined;
  #hasFailed = false;

  constructor(firstUs: number) {
    this.#firstUs = firstUs;
    this.#waitUs = firstUs;
  }

  /** It had to be taken back. */
  failed(nowUs: number): void {
    const isSoon = this.#triedUs !== undefined && nowUs - this.#triedUs < soonUs;
    this.#waitUs = isSoon ? Math.min(afterFailure * this.#waitUs, maxAfterUs) : this.#firstUs;
    this.#hasFailed = true;
  }

  /** Whether it is time, so long after the last change. */
  isDue(sinceUs: number, nowUs: number): boolean {
    const waitUs = this.#hasFailed ? this.#waitUs : this.#firstUs;
    if (sinceUs < waitUs) return false;
    this.#waitUs = waitUs;
    this.#triedUs = nowUs;
    this.#hasFailed = false;
    return true;
  }
}

/** What a receiver says of the sound, and what is sent beside it. */
export interface SoundReport {
  /** From the sending of a packet to its arrival, with any constant in it: the other end's clock is another. */
  readonly wayUs: number;
  /** Sound that had to be made up so far, ms. */
  readonly concealedMs: number;
  /** What the picture is given, bits a second. */
  readonly pictureBps: number;
}

/** The rate of the sound to one receiver. */
export class AudioRate {
  readonly #ways: { readonly atUs: Micros; readonly wayUs: number }[] = [];
  readonly #recent: { readonly atUs: Micros; readonly wayUs: number }[] = [];
  readonly #upwards = new Retry(upAfterUs);
  readonly #upInHold = new Retry(upInHoldUs);
  readonly #showing = new Retry(showAfterUs);
  #level = 0;
  #isHolding = false;
  /** The last change was a step up. */
  #isTrying = false;
  #changedUs: Micros | undefined;
  #delayUs = 0;
  /** When the last second of {@link piecesSeconds} was over, and what had been made up until then. */
  #second: { readonly atUs: Micros; readonly concealedMs: number } | undefined;
  #piecesSeconds = 0;

  /** What to encode: an index of {@link audioFormats}. */
  get level(): number {
    return this.#level;
  }

  /** Whether the picture has to wait. */
  get holdsPicture(): boolean {
    return this.#isHolding;
  }

  /** How long sound waits on the way, at least, beyond the fastest packet, µs. */
  get delayUs(): number {
    return this.#delayUs;
  }

  /** A packet arrived. */
  onReport({ wayUs, concealedMs, pictureBps }: SoundReport, nowUs: Micros): void {
    this.#changedUs ??= nowUs;
    const report = { atUs: nowUs, wayUs };
    while ((this.#ways.at(-1)?.wayUs ?? -Infinity) >= wayUs) this.#ways.pop();
    this.#ways.push(report);
    while ((this.#ways[0]?.atUs ?? Infinity) < nowUs - baseLifeUs) this.#ways.shift();
    this.#recent.push(report);
    while ((this.#recent[0]?.atUs ?? Infinity) < nowUs - standingUs) this.#recent.shift();
    const least = this.#recent.reduce((least, each) => Math.min(least, each.wayUs), Infinity);
    this.#delayUs = least - (this.#ways[0]?.wayUs ?? least);
    this.#listen(concealedMs, nowUs);
    const sinceUs = nowUs - this.#changedUs;
    const spanUs = nowUs - (this.#recent[0]?.atUs ?? nowUs);
    const isTooLate = this.#delayUs > tooLateUs && spanUs >= leastSpanUs && sinceUs >= downIntervalUs;
    // With nothing else on the way it was the step up. Taken back as soon as one packet is late, hardly any of it is missed: sound is held that long.
    const beyondUs = wayUs - (this.#ways[0]?.wayUs ?? wayUs);
    const isMissed = this.#piecesSeconds > 0 && sinceUs >= secondUs;
    const isTooMuch = this.#isHolding && this.#isTrying && (beyondUs > tooLateUs || isMissed);
    if (this.#piecesSeconds >= piecesSeconds && pictureBps < narrowBps && !this.#isHolding) this.#hold(nowUs);
    else if (isTooLate || isTooMuch) this.#less(nowUs);
    else if (this.#delayUs < relaxedUs && this.#piecesSeconds === 0) this.#more(sinceUs, nowUs);
  }

  /** Counts the seconds in which too much was made up. One that was much longer is a link that stood still, and is over. */
  #listen(concealedMs: number, nowUs: Micros): void {
    this.#second ??= { atUs: nowUs, concealedMs };
    const spanUs = nowUs - this.#second.atUs;
    if (spanUs < secondUs) return;
    const share = ((concealedMs - this.#second.concealedMs) * 1000) / spanUs;
    this.#piecesSeconds = share > piecesShare && spanUs < 2 * secondUs ? this.#piecesSeconds + 1 : 0;
    this.#second = { atUs: nowUs, concealedMs };
  }

  #less(nowUs: Micros): void {
    if (this.#delayUs > holdPictureUs && !this.#isHolding) return this.#hold(nowUs);
    if (this.#level < audioFormats.length - 1) {
      this.#level++;
      (this.#isHolding ? this.#upInHold : this.#upwards).failed(nowUs);
    }
    this.#isTrying = false;
    this.#changedUs = nowUs;
  }

  #hold(nowUs: Micros): void {
    this.#isHolding = true;
    this.#showing.failed(nowUs);
    this.#piecesSeconds = 0;
    // What stands on the way has to go before anything is heard in time: as little as possible comes after it.
    this.#level = audioFormats.length - 1;
    this.#isTrying = false;
    this.#changedUs = nowUs;
  }

  #more(sinceUs: number, nowUs: Micros): void {
    if (this.#level > 0) {
      if (!(this.#isHolding ? this.#upInHold : this.#upwards).isDue(sinceUs, nowUs)) return;
      this.#level--;
      this.#isTrying = true;
    } else if (this.#isHolding) {
      if (!this.#showing.isDue(sinceUs, nowUs)) return;
      this.#isHolding = false;
    } else return;
    this.#changedUs = nowUs;
  }
}
