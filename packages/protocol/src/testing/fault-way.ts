// One way of one connection through the fault proxy: what one end sends reaches the other late, slowly, in pieces, falsified or not at
// all, but never out of order, as TCP delivers it.

import type { Socket } from "node:net";

/** What happens to the bytes of one way. */
export interface WayFaults {
  /** Everything comes later by this, ms. */
  readonly delayMs: number;
  /** And by up to this more, drawn for each piece, ms. */
  readonly jitterMs: number;
  /** What passes, bits a second. What does not waits in the sockets, as on a link. */
  readonly rateBps: number;
  /** Passed on in pieces of a random size up to this, bytes, each in a write of its own. */
  readonly sliceBytes: number;
  /** The byte with this number, from 0, of each connection is falsified by one bit. */
  readonly corruptAt: number;
  /** Each connection is cut when so many bytes have passed: one end gets exactly those and the end, the other a reset. */
  readonly cutAfterBytes: number;
}

/** A way without faults. */
export const noFaults: WayFaults = {
  delayMs: 0,
  jitterMs: 0,
  rateBps: Number.POSITIVE_INFINITY,
  sliceBytes: Number.POSITIVE_INFINITY,
  corruptAt: Number.POSITIVE_INFINITY,
  cutAfterBytes: Number.POSITIVE_INFINITY,
};

/** What one way tells and asks of its proxy. */
export interface WayOptions {
  readonly from: Socket;
  readonly to: Socket;
  /** The present faults; asked for each piece, so that they may change. */
  readonly faults: () => WayFaults;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onData: (data: Buffer) => void;
}

interface Piece {
  readonly data: Buffer;
  readonly dueMs: number;
}

/** Bytes that wait for the rate inside the proxy: little, so that nearly all waits in the sockets. */
const maxWaitingBytes = 16_384;
/** Bytes that are under way because of the delay. */
const maxUnderWayBytes = 8_388_608;
/** At a rate a piece is what passes in this time, ms: a large one would come all at once. */
const pieceMs = 5;

/** Carries bytes one way until one of the sockets is gone. */
export class FaultWay {
  readonly #options: WayOptions;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #underWay: Piece[] = [];
  #underWayBytes = 0;
  #readBytes = 0;
  #passedBytes = 0;
  #freeAtMs = 0;
  #lastDueMs = 0;
  #rateTimer: NodeJS.Timeout | undefined;
  #delayTimer: NodeJS.Timeout | undefined;
  #isStalled = false;
  #isStopped = false;
  #hasEnded = false;

  constructor(options: WayOptions) {
    this.#options = options;
    const { from, to } = options;
    from.on("data", (data: Buffer) => this.#take(data));
    from.on("end", () => {
      this.#hasEnded = true;
      this.#advance();
    });
    to.on("drain", () => this.#advance());
  }

  /** Whether the end that sends has said that no more will come. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether nothing passes; what came meanwhile passes afterwards. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  set isStalled(isStalled: boolean) {
    this.#isStalled = isStalled;
    this.#advance();
  }

  /** Nothing passes any more, and what comes is thrown away: the socket that it goes to is gone. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#rateTimer);
    clearTimeout(this.#delayTimer);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#underWay = [];
    this.#options.from.resume();
  }

  #take(data: Buffer): void {
    if (this.#isStopped) return;
    const { faults, onData } = this.#options;
    onData(data);
    const at = faults().corruptAt - this.#readBytes;
    this.#readBytes += data.byteLength;
    this.#waiting.push(at >= 0 && at < data.byteLength ? falsified(data, at) : data);
    this.#waitingBytes += data.byteLength;
    this.#advance();
  }

  /** Lets pieces onto the way, as far as the rate allows. */
  #advance(): void {
    if (this.#isStopped) return;
    while (!this.#isStalled && this.#rateTimer === undefined && this.#waitingBytes > 0) {
      const { delayMs, jitterMs, rateBps } = this.#options.faults();
      const data = this.#nextPiece();
      const nowMs = performance.now();
      this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + (data.byteLength * 8000) / rateBps;
      const dueMs = Math.max(this.#lastDueMs, this.#freeAtMs + delayMs + jitterMs * this.#options.random());
      this.#lastDueMs = dueMs;
      this.#underWay.push({ data, dueMs });
      this.#underWayBytes += data.byteLength;
      const waitMs = this.#freeAtMs - nowMs;
      // A timer is a millisecond late: the next wait is as much shorter.
      if (waitMs >= 1) this.#rateTimer = setTimeout(() => this.#rateAllows(), waitMs);
    }
    this.#deliver();
  }

  #rateAllows(): void {
    this.#rateTimer = undefined;
    this.#advance();
  }

  #nextPiece(): Buffer {
    const { rateBps, sliceBytes } = this.#options.faults();
    const first = this.#waiting.shift() ?? Buffer.alloc(0);
    const ofRate = Math.max(1, Math.floor((rateBps * pieceMs) / 8000));
    const ofSlice = sliceBytes === Number.POSITIVE_INFINITY ? sliceBytes : 1 + Math.floor(this.#options.random() * sliceBytes);
    const bytes = Math.min(first.byteLength, ofRate, ofSlice);
    if (bytes < first.byteLength) this.#waiting.unshift(first.subarray(bytes));
    this.#waitingBytes -= bytes;
    return first.subarray(0, bytes);
  }

  /** Gives what is due to the other end. */
  #deliver(): void {
    const { to } = this.#options;
    clearTimeout(this.#delayTimer);
    let next = this.#underWay[0];
    while (!this.#isStalled && next !== undefined && next.dueMs - performance.now() < 0.5) {
      this.#underWay.shift();
      this.#underWayBytes -= next.data.byteLength;
      if (!this.#write(next.data)) return;
      next = this.#underWay[0];
    }
    if (!this.#isStalled && next !== undefined) {
      this.#delayTimer = setTimeout(() => this.#advance(), Math.max(1, next.dueMs - performance.now()));
    }
    if (this.#hasEnded && !this.#isStalled && this.#waitingBytes === 0 && this.#underWay.length === 0) to.end();
    this.#regulate();
  }

  /** @returns false when that was the end of the connection */
  #write(data: Buffer): boolean {
    const { from, to, faults } = this.#options;
    const left = faults().cutAfterBytes - this.#passedBytes;
    this.#passedBytes += data.byteLength;
    if (data.byteLength < left) {
      to.write(data);
      return true;
    }
    this.stop();
    to.end(data.subarray(0, Math.max(0, left)));
    resetSocket(from);
    return false;
  }

  /** Reads on, or leaves what comes in the socket. */
  #regulate(): void {
    const { from, to } = this.#options;
    const isFull = this.#waitingBytes >= maxWaitingBytes || this.#underWayBytes >= maxUnderWayBytes || to.writableNeedDrain;
    if (this.#isStalled || isFull) from.pause();
    else from.resume();
  }
}

function falsified(data: Buffer, at: number): Buffer {
  const copy = Buffer.from(data);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

/**
 * Resets a connection. One whose end is on its way cannot be reset: libuv refuses it, and Node then leaves the socket open for ever, over
 * which a process does not come to its end. It is closed instead.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}
