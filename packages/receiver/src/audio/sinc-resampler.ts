// Changes the rate of sound by a little: to bring two sound cards together whose clocks differ. A windowed sinc, as in libsamplerate and Speex:
// cubic Hermite interpolation would be shorter, and at 10 kHz only 27 dB above its error; this one is beyond 70 dB.

/** Samples that each new one is made of: 0.7 ms, of which half is delay. */
const taps = 32;
/** Places between two samples for which the filter is worked out; between them it is interpolated, with an error below -100 dB. */
const phases = 256;
/** Passes what lies below this share of half the sample rate: flat to 17 kHz, and no images from 27 kHz on. */
const cutoff = 0.92;
/** Kaiser's window with 90 dB of attenuation (Kaiser 1974). */
const kaiserBeta = 9;

/** One filter behind the other: a filter of its own for each place would be looked up for each sample. */
const filters = new Float64Array((phases + 1) * taps);
for (let phase = 0; phase <= phases; phase++) filters.set(filterAt(phase / phases), phase * taps);

/** Resamples one stream. */
export class SincResampler {
  /** What is still needed of the past, followed by the block. */
  #sound = new Float32Array(taps);
  /** Where the next sample lies, in samples from the start of the past. */
  #at = 0;

  /**
   * Takes a block.
   * @param block - not kept
   * @param speed - samples taken for each one given; within 1 % of 1, or what is above half the new rate would fold back
   * @returns about block.length / speed samples
   */
  process(block: Float32Array, speed: number): Float32Array {
    const sound = new Float32Array(taps + block.length);
    sound.set(this.#sound.subarray(-taps));
    sound.set(block, taps);
    this.#sound = sound;
    const count = Math.max(0, Math.ceil((block.length - this.#at) / speed));
    const given = new Float32Array(count);
    for (let n = 0; n < count; n++) given[n] = interpolate(sound, this.#at + n * speed);
    this.#at += count * speed - block.length;
    return given;
  }
}

/** The sound half the filter's length after `at`. */
function interpolate(sound: Float32Array, at: number): number {
  const first = Math.floor(at);
  const place = (at - first) * phases;
  const phase = Math.floor(place);
  const before = phase * taps;
  const after = before + taps;
  let sum = 0;
  let sumAfter = 0;
  for (let tap = 0; tap < taps; tap++) {
    const sample = sound[first + tap] ?? 0;
    sum += sample * (filters[before + tap] ?? 0);
    sumAfter += sample * (filters[after + tap] ?? 0);
  }
  return sum + (sumAfter - sum) * (place - phase);
}

/** The filter for a sample that lies this share of the way between the two in the middle. */
function filterAt(share: number): Float64Array {
  const filter = Float64Array.from({ length: taps }, (_, tap) => {
    const distance = tap - (taps / 2 - 1) - share;
    const across = distance / (taps / 2);
    const window = Math.abs(across) >= 1 ? 0 : bessel(kaiserBeta * Math.sqrt(1 - across * across)) / bessel(kaiserBeta);
    const angle = Math.PI * cutoff * distance;
    return (angle === 0 ? 1 : Math.sin(angle) / angle) * window;
  });
  const sum = filter.reduce((total, value) => total + value, 0);
  return filter.map((value) => value / sum);
}

/** The modified Bessel function of order 0, by its series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
