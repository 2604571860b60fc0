// @timeout 120
// A call in which one side has an open loudspeaker: its microphone hears all that is played, through a real sound server with its clocks and delays.
import { setTimeout as sleep } from "node:timers/promises";
import { speechLike } from "@simple-video-chat/protocol/testing";
import { openPulseMicrophone, openPulseSpeaker } from "@simple-video-chat/protocol/sound";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { withPrograms } from "../../e2e/program.ts";
import { SoundServer } from "../../e2e/sound-server.ts";

const small = ["--source", "motion", "--camera-size", "320x240", "--no-window"];
const settlingMs = 5_000;
const measuredMs = 5_000;

/** Adds up what a speaker plays. */
async function listen(server: SoundServer, speaker: string): Promise<{ power: number }> {
  const heard = { power: 0 };
  const onBlock = (block: Float32Array): void => block.forEach((sample) => (heard.power += sample * sample));
  await openPulseMicrophone({ device: `${speaker}.monitor`, env: server.env }, { onBlock, onGone: () => {} });
  return heard;
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
      played.power = 0;
      echo.power = 0;
      await sleep(measuredMs);
      assert.ok(played.power > 1, `the voice is heard: ${played.power}`);
      const softerDb = 10 * Math.log10(played.power / Math.max(echo.power, 1e-9));
      assert.ok(softerDb > 20, `the echo is ${softerDb} dB softer than the voice`);
      await a.interrupt();
      await b.exits(0);
    } finally {
      await server.stop();
    }
  }, 90_000),
);

test.run();
