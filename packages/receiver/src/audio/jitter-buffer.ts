// Holds sound from its arrival until it is due, pure: in the order of its numbers, as long as the arrival jitter asks for and no longer.
// Sound that comes late moves the playout, which time-stretching then brings back; what a stall leaves beyond that is dropped.

import type { Micros } from "@simple-video-chat/protocol";

import { ArrivalDelay } from "./arrival-delay.ts";

/** An Opus packet as it came. */
export interface AudioPacket {
  /** Counts up by one with every packet that is sent; not with those that DTX leaves out. */
  readonly number: number;
  /** When its first sample was recorded, on the sender's clock. */
  readonly captureUs: Micros;
  readonly durationUs: number;
  readonly data: Uint8Array;
}

/** What time-stretching should do with the sound that was pulled. */
export type StretchAdvice = "faster" | "slower" | "none";

/** What is to be played next. */
export type Pulled =
  | {
      readonly kind: "packet";
      readonly packet: AudioPacket;
      /** Whether it follows what was pulled before; if not, it must be faded in. */
      readonly continuous: boolean;
      readonly stretch: StretchAdvice;
    }
  /** Sound that is missing, to be concealed; `recoverFrom` is the packet after it, which may hold a copy (Opus' in-band FEC). */
  | { readonly kind: "lost"; readonly durationUs: number; readonly recoverFrom?: Uint8Array }
  | { readonly kind: "silence"; readonly durationUs: number };

/** The account of a stream: pushed = played + late + duplicate + dropped + held. */
export interface JitterCounts {
  readonly pushed: number;
  readonly played: number;
  /** Came after its turn. */
  readonly late: number;
  readonly duplicate: number;
  /** Left out to come down to the target delay. */
  readonly dropped: number;
  readonly held: number;
  readonly playedUs: number;
  /** Sound that was missing when it was due; DTX gaps are not. */
  readonly concealedUs: number;
}

/** Silence and concealment are pulled in blocks of this length: the device's, so that a packet that is a little late costs no more. */
const blockUs = 10_000;
/** Longer gaps become silence: Opus' own concealment has faded out by then. */
const maxConcealUs = 100_000;
/** Nothing is dropped up to this much beyond the target: at 1.25 times the speed it is made up for in 0.4 s, with every word heard. */
const catchUpUs = 100_000;
/** Above the target by more than this sound is sped up: a step of time-stretching takes up to 12.5 ms off, and with less of a band it would swing. */
const fasterBandUs = 10_000;
/** Below this share of the target it is slowed down, as in NetEq. */
const slowerShare = 0.75;
/** 1 s of packets of 10 ms, for a device that stopped asking. */
const maxHeld = 100;
/** Packets of up to 2 bytes have no sound: Opus' encoder says so once when DTX begins (opus_encode, "DTX"). */
const maxDtxBytes = 2;

/** The jitter buffer of one stream. A stream that starts anew has a new one. */
export class JitterBuffer {
  readonly #arrival = new ArrivalDelay();
  /** In the order of their numbers. */
  readonly #held: AudioPacket[] = [];
  readonly #counts = { pushed: 0, played: 0, late: 0, duplicate: 0, dropped: 0, playedUs: 0, concealedUs: 0 };
  /** The packet whose sound was pulled last. */
  #last: AudioPacket | undefined;
  /** The number after the last that was pulled or dropped. */
  #nextNumber = -Infinity;
  /** Whether sound is being played; else the next packet waits until it is due. */
  #playing = false;
  #continuous = false;
  /** What was pulled since the last packet in place of sound. */
  #gapUs = 0;
  #delayUs = 0;

  /** Takes a packet from the network. */
  push(packet: AudioPacket, arrivedUs: Micros): void {
    this.#counts.pushed += 1;
    this.#arrival.add(packet.captureUs, packet.durationUs, arrivedUs);
    if (packet.number < this.#nextNumber) {
      this.#counts.late += 1;
      return;
    }
    const at = this.#held.findLastIndex(({ number }) => number <= packet.number);
    if (this.#held[at]?.number === packet.number) {
      this.#counts.duplicate += 1;
      return;
    }
    this.#held.splice(at + 1, 0, packet);
    if (this.#held.length > maxHeld) this.#dropFirst();
  }

  /**
   * Gives what is to be played next.
   * @param bufferedUs - sound that was pulled and is not yet with the device: what is pulled now is heard that much later
   */
  pull(nowUs: Micros, bufferedUs = 0): Pulled {
    const dueUs = nowUs + bufferedUs;
    this.#dropExcess(dueUs);
    const first = this.#held[0];
    if (first === undefined) return this.#isSoundMissing() ? this.#lost({ durationUs: blockUs }) : this.#silence();
    const { durationUs } = first;
    const missingUs = (first.number - this.#nextNumber) * durationUs - this.#gapUs;
    if (missingUs > durationUs / 2 && this.#isSoundMissing())
      return this.#lost(missingUs <= durationUs ? { durationUs, recoverFrom: first.data } : { durationUs });
    const waits = !this.#playing || this.#silentBeforeUs(first) > 0;
    if (waits && this.#delayOf(first, dueUs) < this.targetUs) return this.#silence();
    return this.#play(first, dueUs);
  }

  /** How long after the fastest packet of late the sound that was pulled last was due, µs. */
  get delayUs(): number {
    return this.#delayUs;
  }

  /** The delay that the arrival jitter asks for, µs. */
  get targetUs(): number {
    return this.#arrival.targetUs;
  }

  get counts(): JitterCounts {
    return { ...this.#counts, held: this.#held.length };
  }

  #play(first: AudioPacket, dueUs: number): Pulled {
    const delayUs = this.#delayOf(first, dueUs);
    const silentUs = this.#silentBeforeUs(first);
    const continuous = this.#continuous && silentUs === 0;
    // A pause that lasts longer than it did is no loss.
    if (silentUs === 0) this.#counts.concealedUs += this.#gapUs;
    const stretch = this.#advice(delayUs);
    this.#held.shift();
    this.#counts.played += 1;
    this.#counts.playedUs += first.durationUs;
    this.#last = first;
    this.#nextNumber = first.number + 1;
    this.#playing = true;
    this.#continuous = true;
    this.#gapUs = 0;
    this.#delayUs = delayUs;
    return { kind: "packet", packet: first, continuous, stretch };
  }

  #lost(lost: Omit<Extract<Pulled, { kind: "lost" }>, "kind">): Pulled {
    this.#continuous = false;
    this.#gapUs += lost.durationUs;
    return { kind: "lost", ...lost };
  }

  #silence(): Pulled {
    this.#playing = false;
    this.#continuous = false;
    this.#gapUs += blockUs;
    return { kind: "silence", durationUs: blockUs };
  }

  /** Whether what is not there is sound, still worth concealing; else it is a pause. */
  #isSoundMissing(): boolean {
    return this.#playing && this.#gapUs < maxConcealUs && (this.#last?.data.length ?? 0) > maxDtxBytes;
  }

  /** The pause that the sender left out before this packet (DTX, or it was muted), µs; infinite before the first. */
  #silentBeforeUs(packet: AudioPacket): number {
    if (this.#last === undefined) return Infinity;
    const betweenUs = packet.captureUs - this.#last.captureUs - this.#last.durationUs;
    const silentUs = betweenUs - (packet.number - this.#last.number - 1) * packet.durationUs;
    // Capture times are stamped by clocks that are not the sound card's: half a packet is no pause.
    return silentUs > packet.durationUs / 2 ? silentUs : 0;
  }

  #delayOf(packet: AudioPacket, dueUs: number): number {
    return dueUs - packet.captureUs - (this.#arrival.baseUs ?? 0);
  }

  /** The part of the delay that could be taken back: when all packets have become late, what is held is less. */
  #excessUs(delayUs: number): number {
    const [first, last] = [this.#held[0], this.#held.at(-1)];
    if (first === undefined || last === undefined) return 0;
    return Math.min(delayUs, last.captureUs + last.durationUs - first.captureUs) - this.targetUs;
  }

  #advice(delayUs: number): StretchAdvice {
    if (this.#excessUs(delayUs) > fasterBandUs) return "faster";
    return delayUs < slowerShare * this.targetUs ? "slower" : "none";
  }

  /** After a stall, all of it comes at once: comes down to the target instead of staying late. */
  #dropExcess(dueUs: number): void {
    const excessUs = (): number => (this.#held[0] === undefined ? 0 : this.#excessUs(this.#delayOf(this.#held[0], dueUs)));
    if (excessUs() <= catchUpUs) return;
    while (excessUs() > 0) this.#dropFirst();
  }

  #dropFirst(): void {
    const first = this.#held.shift();
    if (first === undefined) return;
    this.#counts.dropped += 1;
    this.#nextNumber = first.number + 1;
    this.#continuous = false;
  }
}
