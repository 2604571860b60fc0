// How much video may be under way to one receiver, pure. On TCP neither 'drain' nor a full buffer bounds the delay, since the
// system swallows megabytes; only what the receiver has acknowledged does. So: no room, no new frame is encoded.
//
//   window = max(2 frames, delivery rate × (base round trip + slack))
//
// The slack is the queue that is allowed to stand in the network so that the link never idles; it comes out of the latency
// budget. After TigerVNC's common/rfb/Congestion.cxx and TCP Vegas; rate samples and the drain as in BBR
// (draft-cardwell-iccrg-bbr-congestion-control, 4.1.1 and 4.3.4).
import type { Micros } from "../time/clock.ts";

/** Options of a {@link SendWindow}. */
export interface SendWindowOptions {
  /** The user's budget from capture to display. */
  readonly maxLatencyMs: number;
}

const rateWindowUs = 2_000_000;
const goodputWindowUs = 1_000_000;
const baseLifeUs = 10_000_000;
/** Frames that are always allowed: one on its way, one being acknowledged. */
const minFrames = 2;
/** Share of the budget beyond the way itself that may stand in a queue; the rest is for encoding, decoding and jitter. */
const slackShare = 0.4;
/** Enough to keep a link of 2 Mbit/s busy at any round trip that was tried; more only adds delay (`pnpm bench link-2m`, docs/benchmarks.md). */
const maxSlackUs = 60_000;
const minSlackUs = 10_000;
const minDrainUs = 200_000;
/** A window of half of what the way holds: whatever queue stands is gone after a round trip. */
const drainShare = 0.5;
/** While next to no queue stands the link can do more than it was asked for: a window of whole frames must be able to grow by one. */
const probeGain = 1.5;
/** Frame sizes are averaged with this weight for the newest: about the last second at 30 Hz. */
const frameWeight = 1 / 16;

interface SentFrame {
  /** Bytes sent up to and including this frame, since the beginning. */
  readonly endBytes: number;
  readonly sentUs: Micros;
  /** What was acknowledged when it was sent, and when that was: its rate sample starts there. */
  readonly ackedBytes: number;
  readonly ackedUs: Micros;
  /** When the frame was sent that was the newest acknowledged one at that time. */
  readonly ackedSentUs: Micros;
}

interface TimedValue {
  readonly atUs: Micros;
  readonly value: number;
}

/** The window of one track on one connection. A new connection has a new one. */
export class SendWindow {
  readonly #maxLatencyUs: number;
  readonly #inFlight: SentFrame[] = [];
  #sentBytes = 0;
  #ackedBytes = 0;
  #ackedUs: Micros | undefined;
  #ackedSentUs: Micros | undefined;
  #meanFrameBytes = 0;
  /** Falling values, newest last: the first is the maximum of the window. */
  #rates: TimedValue[] = [];
  #acks: TimedValue[] = [];
  #base: TimedValue | undefined;
  #lastRttUs = 0;
  #drain: { readonly untilUs: number; lowestUs: number } | undefined;

  constructor(options: SendWindowOptions) {
    this.#maxLatencyUs = options.maxLatencyMs * 1_000;
  }

  /** Bytes sent and not acknowledged. */
  get inFlightBytes(): number {
    return this.#sentBytes - this.#ackedBytes;
  }

  /** Mean size of the last second's frames; 0 before the first. */
  get meanFrameBytes(): number {
    return this.#meanFrameBytes;
  }

  /** A frame was handed to the connection: `bytes` on the wire, headers included. */
  onSent(bytes: number, nowUs: Micros): void {
    if (this.inFlightBytes === 0) {
      // After a pause the clock of the samples starts anew, or the pause would count as slowness.
      this.#ackedUs = nowUs;
      this.#ackedSentUs = nowUs;
    }
    this.#sentBytes += bytes;
    this.#meanFrameBytes += (bytes - this.#meanFrameBytes) * (this.#meanFrameBytes === 0 ? 1 : frameWeight);
    this.#inFlight.push({
      endBytes: this.#sentBytes,
      sentUs: nowUs,
      ackedBytes: this.#ackedBytes,
      ackedUs: this.#ackedUs ?? nowUs,
      ackedSentUs: this.#ackedSentUs ?? nowUs,
    });
  }

  /** The receiver has `totalBytes` since the connection began: the number in its ack. More than was sent counts as all of it. */
  onAck(totalBytes: number, nowUs: Micros): void {
    const total = Math.min(totalBytes, this.#sentBytes);
    if (total <= this.#ackedBytes) return;
    this.#acks = [...fresh(this.#acks, nowUs - goodputWindowUs), { atUs: nowUs, value: total - this.#ackedBytes }];
    this.#ackedBytes = total;
    this.#ackedUs = nowUs;
    let newest: SentFrame | undefined;
    while (this.#inFlight[0] !== undefined && this.#inFlight[0].endBytes <= total) newest = this.#inFlight.shift();
    if (newest === undefined) return;
    this.#ackedSentUs = newest.sentUs;
    this.#takeRate(newest, nowUs);
    this.#takeRtt(nowUs - newest.sentUs, nowUs);
  }

  /**
   * Whether one more frame may be encoded and sent.
   * @param frameBytes - its expected size; without it the mean
   */
  room(nowUs: Micros, frameBytes: number = this.#meanFrameBytes): boolean {
    // A frame larger than any window must get through some time: alone.
    if (this.inFlightBytes === 0) return true;
    return !this.#isOverdue(nowUs) && this.inFlightBytes + frameBytes <= this.windowBytes(nowUs);
  }

  /**
   * Whether an ack is missing that should long have come: the link has become slower, or stands still. The window still is that of
   * the faster link then, and filling it would be filling a queue.
   */
  #isOverdue(nowUs: Micros): boolean {
    const oldest = this.#inFlight[0];
    if (oldest === undefined || this.#base === undefined) return false;
    const rate = this.#rateBytesPerUs(nowUs);
    const ownUs = rate > 0 ? (oldest.endBytes - oldest.ackedBytes) / rate : 0;
    return nowUs - oldest.sentUs > this.#base.value + this.slackUs + ownUs;
  }

  /** Bytes that may be in flight. */
  windowBytes(nowUs: Micros): number {
    const least = minFrames * this.#meanFrameBytes;
    const rate = this.#rateBytesPerUs(nowUs);
    if (this.#base === undefined) return least;
    if (this.isDraining(nowUs)) return Math.max(this.#meanFrameBytes, rate * this.#base.value * drainShare);
    const gain = this.queueUs < this.slackUs / 2 ? probeGain : 1;
    return Math.max(least, gain * rate * (this.#base.value + this.slackUs));
  }

  /** Whether the window is kept small for a moment, to see the way without a queue. */
  isDraining(nowUs: Micros): boolean {
    return this.#drain !== undefined && nowUs < this.#drain.untilUs;
  }

  /** The queue that is allowed to stand in the network. */
  get slackUs(): number {
    const leftUs = this.#maxLatencyUs - (this.#base?.value ?? 0) / 2;
    return Math.min(maxSlackUs, Math.max(minSlackUs, leftUs * slackShare));
  }

  /** Bits a second that were acknowledged, over the last second. */
  goodputBps(nowUs: Micros): number {
    const bytes = fresh(this.#acks, nowUs - goodputWindowUs).reduce((sum, { value }) => sum + value, 0);
    return (bytes * 8 * 1_000_000) / goodputWindowUs;
  }

  /** Round trip of an empty network, from the end of sending to the ack; undefined before the first ack. */
  get baseRttUs(): number | undefined {
    return this.#base?.value;
  }

  /** How much longer the newest acknowledged frame took than the base: the queue, as of one round trip ago. */
  get queueUs(): number {
    return this.#base === undefined ? 0 : Math.max(0, this.#lastRttUs - this.#base.value);
  }

  #takeRate(newest: SentFrame, nowUs: Micros): void {
    // The slower of sending and acknowledging, so that acks that were held up and come at once look no faster than they are.
    const elapsedUs = Math.max(nowUs - newest.ackedUs, newest.sentUs - newest.ackedSentUs);
    if (elapsedUs <= 0) return;
    const value = (this.#ackedBytes - newest.ackedBytes) / elapsedUs;
    const kept = fresh(this.#rates, nowUs - rateWindowUs).filter((rate) => rate.value > value);
    this.#rates = [...kept, { atUs: nowUs, value }];
  }

  #takeRtt(rttUs: number, nowUs: Micros): void {
    this.#lastRttUs = rttUs;
    if (this.#base === undefined || rttUs <= this.#base.value) {
      this.#base = { atUs: nowUs, value: rttUs };
      this.#drain = undefined;
      return;
    }
    if (this.#drain !== undefined) {
      this.#drain.lowestUs = Math.min(this.#drain.lowestUs, rttUs);
      if (nowUs < this.#drain.untilUs) return;
      this.#base = { atUs: nowUs, value: this.#drain.lowestUs };
      this.#drain = undefined;
    } else if (nowUs - this.#base.atUs > baseLifeUs) {
      // The base was not seen for long. Either the way has become longer, or our own queue hides it; letting the queue run
      // out tells which. Just taking the smallest of the last 10 s would make the queue part of the base, again and again.
      const untilUs = nowUs + Math.max(minDrainUs, 2 * rttUs);
      this.#drain = { untilUs, lowestUs: rttUs };
    }
  }

  #rateBytesPerUs(nowUs: Micros): number {
    return fresh(this.#rates, nowUs - rateWindowUs)[0]?.value ?? this.#rates.at(-1)?.value ?? 0;
  }
}

/** The values that are newer than `sinceUs`; they are in order of time. */
function fresh(values: readonly TimedValue[], sinceUs: number): TimedValue[] {
  const first = values.findIndex(({ atUs }) => atUs > sinceUs);
  return first === -1 ? [] : values.slice(first);
}
