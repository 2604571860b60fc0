// A room by arithmetic: a loudspeaker, the way to the microphone with its echoes, somebody who speaks, and two sound cards of different rates.
// For tests of echo cancellation; real rooms change and real loudspeakers rattle, so that figures from here flatter every canceller.
import { randomNumbers } from "./random-numbers.ts";

/** Options of a {@link SimulatedRoom}. */
export interface SimulatedRoomOptions {
  /** From the block that is played to its sound at the microphone: buffers, devices and air. */
  readonly delayMs: number;
  /** Time in which the reverberation falls to 1/e of its amplitude; a seventh of what acousticians call RT60. */
  readonly decayMs: number;
  /** Loudness of the echo at the microphone, over what is played. Default -6 dB: a laptop. */
  readonly echoDb?: number;
  /** Share of the third power in the loudspeaker's movement; 0.1 makes 2 % of harmonics at full scale. Default 0. */
  readonly distortion?: number;
  /** By how much the recording card runs faster than the playing one. Default 0. */
  readonly driftPpm?: number;
  /** The microphone's own noise. Default -75 dBFS. */
  readonly noiseDbfs?: number;
  /** Default 1. */
  readonly seed?: number;
}

const sampleRate = 48_000;
/** Reflections a second: from 1,500 on they are heard as one ("velvet noise", Karjalainen and Järveläinen 2007). */
const reflectionsPerS = 1_600;
/** The reverberation is followed until it has fallen by 43 dB. */
const decays = 5;
/** Samples that a fractional delay is interpolated from. */
const taps = 16;

interface Reflection {
  readonly atSamples: number;
  readonly gain: number;
}

/** A room; takes and gives blocks of any one length. */
export class SimulatedRoom {
  readonly #reflections: readonly Reflection[];
  readonly #delaySamples: number;
  readonly #distortion: number;
  readonly #rate: number;
  readonly #noise: number;
  readonly #random: () => number;
  /** What the loudspeaker played, by its card's clock, and what of it has come to the microphone, by that one's; the last of each, in rings. */
  readonly #played = new Ring(sampleRate);
  readonly #heard: Ring;
  #bass = 0;
  #treble = 0;

  constructor({ delayMs, decayMs, echoDb = -6, distortion = 0, driftPpm = 0, noiseDbfs = -75, seed = 1 }: SimulatedRoomOptions) {
    this.#random = randomNumbers(seed);
    this.#delaySamples = (delayMs * sampleRate) / 1_000;
    this.#reflections = reflectionsOf((decayMs * sampleRate) / 1_000, 10 ** (echoDb / 20), this.#random);
    this.#distortion = distortion;
    this.#rate = 1 - driftPpm * 1e-6;
    // Uniform noise between -a and a has the power a²/3.
    this.#noise = 10 ** (noiseDbfs / 20) * Math.sqrt(3);
    this.#heard = new Ring((this.#reflections.at(-1)?.atSamples ?? 0) + 1);
  }

  /**
   * Plays a block and gives what the microphone records meanwhile.
   * @param near - what somebody in the room says, as loud as it is recorded
   */
  hear(played: Float32Array, near?: Float32Array): Float32Array {
    for (const sample of played) this.#play(sample);
    return Float32Array.from({ length: played.length }, (_, n) => this.#record() + (near?.[n] ?? 0));
  }

  /** A small loudspeaker: nothing below 200 Hz, little above 8 kHz, and the further its membrane is out the more it is pulled back. */
  #play(sample: number): void {
    const moved = sample - this.#distortion * sample ** 3;
    this.#treble += 0.65 * (moved - this.#treble);
    this.#bass += 0.026 * (this.#treble - this.#bass);
    this.#played.push(this.#treble - this.#bass);
  }

  #record(): number {
    this.#heard.push(this.#played.between(this.#heard.count * this.#rate - this.#delaySamples));
    let echo = 0;
    const last = this.#heard.count - 1;
    for (const { atSamples, gain } of this.#reflections) echo += gain * this.#heard.at(last - atSamples);
    return echo + this.#noise * (2 * this.#random() - 1);
  }
}

/** The way from loudspeaker to microphone, of the given gain: an arm's length apart, where half of the sound is reflected. */
function reflectionsOf(decaySamples: number, gain: number, random: () => number): readonly Reflection[] {
  const count = Math.round((decays * decaySamples * reflectionsPerS) / sampleRate);
  const reflected = Array.from({ length: count }, (_, index) => {
    const atSamples = Math.round(((index + random()) * sampleRate) / reflectionsPerS);
    return { atSamples, gain: Math.sign(random() - 0.5) * Math.exp(-atSamples / decaySamples) };
  });
  const amplitude = Math.sqrt(reflected.reduce((sum, reflection) => sum + reflection.gain ** 2, 0));
  const all = [{ atSamples: 0, gain: 1 }, ...reflected.map((reflection) => ({ ...reflection, gain: reflection.gain / amplitude }))];
  return all.map((reflection) => ({ ...reflection, gain: reflection.gain * gain * Math.SQRT1_2 }));
}

/** The last samples of a signal, by their numbers; 0 where there are none. */
class Ring {
  readonly #samples: Float32Array;
  readonly #mask: number;
  count = 0;

  constructor(length: number) {
    this.#samples = new Float32Array(2 ** Math.ceil(Math.log2(length)));
    this.#mask = this.#samples.length - 1;
  }

  push(sample: number): void {
    this.#samples[this.count & this.#mask] = sample;
    this.count += 1;
  }

  at(number: number): number {
    return number < 0 || number >= this.count ? 0 : (this.#samples[number & this.#mask] ?? 0);
  }

  /** The signal between two samples: a sinc under a Hann window. */
  between(number: number): number {
    const whole = Math.floor(number);
    const share = number - whole;
    if (share === 0) return this.at(whole);
    let sum = 0;
    for (let tap = 1 - taps / 2; tap <= taps / 2; tap++) {
      const distance = tap - share;
      const window = 0.5 + 0.5 * Math.cos((2 * Math.PI * distance) / taps);
      sum += ((window * Math.sin(Math.PI * distance)) / (Math.PI * distance)) * this.at(whole + tap);
    }
    return sum;
  }
}
