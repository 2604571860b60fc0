import { test } from "uvu";
import * as assert from "uvu/assert";

import { LevelMeter, silenceDbfs } from "../../src/sound/level.ts";

test("gives the peak since it was last read, in dB below full scale", () => {
  const meter = new LevelMeter();
  assert.is(meter.read(), silenceDbfs);
  meter.push(Float32Array.of(0.1, -0.5, 0.2));
  meter.push(Float32Array.of(0.3));
  assert.is(meter.read(), -6);
  assert.is(meter.read(), silenceDbfs);
  meter.push(Float32Array.of(-3));
  assert.is(meter.read(), 0);
  meter.push(Float32Array.of(1e-7));
  assert.is(meter.read(), silenceDbfs);
});

test.run();
