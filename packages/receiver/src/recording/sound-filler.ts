// Makes a sound track without holes: players play sound packet by packet, and would be ahead of the picture after every pause of a microphone that
// is silent or switched off.

/** 20 ms of silence, as Opus says it: one CELT frame, full band, mono (RFC 6716, 3.1), whose "silence" flag is set (4.3). */
const silence: Uint8Array = Uint8Array.from([0xf8, 0xff, 0xfe]);
const silenceUs = 20_000;

/** A packet of a sound track. */
export interface SoundPacket {
  /** Since the file's beginning, µs. */
  readonly timeUs: number;
  readonly durationUs: number;
  readonly data: Uint8Array;
}

/** One sound track of a file. */
export class SoundFiller {
  readonly #write: (packet: SoundPacket) => void;
  #endUs = 0;

  /** @param write takes the packets, in order, beginning at 0 */
  constructor(write: (packet: SoundPacket) => void) {
    this.#write = write;
  }

  /** Takes the next packet; what is missing before it is filled with silence. One from before the file's beginning is left out. */
  push(packet: SoundPacket): void {
    if (packet.timeUs < 0) return;
    this.fillTo(packet.timeUs);
    this.#write(packet);
    this.#endUs = packet.timeUs + packet.durationUs;
  }

  /** Fills with silence up to here: nothing was heard. */
  fillTo(timeUs: number): void {
    while (this.#endUs + silenceUs <= timeUs) {
      this.#write({ timeUs: this.#endUs, durationUs: silenceUs, data: silence });
      this.#endUs += silenceUs;
    }
  }
}
