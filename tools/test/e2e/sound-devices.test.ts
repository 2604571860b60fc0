// @timeout 180
// Devices that come, go and change during a call, on a sound server of the test's own.
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { listSoundDevices } from "@simple-video-chat/peer";
import { startSender } from "@simple-video-chat/sender";
import { withPrograms } from "../../e2e/program.ts";
import { Ear, Mouth } from "../../e2e/sound-probes.ts";
import { SoundServer } from "../../e2e/sound-server.ts";
import { waitUntil } from "../../e2e/wait-until.ts";

/** Time between two words that are said until one is heard. */
const wordMs = 500;

test(
  "a call follows the user's default devices, outlives their unplugging, and says each time what it uses now, once",
  withPrograms(async (start) => {
    const server = await SoundServer.start({ speakers: ["ear-a", "ear-b"], microphones: ["mic-a", "mic-b"] });
    await server.settings("set-default-sink", "ear-a");
    await server.settings("set-default-source", "mic-a");
    Object.assign(process.env, server.env);
    const recording: string[] = [];
    const failures: string[] = [];
    const sender = await startSender({
      source: { kind: "motion", widthPx: 320, heightPx: 240, frameRate: 15 },
      sound: { kind: "microphone" },
      port: 0,
    });
    sender.on("recording", ({ name }) => recording.push(name));
    sender.on("notice", ({ code }) => failures.push(code));
    try {
      const invite = await new Promise<string>((resolve) => sender.on("invite", (event) => resolve(event.invite)));
      const receiver = start("receiver", ["--no-window"], { env: { ...server.env, SVC_INVITE: invite } });
      await receiver.event("playing", { where: ({ name }) => name === "ear-a" });
      await waitUntil(() => recording.at(-1) === "mic-a", "the default microphone");

      await server.settings("set-default-sink", "ear-b");
      await server.settings("set-default-source", "mic-b");
      await receiver.event("playing", { where: ({ name }) => name === "ear-b" });
      await waitUntil(() => recording.at(-1) === "mic-b", "the new default microphone");
      await hears(server, "mic-b", "ear-b");

      await server.unplug("ear-b");
      await server.unplug("mic-b");
      await receiver.event("playing", 3);
      await waitUntil(() => recording.length === 3, "the microphone that is left");
      await hears(server, "mic-a", "ear-a");
      assert.equal(recording, ["mic-a", "mic-b", "mic-a"]);
      assert.equal(failures, []);

      // What the speaker plays is no microphone, whatever the server makes of it.
      await server.unplug("mic-a");
      await waitUntil(() => failures.length > 0, "a sentence that there is none");
      await server.plugMicrophone("mic-a");
      await waitUntil(() => recording.length === 4, "the microphone that is back");
      await hears(server, "mic-a", "ear-a");
      assert.equal(failures, ["microphone-failed"]);
      assert.not.ok(receiver.events.some(({ event }) => event === "notice"));
      await receiver.interrupt();
    } finally {
      await sender.close();
      await server.stop();
      for (const name of Object.keys(server.env)) delete process.env[name];
    }
  }, 100_000),
);

async function hears(server: SoundServer, microphone: string, speaker: string): Promise<void> {
  const [mouth, ear] = await Promise.all([Mouth.open(server, microphone), Ear.open(server, speaker)]);
  const before = ear.heardUs.length;
  // One word may fall into a moment for which the sound server of a busy computer had nothing.
  while (ear.heardUs.length === before) {
    await mouth.say();
    await sleep(wordMs);
  }
  mouth.close();
  ear.close();
}

test("devices are listed by the names that the system's settings show, the default ones first", async () => {
  const server = await SoundServer.start({ speakers: ["ear-a", "ear-b"], microphones: ["mic"] });
  try {
    await server.settings("set-default-sink", "ear-b");
    const { microphones, speakers } = await listSoundDevices(server.env);
    assert.equal(
      microphones.map(({ name }) => name),
      ["mic"],
    );
    assert.equal(speakers[0], { id: "ear-b", name: "ear-b", isDefault: true });
    assert.ok(speakers.some(({ name, isDefault }) => name === "ear-a" && !isDefault));
  } finally {
    await server.stop();
  }
});

test.run();
