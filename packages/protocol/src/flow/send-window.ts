// How much video may be under way to one receiver, pure. On TCP neither 'drain' nor a full buffer bounds the delay, since the
// system swallows megabytes; only what the receiver has acknowledged does. So: no room, no new frame is encoded.
//
//   bytes in flight ≤ rate × (base round trip + slack)
//
// The rate is what the rate controller aims at; the slack is the queue that is allowed to stand in the network so that the link never
// idles, and comes out of the latency budget. After TigerVNC's common/rfb/Congestion.cxx and TCP Vegas; rate samples and the drain as in
// BBR (draft-cardwell-iccrg-bbr-congestion-control, 4.1.1 and 4.3.4).
import type { Micros } from "../time/clock.ts";
import { SlidingExtreme } from "./sliding-extreme.ts";

/** Options of a {@link SendWindow}. */
export interface SendWindowOptions {
  /** The user's budget from capture to display. */
  readonly maxLatencyMs: number;
}

/** What an acknowledgement says. */
export interface Acknowledgement {
  /** Video bytes that the receiver has, since the connection began. */
  readonly bytes: number;
  /** When it had them, on its own clock, which may be off by any constant. */
  readonly receivedUs: Micros;
}

/** Not the 10 s after which BBR, when it is below us, looks again itself: both at once would stop the pictures for a second. */
const baseLifeUs = 8_000_000;
/** A way that takes longer by less than this is the same. */
const sameUs = 5_000;
/** One more frame is always allowed beside this many: one on its way while one is being acknowledged, and either may be large. */
const leastFrames = 1.5;
/** Share of the budget beyond the way itself that may stand in a queue; the rest is for encoding and decoding. */
const slackShare = 0.8;
/** Enough to keep a link busy whose delay is steady. */
const steadySlackUs = 60_000;
/** How long a way is known for delays that come and go: a lost packet holds up what is behind it for a round trip. */
const spikeLifeUs = 10_000_000;
/** What lasts longer is a queue. */
const longestSpikeUs = 400_000;
/** A spike is over when a frame has waited no longer than this. */
const spikeOverUs = 15_000;
const minSlackUs = 10_000;
/** A link that brought nothing for so long stood still, since no picture takes as long: what was under way then says nothing about it now. */
const standstillUs = 2_500_000;
const minDrainUs = 200_000;
/** A window of so much less than what the way holds that whatever queue stands is gone after a round trip; no less than this share of it. */
const leastDrainShare = 0.5;
/** Frame sizes are averaged with this weight for the newest: about the last eighth of a second at 30 Hz. */
const frameWeight = 1 / 4;

interface SentFrame {
  /** Bytes sent up to and including this frame, since the beginning. */
  readonly endBytes: number;
  readonly sentUs: Micros;
  /** What was acknowledged when it was sent, and when that was received and sent: its rate sample starts there. */
  readonly ackedBytes: number;
  readonly ackedReceivedUs: Micros | undefined;
  readonly ackedSentUs: Micros;
}

/** The least round trip and the least way there, and when the latter was last seen. */
interface Base {
  rttUs: number;
  wayUs: number;
  seenUs: Micros;
}

/** The window of one track on one connection. A new connection has a new one. */
export class SendWindow {
  readonly #maxLatencyUs: number;
  readonly #inFlight: SentFrame[] = [];
  #sentBytes = 0;
  #ackedBytes = 0;
  #ackedReceivedUs: Micros | undefined;
  #ackedSentUs: Micros | undefined;
  /** When something was last acknowledged or, after nothing was under way, sent; and the end of the last standstill. */
  #aliveUs: Micros | undefined;
  #stoodUntilUs = Number.NEGATIVE_INFINITY;
  /** Mean of the frames' sizes as times at the rate that was aimed at: when that changes, so does what a frame is expected to take. */
  #meanFrameUs = 0;
  #base: Base | undefined;
  #ping: { readonly rttUs: number; readonly wayUs: number } | undefined;
  #queueUs = 0;
  #deliveredBps = 0;
  #firstBps: number | undefined;
  /** The queue since it last was next to none, and the highest of those that went as they had come. */
  #spike: { readonly sinceUs: Micros; readonly topUs: number } | undefined;
  readonly #spikes = new SlidingExtreme("greatest", spikeLifeUs);
  #spikesUs = 0;
  #drain: { readonly untilUs: number; readonly lowest: Base } | undefined;

  constructor(options: SendWindowOptions) {
    this.#maxLatencyUs = options.maxLatencyMs * 1_000;
  }

  /** Bytes sent and not acknowledged. */
  get inFlightBytes(): number {
    return this.#sentBytes - this.#ackedBytes;
  }

  /**
   * What pings say, for the beginning: they are small, while the first keyframe's way contains its own time on the link, a tenth of a second on one
   * that is slow, and seconds on one that is very slow.
   * @param offsetUs how far the receiver's clock is ahead of ours, as the same ping says
   */
  onPing({ rttUs, offsetUs }: { readonly rttUs: number; readonly offsetUs: number }): void {
    // What the four instants of a ping leave of its way there, whatever the clocks say: NTP's offset halves what is left.
    if (this.#base === undefined) this.#ping = { rttUs, wayUs: offsetUs + rttUs / 2 };
  }

  /** A frame was handed to the connection: `bytes` on the wire, headers included, while `rateBps` was aimed at. */
  onSent(bytes: number, rateBps: number, nowUs: Micros): void {
    if (this.inFlightBytes === 0) this.#aliveUs = nowUs;
    this.#sentBytes += bytes;
    const frameUs = (bytes * 8_000_000) / rateBps;
    this.#meanFrameUs += (frameUs - this.#meanFrameUs) * (this.#meanFrameUs === 0 ? 1 : frameWeight);
    this.#inFlight.push({
      endBytes: this.#sentBytes,
      sentUs: nowUs,
      ackedBytes: this.#ackedBytes,
      ackedReceivedUs: this.#ackedReceivedUs,
      ackedSentUs: this.#ackedSentUs ?? nowUs,
    });
  }

  /** Takes an ack. One of more than was sent counts as all of it. */
  onAck({ bytes, receivedUs }: Acknowledgement, nowUs: Micros): void {
    const total = Math.min(bytes, this.#sentBytes);
    if (total <= this.#ackedBytes) return;
    this.#ackedBytes = total;
    this.#ackedReceivedUs = receivedUs;
    // Of a link that never brought anything it is not known that it stood still.
    if (this.#ackedSentUs !== undefined && nowUs - (this.#aliveUs ?? nowUs) > standstillUs) this.#stoodUntilUs = nowUs;
    this.#aliveUs = nowUs;
    const [oldest] = this.#inFlight;
    let newest: SentFrame | undefined;
    while (this.#inFlight[0] !== undefined && this.#inFlight[0].endBytes <= total) newest = this.#inFlight.shift();
    if (newest === undefined || oldest === undefined) return;
    const isFirst = this.#ackedSentUs === undefined;
    this.#ackedSentUs = newest.sentUs;
    if (newest.sentUs < this.#stoodUntilUs) return;
    if (isFirst) this.#takeFirstRate(receivedUs - oldest.sentUs);
    else this.#takeRate(newest, receivedUs);
    this.#takeWay({ rttUs: nowUs - newest.sentUs, wayUs: receivedUs - newest.sentUs, seenUs: nowUs });
  }

  /** Whether one more frame may be encoded and sent while `rateBps` is aimed at. */
  room(rateBps: number, nowUs: Micros): boolean {
    // A frame larger than any window must get through some time: alone.
    return this.inFlightBytes === 0 || (!this.#isOverdue(rateBps, nowUs) && this.inFlightBytes <= this.#windowBytes(rateBps, nowUs));
  }

  /**
   * Whether a frame that is encoded already may be sent although there is no room, up to so many windows and a frame. It does less harm
   * than a gap in the chain of delta frames, which costs a keyframe and a round trip.
   */
  admits(windows: number, rateBps: number, nowUs: Micros): boolean {
    return this.inFlightBytes <= windows * this.#windowBytes(rateBps, nowUs) + (this.#meanFrameUs * rateBps) / 8_000_000;
  }

  /** Bytes that may be in flight when one more frame is sent. */
  #windowBytes(rateBps: number, nowUs: Micros): number {
    return (this.windowUs(nowUs) * rateBps) / 8_000_000;
  }

  /**
   * Whether an ack is missing that should long have come: the link has become slower, or stands still. The rate still is that of
   * the faster link then, and filling its window would be filling a queue.
   */
  #isOverdue(rateBps: number, nowUs: Micros): boolean {
    const oldest = this.#inFlight[0];
    if (oldest === undefined || this.#base === undefined) return false;
    // A frame that takes longer than the slack is waited for.
    const ownUs = Math.min(this.slackUs, ((oldest.endBytes - oldest.ackedBytes) * 8_000_000) / rateBps);
    return nowUs - oldest.sentUs > this.#base.rttUs + this.slackUs + ownUs;
  }

  /** The time at the rate aimed at that may be in flight when one more frame is sent. */
  windowUs(nowUs: Micros): number {
    const leastUs = leastFrames * this.#meanFrameUs;
    if (this.#base === undefined) return leastUs;
    if (this.isDraining(nowUs)) return Math.max(this.#base.rttUs * leastDrainShare, this.#base.rttUs - this.slackUs);
    return Math.max(leastUs, this.#base.rttUs + this.slackUs);
  }

  /** Whether the window is kept small for a moment, to see the way without a queue. */
  isDraining(nowUs: Micros): boolean {
    return this.#drain !== undefined && nowUs < this.#drain.untilUs;
  }

  /** The queue that is allowed to stand in the network. */
  get slackUs(): number {
    const leftUs = this.#maxLatencyUs - this.baseRttUs / 2;
    const wantedUs = Math.max(steadySlackUs, this.#spikesUs);
    return Math.min(wantedUs, Math.max(minSlackUs, leftUs * slackShare));
  }

  /** Round trip of an empty network, from the end of sending to the ack; 0 before the first ack. */
  get baseRttUs(): number {
    return this.#base?.rttUs ?? 0;
  }

  /**
   * How much longer the newest acknowledged frame was on its way than the fastest: the queue, as of half a round trip ago. By the
   * receiver's clock, so that a delay of acks on their way back is not taken for one.
   */
  get queueUs(): number {
    return this.#queueUs;
  }

  /** Bits a second that arrived, while the newest acknowledged frame was on its way. */
  get deliveredBps(): number {
    return this.#deliveredBps;
  }

  /**
   * Bits a second of what was acknowledged first, when it took longer than a ping: nothing was ahead of it, so that it is the link's rate, or less
   * where the system below begins slowly. undefined: not known.
   */
  get firstBps(): number | undefined {
    return this.#firstBps;
  }

  /** When a standstill was last over; before the first, long ago. */
  get stoodUntilUs(): number {
    return this.#stoodUntilUs;
  }

  /** What was acknowledged first took so much longer than a ping because of its size. */
  #takeFirstRate(wayUs: number): void {
    const ownUs = wayUs - (this.#ping?.wayUs ?? wayUs);
    if (ownUs > 0) this.#firstBps = (this.#ackedBytes * 8_000_000) / ownUs;
  }

  #takeRate(newest: SentFrame, receivedUs: Micros): void {
    if (newest.ackedReceivedUs === undefined) return;
    // The slower of sending and receiving, so that what was held up and comes at once looks no faster than it is.
    const elapsedUs = Math.max(receivedUs - newest.ackedReceivedUs, newest.sentUs - newest.ackedSentUs);
    if (elapsedUs > 0) this.#deliveredBps = ((this.#ackedBytes - newest.ackedBytes) * 8_000_000) / elapsedUs;
  }

  #takeWay(seen: Base): void {
    const base = this.#base;
    if (base === undefined || seen.wayUs <= base.wayUs) {
      this.#base = { ...seen, rttUs: Math.min(seen.rttUs, base?.rttUs ?? this.#ping?.rttUs ?? seen.rttUs) };
      this.#drain = undefined;
    } else {
      base.rttUs = Math.min(base.rttUs, seen.rttUs);
      if (seen.wayUs < base.wayUs + sameUs) base.seenUs = seen.seenUs;
      this.#lookAgain(base, seen);
    }
    this.#queueUs = Math.max(0, seen.wayUs - (this.#base?.wayUs ?? seen.wayUs));
    this.#takeSpike(seen.seenUs);
  }

  /** Without room for what comes and goes, every loss would cost the frames of a round trip. */
  #takeSpike(nowUs: Micros): void {
    const spike = this.#spike;
    if (this.#queueUs > spikeOverUs) {
      this.#spike = { sinceUs: spike?.sinceUs ?? nowUs, topUs: Math.max(spike?.topUs ?? 0, this.#queueUs) };
      return;
    }
    this.#spike = undefined;
    const wasSpike = spike !== undefined && nowUs - spike.sinceUs < longestSpikeUs;
    this.#spikes.add(wasSpike ? spike.topUs : 0, nowUs);
    this.#spikesUs = this.#spikes.read(nowUs) ?? 0;
  }

  /**
   * The base was not seen for long. Either the way has become longer, or our own queue hides it; letting the queue run out tells which.
   * Just taking the smallest of the last 10 s would make the queue part of the base, again and again.
   */
  #lookAgain(base: Base, seen: Base): void {
    if (this.#drain !== undefined) {
      const { lowest, untilUs } = this.#drain;
      lowest.rttUs = Math.min(lowest.rttUs, seen.rttUs);
      lowest.wayUs = Math.min(lowest.wayUs, seen.wayUs);
      if (seen.seenUs < untilUs) return;
      this.#base = { ...lowest, seenUs: seen.seenUs };
      this.#drain = undefined;
    } else if (seen.seenUs - base.seenUs > baseLifeUs) {
      this.#drain = { untilUs: seen.seenUs + Math.max(minDrainUs, 2 * seen.rttUs), lowest: { ...seen } };
    }
  }
}
