// @timeout 300
// Echo in two channels: each loudspeaker is heard by each microphone, on a way of its own.
import assert from "node:assert/strict";
import { joinChannels, splitChannels } from "@simple-video-chat/protocol/sound";
import { erleDb, levelDbfs, SimulatedRoom, speechLike } from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";

import { openAec3 } from "../../src/audio/aec3.ts";

const test = suite("EchoCanceller in stereo");

const seconds = 6;
const samples = seconds * 48_000;
const [one, other] = [speechLike(seconds, { seed: 11 }), speechLike(seconds, { seed: 12, pitchHz: 210 })];

/** What microphones record and a canceller makes of it, by channel. */
async function cancelled(played: readonly Float32Array[]) {
  const canceller = await openAec3();
  const rooms = [0, 1].map((ear) =>
    played.map((_each, mouth) => new SimulatedRoom({ delayMs: 20 + 3 * ear + 2 * mouth, decayMs: 20, distortion: 0.1 })),
  );
  const channels = rooms.map(() => ({ recorded: new Float32Array(samples), cleaned: new Float32Array(samples) }));
  for (let at = 0; at + 480 <= samples; at += 480) {
    const parts = played.map((voice) => voice.slice(at, at + 480));
    canceller.processPlayed(joinChannels(parts));
    const heard = rooms.map((ways) => {
      const sound = new Float32Array(480);
      ways.forEach((way, mouth) => way.hear(parts[mouth] ?? sound).forEach((sample, n) => (sound[n] = (sound[n] ?? 0) + sample)));
      return sound;
    });
    const cleaned = splitChannels(canceller.processRecorded(joinChannels(heard)), 2);
    channels.forEach((channel, ear) => {
      channel.recorded.set(heard[ear] ?? [], at);
      channel.cleaned.set(cleaned[ear] ?? [], at);
    });
  }
  canceller.close();
  return channels;
}

for (const [name, atLeastDb, ...played] of [
  ["one loudspeaker", 30, one],
  ["two that play one voice, more from the left", 30, one, one.map((sample) => 0.3 * sample)],
  // What only two filters could take away. With headphones there is nothing to take away.
  ["two voices, one on each side", 8, one, other],
] as const) {
  test(`takes ${atLeastDb} dB of ${name} out of both channels`, async () => {
    for (const channel of await cancelled(played)) {
      const erle = erleDb(channel, { fromS: 3, toS: seconds });
      assert.ok(erle >= atLeastDb, `${erle} dB`);
    }
  });
}

test("leaves both channels of the own voice when nothing is played", async () => {
  const canceller = await openAec3();
  const [left, right] = [speechLike(3, { seed: 21 }), speechLike(3, { seed: 22, pitchHz: 210 })];
  const cleaned: Float32Array[] = [new Float32Array(left.length), new Float32Array(left.length)];
  for (let at = 0; at + 480 <= left.length; at += 480) {
    const block = joinChannels([left.subarray(at, at + 480), right.subarray(at, at + 480)]);
    splitChannels(canceller.processRecorded(block), 2).forEach((sound, channel) => cleaned[channel]?.set(sound, at));
  }
  canceller.close();
  for (const [own, sound] of [
    [left, cleaned[0]],
    [right, cleaned[1]],
  ] as const) {
    const span = { fromS: 1, toS: 3 };
    const lostDb = levelDbfs(own, span) - levelDbfs(sound ?? new Float32Array(own.length), span);
    assert.ok(Math.abs(lostDb) < 1, `${lostDb} dB`);
  }
});

test.run();
