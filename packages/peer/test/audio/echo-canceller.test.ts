// @timeout 300
import assert from "node:assert/strict";
import { micros } from "@simple-video-chat/protocol";
import {
  cancelIn,
  doubleTalkGainDb,
  erleDb,
  levelDbfs,
  loudnessAfterLoop,
  SimulatedRoom,
  type SimulatedRoomOptions,
  speechLike,
} from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";

import { openAec3 } from "../../src/audio/aec3.ts";
import { type EchoCanceller, openEchoCanceller } from "../../src/audio/echo-canceller.ts";

const test = suite("EchoCanceller");

const far = speechLike(7, { seed: 11 });

const rooms: readonly (SimulatedRoomOptions & { readonly erleDb: number })[] = [
  { delayMs: 10, decayMs: 30, erleDb: 30 },
  { delayMs: 40, decayMs: 60, distortion: 0.1, erleDb: 30 },
  { delayMs: 40, decayMs: 60, distortion: 0.1, driftPpm: 50, erleDb: 30 },
  { delayMs: 120, decayMs: 30, distortion: 0.1, driftPpm: -50, erleDb: 30 },
  // A bare room: RT60 is 0.8 s. Its filter is shorter than that.
  { delayMs: 120, decayMs: 120, distortion: 0.1, driftPpm: 50, erleDb: 18 },
];

for (const { erleDb: atLeastDb, ...room } of rooms) {
  test(`takes ${atLeastDb} dB of the echo away after 3 s: ${JSON.stringify(room)}`, async () => {
    const canceller = await openAec3();
    const result = cancelIn(new SimulatedRoom(room), canceller, { far });
    canceller.close();
    const erle = erleDb(result, { fromS: 3, toS: 7 });
    assert.ok(erle >= atLeastDb, `${erle} dB`);
  });
}

test("leaves at least half of the near voice while both speak", async () => {
  const gain = await doubleTalkGainDb({ delayMs: 40, decayMs: 60, distortion: 0.1, driftPpm: 50 }, openAec3);
  assert.ok(gain > -6, `${gain} dB`);
});

test("leaves the near voice alone when nothing is played", async () => {
  const canceller = await openAec3();
  const near = speechLike(3, { seed: 22, pitchHz: 210 });
  const { recorded, cleaned } = cancelIn(new SimulatedRoom({ delayMs: 40, decayMs: 60 }), canceller, { near });
  canceller.close();
  const lostDb = levelDbfs(recorded, { fromS: 1, toS: 3 }) - levelDbfs(cleaned, { fromS: 1, toS: 3 });
  assert.ok(Math.abs(lostDb) < 1, `${lostDb} dB`);
});

for (const offS of [0.1, 0.3, 3])
  test(`has not forgotten the room when the microphone was off for ${offS} s`, async () => {
    const canceller = await openAec3();
    const room = new SimulatedRoom({ delayMs: 40, decayMs: 60 });
    const voice = speechLike(8 + offS, { seed: 11 });
    const [recorded, cleaned] = [new Float32Array(voice.length), new Float32Array(voice.length)];
    for (let at = 0; at + 480 <= voice.length; at += 480) {
      const played = voice.subarray(at, at + 480);
      canceller.processPlayed(played);
      const heard = room.hear(played);
      if (at > 4 * 48_000 && at < (4 + offS) * 48_000) continue;
      recorded.set(heard, at);
      cleaned.set(canceller.processRecorded(heard, micros((at * 1_000) / 48)), at);
    }
    canceller.close();
    const erle = erleDb({ recorded, cleaned }, { fromS: 4.5 + offS, toS: 8 + offS });
    assert.ok(erle >= 30, `${erle} dB`);
  });

const untouched = (): EchoCanceller => ({ kind: "ducking", processPlayed: () => {}, processRecorded: (block) => block, close: () => {} });

test("two open loudspeakers do not howl", async () => {
  assert.ok(loudnessAfterLoop([untouched(), untouched()]) > -20, "without cancellers they would");
  const cancellers = [await openAec3(), await openAec3()] as const;
  const loudness = loudnessAfterLoop(cancellers);
  assert.ok(loudness < -60, `${loudness} dBFS`);
});

test("loads without listening for the program's errors", async () => {
  const count = (): number => process.listenerCount("uncaughtException") + process.listenerCount("unhandledRejection");
  const before = count();
  (await openAec3()).close();
  assert.equal(count(), before);
});

test("ducks where the canceller does not load", async () => {
  const canceller = await openEchoCanceller(() => Promise.reject(new Error("no WebAssembly")));
  assert.equal(canceller.kind, "ducking");
  assert.equal((await openEchoCanceller()).kind, "aec3");
});

test.run();
