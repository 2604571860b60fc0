import { test } from "uvu";
import * as assert from "uvu/assert";

import { SteadyOffset } from "../../src/recording/steady-offset.ts";

test("takes the first estimate, and follows later ones by half a millisecond a second", () => {
  const offset = new SteadyOffset();
  assert.is(offset.follow(undefined, 0), undefined);
  assert.is(offset.follow(1_000, 1_000_000), 1_000);
  assert.is(offset.follow(11_000, 2_000_000), 1_500);
  assert.is(offset.follow(undefined, 3_000_000), 1_500);
  assert.is(offset.follow(-11_000, 3_100_000), 1_450);
  assert.is(offset.follow(1_400, 4_100_000), 1_400);
});

test("takes the next estimate as it is after another computer has come", () => {
  const offset = new SteadyOffset();
  offset.follow(1_000, 0);
  offset.forget();
  assert.is(offset.follow(900_000, 1_000), 900_000);
});

test.run();
