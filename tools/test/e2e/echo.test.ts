// @timeout 120
// @alone
// A call in which one side has an open loudspeaker: its microphone hears all that is played, through a real sound server with its clocks and delays.
import { setTimeout as sleep } from "node:timers/promises";
import { speechLike } from "@simple-video-chat/protocol/testing";
import { openPulseMicrophone, openPulseSpeaker } from "@simple-video-chat/protocol/sound";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { withPrograms } from "../../e2e/program.ts";
import { SoundServer } from "../../e2e/sound-server.ts";

const small = ["--source", "motion", "--camera-size", "320x240", "--no-window"];
const settlingMs = 4_000;
/** Each longer than the voice pauses. Where the sound server of a busy computer drops some sound the delay jumps, and the echo is heard for a while. */
const windows = 9;
const windowMs = 1_000;

/** Adds up what a speaker plays. */
async function listen(server: SoundServer, speaker: string): Promise<() => number> {
  let power = 0;
  const onBlock = (block: Float32Array): void => block.forEach((sample) => (power += sample * sample));
  await openPulseMicrophone({ device: `${speaker}.monitor`, env: server.env }, { onBlock, onGone: () => {} });
  return () => {
    const heard = power;
    power = 0;
    return heard;
  };
}

test(
  "whoever speaks to an open loudspeaker does not hear themselves",
  withPrograms(async (start) => {
    const server = await SoundServer.start({
      speakers: ["ear-a", "ear-b"],
      microphones: ["mic-a", "mic-b"],
      echoes: { "mic-a": "ear-a" },
    });
    try {
      const env = { ...server.env };
      const a = start("peer", [...small, "--microphone", "mic-a", "--speaker", "ear-a", "--listen", "127.0.0.1:0"], { env });
      const b = start("peer", [...small, "--microphone", "mic-b", "--speaker", "ear-b"], {
        env: { ...env, SVC_INVITE: await a.invite() },
      });
      await Promise.all([a.event("playing"), b.event("playing"), a.event("recording"), b.event("recording")]);
      const voice = speechLike(30, { seed: 11 });
      let said = 0;
      const fill = (block: Float32Array): void => {
        block.set(voice.subarray(said, said + block.length));
        said = (said + block.length) % voice.length;
      };
      await openPulseSpeaker({ device: SoundServer.mouthOf("mic-b"), env }, { onBlock: fill, onGone: () => {} });
      const [played, echo] = [await listen(server, "ear-a"), await listen(server, "ear-b")];
      await sleep(settlingMs);
      [played, echo].forEach((take) => take());
      const softerDb: number[] = [];
      for (let window = 0; window < windows; window++) {
        await sleep(windowMs);
        softerDb.push(10 * Math.log10(played() / Math.max(echo(), 1e-9)));
      }
      softerDb.sort((a, b) => a - b);
      const median = softerDb[(windows - 1) / 2] ?? 0;
      assert.ok(median > 15, `the echo is ${softerDb.map(Math.round).join(", ")} dB softer than the voice`);
      await a.interrupt();
      await b.exits(0);
    } finally {
      await server.stop();
    }
  }, 90_000),
);

test.run();
