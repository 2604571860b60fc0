// Lip sync: a picture that is there before its sound waits for it, the sound never for a picture. It waits before it is decoded, since the
// decoder holds only the newest.

import { type EncodedPacket, type Micros, type Scheduler, systemScheduler } from "@simple-video-chat/protocol";

/** A picture is shown up to this much before its sound, µs: nobody notices, and it is seen the sooner (ITU-R BT.1359: 45 ms are noticed). */
const leadUs = 20_000;
/** No picture waits longer than this, µs: sound that is later than that is in trouble of its own. */
const maxHoldUs = 200_000;
/** Pictures that wait at the same time; more would look to the sender like a computer that is too slow (see incoming-video.ts). */
const maxHeld = 3;

/** Holds packets until their sound is due. */
export class SoundPace {
  readonly #release: (packet: EncodedPacket, heldUs: number) => void;
  readonly #scheduler: Scheduler;
  readonly #held: { readonly packet: EncodedPacket; readonly sinceUs: Micros; readonly dueUs: number }[] = [];
  #offsetUs: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(release: (packet: EncodedPacket, heldUs: number) => void, scheduler: Scheduler = systemScheduler) {
    this.#release = release;
    this.#scheduler = scheduler;
  }

  /** When the sound of the instant 0 of the sender's clock is heard, on ours, µs; undefined: nothing waits. */
  set offsetUs(offsetUs: number | undefined) {
    this.#offsetUs = offsetUs;
    if (offsetUs === undefined) this.flush();
  }

  /** Takes the next packet. */
  push(packet: EncodedPacket): void {
    const sinceUs = this.#scheduler.nowUs();
    const dueUs = this.#offsetUs === undefined ? 0 : packet.captureUs + this.#offsetUs - leadUs;
    this.#held.push({ packet, sinceUs, dueUs: Math.min(dueUs, sinceUs + maxHoldUs) });
    this.#work();
  }

  /** Lets go of all that wait. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const each of this.#held.splice(0)) this.#release(each.packet, this.#scheduler.nowUs() - each.sinceUs);
  }

  #work(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      const nowUs = this.#scheduler.nowUs();
      if (first.dueUs > nowUs && this.#held.length <= maxHeld) {
        this.#cancel = this.#scheduler.after((first.dueUs - nowUs) / 1_000, () => this.#work());
        return;
      }
      this.#held.shift();
      this.#release(first.packet, nowUs - first.sinceUs);
    }
  }
}
