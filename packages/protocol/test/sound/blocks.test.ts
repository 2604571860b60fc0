import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { BlockCutter } from "../../src/sound/block-cutter.ts";
import { blockSamples, blockUs, chooseDevice, sampleRateHz, SoundError } from "../../src/sound/sound.ts";
import { SteadyClock } from "../../src/sound/steady-clock.ts";

const test = suite("blocks of sound");

test("last as long as they say", () => {
  assert.equal(blockUs, (blockSamples / sampleRateHz) * 1_000_000);
});

test("are the same however their bytes were cut", () => {
  const samples = Float32Array.from({ length: blockSamples * 3 + 7 }, (_, at) => at);
  const bytes = Buffer.from(samples.buffer);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1 }), (sizes) => {
      const cutter = new BlockCutter();
      const blocks: number[] = [];
      for (let at = 0, piece = 0; at < bytes.byteLength; piece++) {
        const size = sizes[piece % sizes.length] ?? 1;
        const end = Math.min(at + size, bytes.byteLength);
        cutter.push(bytes.subarray(at, end), (block, bytesAfter) => {
          blocks.push(block[0] ?? -1, block.at(-1) ?? -1);
          assert.equal((end - bytesAfter) % (blockSamples * 4), 0);
        });
        at = end;
      }
      assert.deepEqual(blocks, [0, 479, 480, 959, 960, 1439]);
    }),
  );
});

test("hold as many samples of each of two channels", () => {
  const samples = Float32Array.from({ length: blockSamples * 4 }, (_, at) => at);
  const ends: number[] = [];
  new BlockCutter(2).push(Buffer.from(samples.buffer), (block) => void ends.push(block[0] ?? -1, block.at(-1) ?? -1));
  assert.deepEqual(ends, [0, 959, 960, 1_919]);
});

test("get steady instants from measurements that are late at times, and follow a device that is faster or slower than the clock", () => {
  for (const rate of [0.9998, 1.0002]) {
    const clock = new SteadyClock();
    const random = jitter();
    let previousUs = 0;
    for (let block = 0; block < 6_000; block++) {
      const trueUs = 1_000_000 + block * blockUs * rate;
      // Every three seconds this process is held up for 50 ms, and then has five blocks at once.
      const heldUs = (5 - (block % 300)) * 10_000;
      const atUs = clock.next(trueUs + random() * 4_000 + Math.max(0, heldUs));
      if (block > 1_000) {
        assert.ok(Math.abs(atUs - trueUs) < 2_500, `${atUs - trueUs} µs off`);
        assert.ok(Math.abs(atUs - previousUs - blockUs) < 250, `a step of ${atUs - previousUs} µs`);
      }
      previousUs = atUs;
    }
  }
});

test("get new instants after a pause, at once if it was a jump back", () => {
  const clock = new SteadyClock();
  for (let block = 0; block < 10; block++) clock.next(block * blockUs);
  let atUs = 0;
  for (let block = 0; block < 60; block++) atUs = clock.next(5_000_000 + block * blockUs);
  assert.equal(atUs, 5_000_000 + 59 * blockUs);
  assert.equal(clock.next(1_000_000), 1_000_000);
});

test("come from the device that was asked for: by id, by name, by a part of it, or from the default one", () => {
  const devices = [
    { id: "a", name: "Built-in Audio", isDefault: false },
    { id: "usb", name: "USB Headset", isDefault: true },
    { id: "b", name: "USB", isDefault: false },
  ];
  assert.equal(chooseDevice(devices, undefined, "microphone").id, "usb");
  assert.equal(chooseDevice(devices, "a", "microphone").id, "a");
  assert.equal(chooseDevice(devices, "USB", "microphone").id, "b");
  assert.equal(chooseDevice(devices, "headset", "microphone").id, "usb");
  assert.throws(
    () => chooseDevice(devices, "beamer", "speaker"),
    (error) => error instanceof SoundError && error.code === "sound-device-missing" && /USB Headset/u.test(error.message),
  );
  assert.throws(() => chooseDevice([], undefined, "speaker"), SoundError);
});

/** A linear congruential generator: the same numbers in every run. */
function jitter(): () => number {
  let state = 1;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

test("gives no block an instant before the earliest, and goes on from there", () => {
  const clock = new SteadyClock();
  clock.next(1_000_000);
  assert.equal(clock.next(1_040_000, 1_035_000), 1_035_000);
  assert.equal(clock.next(1_045_000, 1_036_000), 1_045_000);
});

test.run();
