// Signals for tests of sound, and what is measured on them. 48 kHz.

export const sampleRate = 48_000;

/** A tone. */
export function tone(hz: number, seconds: number, amplitude = 0.5): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / sampleRate),
  );
}

/** A tone that rises from one frequency to another. */
export function sweep(fromHz: number, toHz: number, seconds: number): Float32Array {
  const rate = Math.log(toHz / fromHz) / seconds;
  return Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, n) => {
    const phase = (fromHz * (Math.exp((rate * n) / sampleRate) - 1)) / rate;
    return 0.5 * Math.sin(2 * Math.PI * phase);
  });
}

/** Cuts a sound into blocks of 10 ms. */
export function blocksOf(sound: Float32Array, length = 480): readonly Float32Array[] {
  return Array.from({ length: Math.floor(sound.length / length) }, (_, index) => sound.slice(index * length, (index + 1) * length));
}

/** Puts blocks together. */
export function joinedBlocks(blocks: readonly Float32Array[]): Float32Array {
  const sound = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    sound.set(block, at);
    at += block.length;
  }
  return sound;
}

/** The sharpest corner of a sound: its greatest second difference. A click is one far sharper than the sound has by itself. */
export function sharpestCorner(sound: Float32Array): number {
  let sharpest = 0;
  for (let n = 2; n < sound.length; n++)
    sharpest = Math.max(sharpest, Math.abs((sound[n] ?? 0) - 2 * (sound[n - 1] ?? 0) + (sound[n - 2] ?? 0)));
  return sharpest;
}

/** Root of the mean square, dBFS of a full-scale square wave. */
export function levelDb(sound: Float32Array): number {
  return 10 * Math.log10(sound.reduce((sum, sample) => sum + sample * sample, 0) / sound.length);
}

/** Amplitude of one frequency in a sound (Goertzel, with a Hann window). */
export function amplitudeAt(hz: number, sound: Float32Array): number {
  let [real, imaginary, weight] = [0, 0, 0];
  sound.forEach((sample, n) => {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / sound.length);
    const angle = (2 * Math.PI * hz * n) / sampleRate;
    real += sample * window * Math.cos(angle);
    imaginary -= sample * window * Math.sin(angle);
    weight += window;
  });
  return (2 * Math.hypot(real, imaginary)) / weight;
}
