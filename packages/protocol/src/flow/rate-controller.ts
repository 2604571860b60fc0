// How many bits a second to aim at for one receiver, pure. The send window keeps the delay within the budget by leaving frames
// out; the rate controller makes frames small enough that none has to be left out. Down fast, up slowly, never above the cap.
//
// One signal: the queue that stands in the network, that is, which no frame of a while escaped. While there is none the rate grows,
// slowly at first and faster the longer the link has shown no limit (in the logarithm of the rate, CUBIC's curve, RFC 9438); when one
// stands, the rate falls below what was delivered meanwhile, by as much as empties it. A lost packet holds up everything behind it for a
// round trip or two, and then all of it comes at once: that is a queue that does not stand.
import type { Micros } from "../time/clock.ts";
import type { SendWindow } from "./send-window.ts";
import { SlidingExtreme } from "./sliding-extreme.ts";

/** Options of a {@link RateController}, bits a second. */
export interface RateControllerOptions {
  /** The user's cap; never passed. */
  readonly maxBitrateBps: number;
  /** Never below: the least that still makes a picture. Default 60,000. */
  readonly minBitrateBps?: number;
  /** Where to begin: nothing is known of the link. Default 1,000,000, or the cap when that is lower. */
  readonly startBitrateBps?: number;
}

const defaultMinBps = 60_000;
const defaultStartBps = 1_000_000;
/** Ten frames: the smallest of them has next to no time of its own, and jitter hits some, not all. */
const spanUs = 300_000;
/** The best of this time counts as what the link delivers: the first reaction to a slower one has to come within half a second. */
const deliveredSpanUs = 500_000;
/** Shares of the window's slack: a queue above the first is too much, below the second there is room. */
const fullShare = 0.4;
const freeShare = 0.2;
/** A queue stands that has lasted this long, and so many round trips: time for a lost packet to be repeated and for what it held up to arrive. */
const standingUs = 150_000;
const standingRoundTrips = 1.5;
const mostStandingUs = 600_000;
/** What is aimed at on a full link, as a share of what it delivers; less by what empties its queue in a second; the window sees to the rest of it. */
const decreaseTo = 0.93;
const emptyUs = 1_000_000;
const leastDecreaseTo = 0.7;
/** Growth a second, as an exponent of e: × 3 until the link is found full for the first time; then 2 % after a second, 8 % after two … up to × 2. */
const startGrowth = 1.1;
const growthPerS2 = 0.02;
const mostGrowth = 0.7;
/** Between free and full: what looks like a little queue may be the frames' own time on a link that has become slower. */
const doubtfulGrowth = 0.02;
/** No longer than this counts as time without a queue: of a stall nothing is known. */
const mostStepUs = 100_000;
/**
 * Only a target that is used says anything about the link. Up to the rate at which a call begins it grows all the same, slowly: a picture that
 * was made small needs few bits, and would never be large again.
 */
const usedShare = 0.6;
const unusedGrowth = 0.1;

/** What a rate controller reads of its window. */
export type RateSignals = Pick<
  SendWindow,
  "queueUs" | "slackUs" | "baseRttUs" | "deliveredBps" | "firstBps" | "isDraining" | "stoodUntilUs"
>;

/** The rate controller of one receiver on one connection. */
export class RateController {
  readonly #max: number;
  readonly #min: number;
  readonly #start: number;
  readonly #queues = new SlidingExtreme("least", spanUs);
  readonly #delivered = new SlidingExtreme("greatest", deliveredSpanUs);
  #target: number;
  #lastAckUs: Micros | undefined;
  /** The end of the standstill after which it began anew. */
  #beganUs = Number.NEGATIVE_INFINITY;
  /** Since when there has been too much of a queue, and the best delivery rate since then: an earlier one is that of a link that has changed. */
  #queue: { readonly sinceUs: Micros; readonly bestBps: number } | undefined;
  /** Time without a queue since the last decrease; undefined before the first. */
  #freeUs: number | undefined;

  constructor(options: RateControllerOptions) {
    this.#max = options.maxBitrateBps;
    this.#min = Math.min(options.minBitrateBps ?? defaultMinBps, this.#max);
    this.#start = Math.min(options.startBitrateBps ?? defaultStartBps, this.#max);
    this.#target = this.#start;
  }

  /** What to aim at, bits a second; between the floor and the cap. */
  get targetBps(): number {
    return this.#target;
  }

  /** An ack has come, and `window` has taken it. */
  onAck(window: RateSignals, nowUs: Micros): void {
    if (this.#lastAckUs === undefined && window.firstBps !== undefined) this.#learn(window.firstBps);
    const elapsedUs = nowUs - (this.#lastAckUs ?? nowUs);
    this.#lastAckUs = nowUs;
    if (window.stoodUntilUs > this.#beganUs) this.#begin(window.stoodUntilUs);
    this.#queues.add(window.queueUs, nowUs);
    this.#delivered.add(window.deliveredBps, nowUs);
    if (window.isDraining(nowUs) || window.queueUs <= fullShare * window.slackUs) this.#queue = undefined;
    // A window that is kept small on purpose says nothing about the link.
    if (window.isDraining(nowUs)) return;
    if (window.queueUs > fullShare * window.slackUs) this.#queued(window, nowUs);
    else this.#increase((this.#queues.read(nowUs) ?? 0) < freeShare * window.slackUs, elapsedUs, nowUs);
  }

  /** The first ack says what a slow link is like, before any queue stands. */
  #learn(firstBps: number): void {
    this.#target = Math.max(this.#min, Math.min(this.#target, decreaseTo * firstBps));
  }

  /** What comes after a standstill may be another link: the rate begins anew. */
  #begin(beganUs: number): void {
    this.#beganUs = beganUs;
    this.#target = Math.min(this.#target, this.#start);
    this.#freeUs = undefined;
    this.#queue = undefined;
  }

  #queued(window: RateSignals, nowUs: Micros): void {
    const { sinceUs, bestBps: before } = this.#queue ?? { sinceUs: nowUs, bestBps: 0 };
    const bestBps = Math.max(before, window.deliveredBps);
    this.#queue = { sinceUs, bestBps };
    const longUs = Math.min(mostStandingUs, standingUs + standingRoundTrips * window.baseRttUs);
    if (nowUs - sinceUs < longUs) return;
    const queueUs = this.#queues.read(nowUs) ?? 0;
    const share = Math.max(leastDecreaseTo, decreaseTo - queueUs / emptyUs);
    const deliveredBps = Math.min(bestBps, this.#delivered.read(nowUs) ?? 0);
    this.#target = Math.max(this.#min, Math.min(this.#target, deliveredBps * share));
    this.#freeUs = 0;
    this.#queue = undefined;
  }

  #increase(isFree: boolean, elapsedUs: number, nowUs: Micros): void {
    const isUsed = (this.#delivered.read(nowUs) ?? 0) >= usedShare * this.#target;
    if (!isUsed && this.#target >= this.#start) return;
    const stepUs = Math.min(elapsedUs, mostStepUs);
    let growth = isFree ? (isUsed ? startGrowth : unusedGrowth) : doubtfulGrowth;
    if (isFree && isUsed && this.#freeUs !== undefined) {
      this.#freeUs += stepUs;
      growth = Math.min(mostGrowth, growthPerS2 * (this.#freeUs / 1e6) ** 2);
    }
    this.#target = Math.min(this.#max, this.#target * Math.exp((growth * stepUs) / 1e6));
  }
}
