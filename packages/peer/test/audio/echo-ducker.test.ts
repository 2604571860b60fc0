import assert from "node:assert/strict";
import { cancelIn, doubleTalkGainDb, erleDb, SimulatedRoom, speechLike } from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";

import { EchoDucker } from "../../src/audio/echo-ducker.ts";

const test = suite("EchoDucker");

for (const room of [
  { delayMs: 10, decayMs: 30, echoDb: -20 },
  { delayMs: 120, decayMs: 120, echoDb: 3 },
]) {
  test(`turns an echo down from the beginning: ${JSON.stringify(room)}`, () => {
    const result = cancelIn(new SimulatedRoom(room), new EchoDucker(), { far: speechLike(8, { seed: 11 }) });
    const erle = erleDb(result, { fromS: 0, toS: 8 });
    assert.ok(erle > 25, `${erle} dB`);
  });
}

test("changes nothing while the other side is silent", () => {
  const near = speechLike(4, { seed: 22 });
  const { recorded, cleaned } = cancelIn(new SimulatedRoom({ delayMs: 40, decayMs: 60 }), new EchoDucker(), { near });
  assert.deepEqual(cleaned, recorded);
});

test("lets somebody through who speaks louder than the echo", async () => {
  const gain = await doubleTalkGainDb({ delayMs: 40, decayMs: 60, echoDb: -20 }, () => new EchoDucker());
  assert.ok(gain > -5, `${gain} dB`);
});

test.run();
