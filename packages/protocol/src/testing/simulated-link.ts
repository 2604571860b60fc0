// One direction of a network path by arithmetic: a rate, a delay, a queue and losses, on a fake clock. Deterministic. It is TCP's path:
// everything arrives, in order; what is lost comes again a round trip later, and what is behind it waits for it.
import type { FakeScheduler } from "./fake-scheduler.ts";

/** What a {@link SimulatedLink} does to what it carries. All but the clock may be changed on the way. */
export interface SimulatedLinkOptions {
  readonly scheduler: FakeScheduler;
  readonly rateBps: number;
  /** One way. */
  readonly delayMs: number;
  /** Time in the queue beyond which a packet is lost. Default: the queue has no end. */
  readonly queueMs?: number;
  /** Share of the packets that is lost, 0 to 1. Default 0. */
  readonly loss?: number;
  /** In [0, 1), for the losses. */
  readonly random?: () => number;
}

/** Bytes of a packet. */
const segmentBytes = 1448;
/** No router's queue is shorter, however slow its link is. */
const leastQueuePackets = 10;
/** What is lost is missed after a round trip and a quarter (RFC 8985); what is lost again, after a timeout. */
const repeatRoundTrips = 1.25;
const timeoutUs = 300_000;

/** Carries things of a size in order: each waits for those before it, takes its time at the rate, then the delay. */
export class SimulatedLink {
  rateBps: number;
  delayMs: number;
  queueMs: number;
  loss: number;
  readonly #scheduler: FakeScheduler;
  readonly #random: () => number;
  #freeAtUs = 0;
  #lastArrivalUs = 0;

  constructor({ scheduler, rateBps, delayMs, queueMs = Infinity, loss = 0, random = () => 1 }: SimulatedLinkOptions) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.rateBps = rateBps;
    this.delayMs = delayMs;
    this.queueMs = queueMs;
    this.loss = loss;
  }

  /** How long something that is sent now waits for what was sent before it, in microseconds. */
  get queueUs(): number {
    return Math.max(0, this.#freeAtUs - this.#scheduler.nowUs());
  }

  /** Carries nothing for so long. */
  standStill(ms: number): void {
    this.#freeAtUs = Math.max(this.#freeAtUs, this.#scheduler.nowUs() + ms * 1_000);
  }

  /** Calls `arrived` when these bytes have come out at the other side. */
  send(bytes: number, arrived: () => void): void {
    const nowUs = this.#scheduler.nowUs();
    const isOverflow = this.queueUs > Math.max(this.queueMs * 1_000, (leastQueuePackets * segmentBytes * 8_000_000) / this.rateBps);
    this.#freeAtUs = Math.max(nowUs, this.#freeAtUs) + (bytes * 8_000_000) / this.rateBps;
    const arrivalUs = this.#freeAtUs + this.delayMs * 1_000 + this.#repeatedUs(bytes, isOverflow);
    this.#lastArrivalUs = Math.max(this.#lastArrivalUs, arrivalUs);
    this.#scheduler.after((this.#lastArrivalUs - nowUs) / 1_000, arrived);
  }

  /** How much later it arrives because of what was lost of it. */
  #repeatedUs(bytes: number, isOverflow: boolean): number {
    let lostPackets = isOverflow ? 1 : 0;
    for (let packet = 0; packet < bytes / segmentBytes; packet++) if (this.#random() < this.loss) lostPackets++;
    if (lostPackets === 0) return 0;
    const repeatedUs = repeatRoundTrips * 2 * this.delayMs * 1_000;
    return this.#random() < 1 - (1 - this.loss) ** lostPackets ? repeatedUs + timeoutUs : repeatedUs;
  }
}
