// @timeout 240
// Two channels from a microphone to a speaker, through real programs and devices: what is on one side stays there.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { type OpenSoundDevice, openPulseMicrophone, openPulseSpeaker, sampleRateHz } from "@simple-video-chat/protocol/sound";

import type { Start } from "../../e2e/program.ts";
import { readRecording } from "../../e2e/recorded-file.ts";
import { SoundServer } from "../../e2e/sound-server.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import { withSound } from "../../e2e/with-sound.ts";

const devices = { speakers: ["ear"], microphones: ["mic"] };
const small = ["--source", "motion", "--camera-size", "320x240", "--microphone", "mic"];
const toneHz = 500;
const amplitude = 0.4;
/** What is certainly heard, and what nobody hears beside it: 46 dB less. */
const heard = 0.1;
const unheard = 0.002;

/** Says a tone into one side of the microphone, as long as it is open. */
function sayOn(server: SoundServer, side: "left" | "right"): Promise<OpenSoundDevice> {
  let at = 0;
  const onBlock = (block: Float32Array): void => {
    for (let n = side === "left" ? 0 : 1; n < block.length; n += 2)
      block[n] = amplitude * Math.sin((2 * Math.PI * toneHz * at++) / sampleRateHz);
  };
  return openPulseSpeaker({ device: SoundServer.mouthOf("mic"), env: server.env, channels: 2 }, { onBlock, onGone: () => {} });
}

/** Listens to the speaker; the loudest sample of each side since it was last asked. */
class BothEars {
  #peaks: [number, number] = [0, 0];

  static async open(server: SoundServer): Promise<BothEars> {
    const ears = new BothEars();
    const onBlock = (block: Float32Array): void =>
      block.forEach((sample, at) => (ears.#peaks[at % 2] = Math.max(ears.#peaks[at % 2] ?? 0, Math.abs(sample))));
    await openPulseMicrophone({ device: "ear.monitor", env: server.env, channels: 2 }, { onBlock, onGone: () => {} });
    return ears;
  }

  take(): readonly [left: number, right: number] {
    const peaks = this.#peaks;
    this.#peaks = [0, 0];
    return peaks;
  }

  /** Waits until each side is as loud as it should be for half a second. */
  async hear(isRight: (left: number, right: number) => boolean, what: string): Promise<void> {
    let last = "";
    const isHeard = async (): Promise<boolean> => {
      this.take();
      await sleep(500);
      const [left, right] = this.take();
      last = `${left} on the left, ${right} on the right`;
      return isRight(left, right);
    };
    await waitUntil(isHeard, what, 30_000).catch((cause: unknown) => assert.unreachable(`${String(cause)}; heard ${last}`));
  }
}

async function call(start: Start, sending: readonly string[], receiving: readonly string[]) {
  const sender = start("sender", [...small, ...sending, "--listen", "127.0.0.1:0"]);
  const receiver = start("receiver", ["--no-window", "--speaker", "ear", ...receiving], { env: { SVC_INVITE: await sender.invite() } });
  await Promise.all([receiver.event("playing"), sender.event("recording")]);
  return { sender, receiver };
}

test(
  "with --stereo a tone on one side of the microphone is heard and recorded on that side only",
  withSound(devices, async (server, start) => {
    const folder = makeFolder();
    try {
      const path = join(folder.path, "call.mkv");
      const ears = await BothEars.open(server);
      const mouth = await sayOn(server, "left");
      const { sender, receiver } = await call(start, ["--stereo"], ["--record", path]);
      await ears.hear((left, right) => left > heard && right < unheard, "a tone on the left");
      await receiver.event("stats", { where: ({ audio }) => (audio as { channels: number }).channels === 2 });
      const recordedMs = (recording: unknown): number => ((recording ?? {}) as { durationMs?: number }).durationMs ?? 0;
      await receiver.event("stats", { where: ({ recording }) => recordedMs(recording) >= 1_000, limitMs: 30_000 });
      await receiver.interrupt();
      const sound = (await readRecording(path)).find((track) => track.kind === "audio");
      assert.is(sound?.kind === "audio" ? sound.peaks.length : 0, 2);
      const [left = 0, right = 0] = sound?.kind === "audio" ? sound.peaks : [];
      assert.ok(left > heard * 32_768 && right < unheard * 32_768, `recorded ${left} ${right}`);
      mouth.close();
      await sender.interrupt();
    } finally {
      folder.remove();
    }
  }),
);

test(
  "with --stereo a tone on the right is heard on the right only; its variable from the environment does the same",
  withSound(devices, async (server, start) => {
    const ears = await BothEars.open(server);
    const mouth = await sayOn(server, "right");
    const sender = start("sender", [...small, "--listen", "127.0.0.1:0"], { env: { SVC_STEREO: "true" } });
    const receiver = start("receiver", ["--no-window", "--speaker", "ear"], { env: { SVC_INVITE: await sender.invite() } });
    await ears.hear((left, right) => right > heard && left < unheard, "a tone on the right");
    mouth.close();
    await receiver.interrupt();
    await sender.interrupt();
  }),
);

test(
  "without --stereo a tone on one side is heard on both, alike",
  withSound(devices, async (server, start) => {
    const ears = await BothEars.open(server);
    const mouth = await sayOn(server, "left");
    const { sender, receiver } = await call(start, [], []);
    await ears.hear((left, right) => left > heard && Math.abs(left - right) < unheard, "the same tone on both sides");
    const stats = await receiver.event("stats", { where: ({ audio }) => (audio as { isOn: boolean }).isOn });
    assert.is((stats["audio"] as { channels: number }).channels, 1);
    mouth.close();
    await receiver.interrupt();
    await sender.interrupt();
  }),
);

test.run();
