// How many bits a second to aim at for one receiver, pure. The send window keeps the delay within the budget by leaving frames
// out; the rate controller makes frames small enough that none has to be left out. Down fast, up slowly, never above the cap.
//
// Multiplicative decrease to a share of what was delivered, and an increase that is careful near the rate at which the link was last
// full, as in Google's congestion control for WebRTC (draft-ietf-rmcat-gcc, 5.5); the signals are the send window's.
import type { Micros } from "../time/clock.ts";
import type { SendWindow } from "./send-window.ts";

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
/** What was delivered is measured over this time, in slots: short, since the first reaction has to come within half a second. */
const deliveredWindowUs = 500_000;
const deliveredSlots = 3;
const slotUs = deliveredWindowUs / deliveredSlots;
/** A queue stands when every ack of this time found it: single frames are larger than others, and a lost packet holds up many acks at once. */
const queueWindowUs = 300_000;
const standingUs = 150_000;
/** After a silence of this length all acks come at once: packets were lost, and what was left out meanwhile says nothing of the rate. */
const stallUs = 150_000;
/** Share of the window's slack above which a standing queue means that the link is full, and below which it has room. */
const fullShare = 0.6;
const freeShare = 0.3;
/** Share of the frames of the last half second that had to be left out, above which the link is full. */
const leftOutShare = 0.12;
/** What is aimed at on a full link, as a share of what it delivers: the rest lets the queue run out. */
const decreaseTo = 0.88;
/** Time between two decreases, beyond the round trip: the first must have had its effect. */
const decreasePauseUs = 250_000;
/** Growth a second, as a factor: in general, and near the rate at which the link was full not long ago. */
const fastGrowth = 1.6;
const carefulGrowth = 1.08;
/** What counts as near, and as not long ago. */
const nearFrom = 0.75;
const nearTo = 1.25;
const memoryUs = 4_000_000;
/** Until the first acks have come the window is a guess, and frames are left out for want of knowledge, not of room. */
const blindUs = 400_000;
/** Only a target that is used says anything about the link. */
const usedShare = 0.6;

interface Timed {
  readonly atUs: Micros;
  readonly value: number;
}

/** The rate controller of one receiver on one connection. */
export class RateController {
  readonly #max: number;
  readonly #min: number;
  #target: number;
  #acked: Timed[] = [];
  #queues: Timed[] = [];
  #frames: Timed[] = [];
  #ackedBytes = 0;
  #startUs: Micros | undefined;
  #lastUpdateUs: Micros | undefined;
  #lastDecreaseUs = Number.NEGATIVE_INFINITY;
  #lastStallUs = Number.NEGATIVE_INFINITY;
  #queuedSinceUs: Micros | undefined;
  #full: Timed | undefined;

  constructor(options: RateControllerOptions) {
    this.#max = options.maxBitrateBps;
    this.#min = Math.min(options.minBitrateBps ?? defaultMinBps, this.#max);
    this.#target = Math.min(options.startBitrateBps ?? defaultStartBps, this.#max);
  }

  /** What to aim at, bits a second; between the floor and the cap. */
  get targetBps(): number {
    return this.#target;
  }

  /** `leftOut` of `captured` frames were not encoded, or not sent, because there was no room. */
  onFrames(captured: number, leftOut: number, nowUs: Micros): void {
    for (let frame = 0; frame < captured; frame++) this.#frames.push({ atUs: nowUs, value: frame < leftOut ? 1 : 0 });
    this.#frames = since(this.#frames, nowUs - deliveredWindowUs);
  }

  /** The receiver has `totalBytes` since the connection began; `window` has taken the same ack. */
  onAck(totalBytes: number, window: Pick<SendWindow, "queueUs" | "slackUs" | "baseRttUs" | "isDraining">, nowUs: Micros): void {
    this.#startUs ??= nowUs;
    this.#acked = [...since(this.#acked, nowUs - deliveredWindowUs), { atUs: nowUs, value: Math.max(0, totalBytes - this.#ackedBytes) }];
    this.#ackedBytes = Math.max(this.#ackedBytes, totalBytes);
    this.#queues = [...since(this.#queues, nowUs - queueWindowUs), { atUs: nowUs, value: window.queueUs }];
    const elapsedUs = nowUs - (this.#lastUpdateUs ?? nowUs);
    this.#lastUpdateUs = nowUs;
    if (elapsedUs > stallUs) this.#lastStallUs = nowUs;
    if (window.queueUs <= fullShare * window.slackUs) this.#queuedSinceUs = undefined;
    else this.#queuedSinceUs ??= nowUs;
    if (window.isDraining(nowUs) || nowUs - this.#startUs < blindUs + (window.baseRttUs ?? 0)) {
      // A window that is kept small on purpose says nothing about the link.
      this.#frames = [];
      return;
    }
    if (this.#isFull(nowUs)) this.#decrease(window.baseRttUs ?? 0, nowUs);
    else if (this.#standingQueueUs() < freeShare * window.slackUs) this.#increase(elapsedUs, nowUs);
  }

  #isFull(nowUs: Micros): boolean {
    if (this.#queuedSinceUs !== undefined && nowUs - this.#queuedSinceUs >= standingUs) return true;
    if (nowUs - this.#lastStallUs < deliveredWindowUs) return false;
    const leftOut = this.#frames.reduce((sum, { value }) => sum + value, 0);
    return leftOut >= 2 && leftOut > leftOutShare * this.#frames.length;
  }

  #decrease(baseRttUs: number, nowUs: Micros): void {
    if (nowUs - this.#lastDecreaseUs < baseRttUs + decreasePauseUs) return;
    const delivered = this.#deliveredBps(nowUs);
    this.#full = { atUs: nowUs, value: delivered };
    this.#lastDecreaseUs = nowUs;
    this.#frames = [];
    this.#target = Math.min(this.#target, Math.max(this.#min, delivered * decreaseTo));
  }

  #increase(elapsedUs: number, nowUs: Micros): void {
    if (this.#deliveredBps(nowUs) < usedShare * this.#target) return;
    const full = this.#full !== undefined && nowUs - this.#full.atUs < memoryUs ? this.#full.value : undefined;
    const isNear = full !== undefined && this.#target > nearFrom * full && this.#target < nearTo * full;
    const growth = (isNear ? carefulGrowth : fastGrowth) ** (Math.min(elapsedUs, deliveredWindowUs) / 1e6);
    this.#target = Math.min(this.#max, this.#target * growth);
  }

  #standingQueueUs(): number {
    return Math.min(...this.#queues.map(({ value }) => value));
  }

  /**
   * What the link delivers: the best of the last slots. A lost packet holds up everything behind it for a round trip or two, and
   * then all of it comes at once: that is no slower link, and the best slot says so; on a slower link all slots are slow.
   */
  #deliveredBps(nowUs: Micros): number {
    const slots = new Float64Array(deliveredSlots);
    for (const { atUs, value } of this.#acked) {
      const slot = Math.min(deliveredSlots - 1, Math.floor((nowUs - atUs) / slotUs));
      slots[slot] = (slots[slot] ?? 0) + value;
    }
    return (Math.max(...slots) * 8_000_000) / slotUs;
  }
}

function since(values: readonly Timed[], sinceUs: number): Timed[] {
  return values.filter(({ atUs }) => atUs > sinceUs);
}
