import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { channelsOf, joinChannels, splitChannels, withChannels } from "../../src/sound/channels.ts";
import { blockSamples } from "../../src/sound/sound.ts";

const test = suite("channels");

const sample = fc.float({ min: -1, max: 1, noNaN: true });
const mono = fc.array(sample, { minLength: blockSamples, maxLength: blockSamples }).map((samples) => Float32Array.from(samples));

test("come apart and together as they were", () => {
  fc.assert(
    fc.property(mono, mono, (left, right) => {
      const both = joinChannels([left, right]);
      assert.equal(channelsOf(both), 2);
      assert.deepEqual(splitChannels(both, 2), [left, right]);
    }),
  );
});

test("are the same array where there is one", () => {
  const block = new Float32Array(blockSamples);
  assert.equal(channelsOf(block), 1);
  assert.equal(withChannels(block, 1), block);
  assert.equal(splitChannels(block, 1)[0], block);
  assert.equal(joinChannels([block]), block);
});

test("are mixed as loud as each, and made of one without a change", () => {
  fc.assert(
    fc.property(mono, (block) => {
      const both = withChannels(block, 2);
      assert.deepEqual(splitChannels(both, 2), [block, block]);
      assert.deepEqual(withChannels(both, 1), block);
      assert.equal(withChannels(both, 2), both);
    }),
  );
  const left = joinChannels([new Float32Array(blockSamples).fill(0.5), new Float32Array(blockSamples)]);
  assert.deepEqual(withChannels(left, 1), new Float32Array(blockSamples).fill(0.25));
});

test.run();
