// How much of a file may be under way, pure: what the pictures leave of a link, and no queue that they would wait in. After LEDBAT
// (RFC 6817): the window grows while what is sent waits for less than the target on its way, and shrinks when it waits for longer, whoever made
// the queue. With a fast start, a fall by shares and a look at the empty way now and then, as in LEDBAT++ (draft-irtf-iccrg-ledbat-plus-plus).
import { maxFileDataBytes, maxFileWindowBytes, minFileDataBytes } from "../limits.ts";
import type { Micros } from "../time/clock.ts";

/** Options of a {@link BulkWindow}. */
export interface BulkWindowOptions {
  /** The queue that may stand in the network. */
  readonly targetMs: number;
}

/** The delay is the least of so many of the last samples: one that waited for a picture says nothing of the link. */
const samplesFiltered = 4;
/** Below this share of the target the beginning is over. */
const startShare = 0.75;
/** Most that a round trip of too long a queue takes off the window. */
const mostFall = 0.5;
/** A file under way always has this share of what the rest of the call takes, or it would never arrive on a link that pictures fill. */
const leastShare = 0.06;
/** A way that takes longer by less than this is the same. */
const sameUs = 3_000;
/** When the base was not seen for so long, the queue is let run out to see it. */
const baseLifeUs = 10_000_000;
const minDrainUs = 100_000;

interface SentChunk {
  readonly endBytes: number;
  readonly sentUs: Micros;
  readonly isFull: boolean;
}

/** The window of the files of one connection. A new connection has a new one. */
export class BulkWindow {
  readonly #targetUs: number;
  readonly #inFlight: SentChunk[] = [];
  #ways: number[] = [];
  #windowBytes = maxFileDataBytes;
  #isStarting = true;
  #sentBytes = 0;
  #ackedBytes = 0;
  #rttUs = 0;
  #base: { readonly wayUs: number; readonly seenUs: Micros } | undefined;
  #drain: { readonly untilUs: number; readonly lowestUs: number } | undefined;

  constructor({ targetMs }: BulkWindowOptions) {
    this.#targetUs = targetMs * 1_000;
  }

  /** Bytes sent and not acknowledged. */
  get inFlightBytes(): number {
    return this.#sentBytes - this.#ackedBytes;
  }

  /**
   * How many bytes the next message may hold; 0: none may go now.
   *
   * @param rest - what the rest of the call sends, bits a second; and whether its pictures could use more than the link gives them
   */
  room(rest: { readonly bps: number; readonly isShort: boolean }, nowUs: Micros): number {
    const floorBytes = (leastShare * rest.bps * this.#rttUs) / 8_000_000;
    const isDraining = this.#drain !== undefined && nowUs < this.#drain.untilUs;
    const windowBytes = Math.max(minFileDataBytes, floorBytes, isDraining || rest.isShort ? 0 : this.#windowBytes);
    const bytes = Math.floor(Math.min(maxFileDataBytes, Math.max(minFileDataBytes, windowBytes / 2)));
    return this.inFlightBytes === 0 || this.inFlightBytes + bytes <= windowBytes ? bytes : 0;
  }

  /** So many bytes of a file went to the socket. */
  onSent(bytes: number, nowUs: Micros): void {
    this.#sentBytes += bytes;
    this.#inFlight.push({ endBytes: this.#sentBytes, sentUs: nowUs, isFull: this.inFlightBytes + maxFileDataBytes > this.#windowBytes });
  }

  /** So many bytes more were acknowledged, the newest of which were received then, on the receiver's clock, which may be off by any constant. */
  onAck(bytes: number, receivedUs: Micros, nowUs: Micros): void {
    const acked = Math.min(bytes, this.inFlightBytes);
    this.#ackedBytes += acked;
    let newest: SentChunk | undefined;
    while (this.#inFlight[0] !== undefined && this.#inFlight[0].endBytes <= this.#ackedBytes) newest = this.#inFlight.shift();
    if (newest === undefined) return;
    this.#rttUs = nowUs - newest.sentUs;
    this.#ways = [...this.#ways, receivedUs - newest.sentUs].slice(-samplesFiltered);
    this.#lookForBase(receivedUs - newest.sentUs, nowUs);
    this.#adapt(acked, newest.isFull);
  }

  /** So many bytes, of a file that has ended, are acknowledged no more. */
  forget(bytes: number): void {
    const forgotten = Math.min(bytes, this.inFlightBytes);
    this.#ackedBytes += forgotten;
    while (this.#inFlight[0] !== undefined && this.#inFlight[0].endBytes <= this.#ackedBytes) this.#inFlight.shift();
  }

  /** How long what is sent waits on its way, microseconds. */
  get queueUs(): number {
    return this.#ways.length === 0 ? 0 : Math.max(0, Math.min(...this.#ways) - (this.#base?.wayUs ?? 0));
  }

  #adapt(acked: number, wasFull: boolean): void {
    const load = this.queueUs / this.#targetUs;
    if (load > startShare) this.#isStarting = false;
    if (load > 1) this.#windowBytes -= acked * Math.min(mostFall, (load - 1) / 2);
    // A window that was not used says nothing of a larger one.
    else if (wasFull) this.#windowBytes += this.#isStarting ? acked : ((1 - load) * maxFileDataBytes * acked) / this.#windowBytes;
    this.#windowBytes = Math.min(maxFileWindowBytes, Math.max(minFileDataBytes, this.#windowBytes));
  }

  #lookForBase(wayUs: number, nowUs: Micros): void {
    const base = this.#base;
    if (base === undefined || wayUs <= base.wayUs) {
      this.#base = { wayUs, seenUs: nowUs };
      this.#drain = undefined;
    } else if (wayUs < base.wayUs + sameUs) {
      this.#base = { ...base, seenUs: nowUs };
    } else if (this.#drain !== undefined) {
      this.#drain = { ...this.#drain, lowestUs: Math.min(this.#drain.lowestUs, wayUs) };
      if (nowUs < this.#drain.untilUs) return;
      // The way has become longer, or others' queue stands: then what is shorter is seen when that is gone.
      this.#base = { wayUs: this.#drain.lowestUs, seenUs: nowUs };
      this.#drain = undefined;
    } else if (nowUs - base.seenUs > baseLifeUs) {
      this.#drain = { untilUs: nowUs + Math.max(minDrainUs, 2 * this.#rttUs), lowestUs: wayUs };
    }
  }
}
