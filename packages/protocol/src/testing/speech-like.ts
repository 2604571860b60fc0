// A voice by arithmetic: syllables of vowels and hisses with pauses between, for tests of what is done to speech. Nobody speaks, but it has what
// matters there: pitch that moves, formants, loud and soft, voiced and not, and the pauses in which another may be heard.
import { randomNumbers } from "./random-numbers.ts";

/** Options of {@link speechLike}. */
export interface SpeechLikeOptions {
  /** Another seed says something else. */
  readonly seed: number;
  /** The voice's middle pitch. Default 120 Hz. */
  readonly pitchHz?: number;
  /** Vowels only, without pauses: a sound without noise, in which a click stands out. Default false. */
  readonly vowelsOnly?: boolean;
  /** Loudness (root of the mean square, pauses included), dBFS. Default -23, as broadcast. */
  readonly levelDbfs?: number;
}

const sampleRate = 48_000;
/** The first four formants of a, e, i, o, u, Hz (after Peterson and Barney, 1952). */
const vowels = [
  [730, 1090, 2440, 3400],
  [530, 1840, 2480, 3500],
  [270, 2290, 3010, 3700],
  [570, 840, 2410, 3300],
  [300, 870, 2240, 3300],
] as const;
const formantWidthHz = 90;
const syllableS = 0.22;

/** Seconds of it: 48 kHz, mono. */
export function speechLike(seconds: number, { seed, pitchHz = 120, vowelsOnly = false, levelDbfs = -23 }: SpeechLikeOptions): Float32Array {
  const random = randomNumbers(seed);
  const sound = new Float32Array(Math.round(seconds * sampleRate));
  for (let at = 0; at < sound.length;) {
    const length = Math.round(syllableS * (0.7 + 0.6 * random()) * sampleRate);
    const syllable = sound.subarray(at, at + length);
    const kind = random();
    const loudness = 0.4 + 0.6 * random();
    if (vowelsOnly || kind < 0.65) sayVowel(syllable, { random, pitchHz: pitchHz * (0.8 + 0.4 * random()), loudness });
    else if (kind < 0.8) sayHiss(syllable, random, loudness);
    at += length;
  }
  const power = sound.reduce((sum, sample) => sum + sample * sample, 0) / sound.length;
  const gain = 10 ** (levelDbfs / 20) / Math.sqrt(power || 1);
  return sound.map((sample) => sample * gain);
}

interface Vowel {
  readonly random: () => number;
  readonly pitchHz: number;
  readonly loudness: number;
}

function sayVowel(syllable: Float32Array, { random, pitchHz, loudness }: Vowel): void {
  const formants = vowels[Math.floor(random() * vowels.length)] ?? vowels[0];
  const glide = 0.8 + 0.4 * random();
  const resonators = formants.map((hz) => resonator(hz));
  let phase = 0;
  for (let n = 0; n < syllable.length; n++) {
    const through = n / syllable.length;
    phase += (pitchHz * glide ** through) / sampleRate;
    // The glottis: open for part of the period, closing faster than it opens (Rosenberg's pulse, its derivative below).
    const open = phase % 1;
    const pulse = open < 0.4 ? Math.sin((Math.PI * open) / 0.4) : open < 0.56 ? -2.5 * Math.sin((Math.PI * (open - 0.4)) / 0.16) : 0;
    const voice = resonators.reduce((sum, resonate, index) => sum + resonate(pulse) / (index + 1), 0);
    syllable[n] = voice * loudness * envelope(through);
  }
}

/** About 20 dB softer than a vowel, and high, as s and f are. */
function sayHiss(syllable: Float32Array, random: () => number, loudness: number): void {
  let before = 0;
  for (let n = 0; n < syllable.length; n++) {
    const noise = random() - 0.5;
    syllable[n] = (noise - before) * loudness * 0.5 * envelope(n / syllable.length);
    before = noise;
  }
}

function envelope(through: number): number {
  return Math.sin(Math.PI * through) ** 0.5;
}

/** A second-order filter with its peak at this frequency, of gain 1 there. */
function resonator(hz: number): (input: number) => number {
  const radius = Math.exp((-Math.PI * formantWidthHz) / sampleRate);
  const turn = 2 * radius * Math.cos((2 * Math.PI * hz) / sampleRate);
  const gain = (1 - radius) * Math.sqrt(1 + radius * radius - 2 * radius * Math.cos((4 * Math.PI * hz) / sampleRate));
  let [last, beforeLast] = [0, 0];
  return (input) => {
    const output = gain * input + turn * last - radius * radius * beforeLast;
    beforeLast = last;
    last = output;
    return output;
  };
}
