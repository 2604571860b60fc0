import { test } from "uvu";
import * as assert from "uvu/assert";

import { parameterSets } from "../../src/recording/parameter-sets.ts";

test("takes the parameter sets out of a keyframe, behind long start codes, without what else is there", () => {
  const keyframe = Uint8Array.of(0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x06, 9, 0, 0, 1, 0x65, 4, 0, 0, 1, 0x67, 7);
  assert.equal([...parameterSets(keyframe)], [0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3]);
});

test("finds none where there are none", () => {
  for (const bytes of [[], [0, 0, 1], [0, 0, 1, 0x41, 5], [1, 2, 3, 4]]) assert.is(parameterSets(Uint8Array.from(bytes)).byteLength, 0);
});

test.run();
