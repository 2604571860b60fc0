import assert from "node:assert/strict";
import { suite } from "uvu";
import { soundFor, soundWith } from "../../src/audio/sound-spec.ts";
import { sourceSpec } from "../../src/capture/source-spec.ts";
import { hasSound } from "../../src/video-options.ts";

const test = suite("the sound of a source");
const spec = (source: string): ReturnType<typeof sourceSpec> => sourceSpec({ source, camera: "0", loop: true });
const sources = ["camera", "screen", "testcard", "film.mp4", "motion", "rtsp://camera/live"].map(spec);
const plain = { audio: true, noiseSuppression: false };

test("is the microphone's where a camera looks or the screen is shown, the file's or the card's own, or none", () => {
  for (const stereo of [false, true]) {
    const choice = soundFor({ ...plain, headphones: true, stereo });
    const microphone = { kind: "microphone", suppressNoise: false, headphones: true, stereo };
    assert.deepEqual(
      sources.map((source) => soundWith(source, choice)),
      [microphone, microphone, { kind: "tone", stereo }, { kind: "file", path: "film.mp4", stereo }, undefined, undefined],
    );
  }
});

test("is that of the microphone that was named, whatever is shown", () => {
  const choice = soundFor({ ...plain, microphone: "headset" });
  for (const source of sources) assert.deepEqual(soundWith(source, choice)?.kind, "microphone");
});

test("is offered when any of the sources has some, and never with --no-audio", () => {
  const [camera = spec("camera"), , , , motion = camera] = sources;
  const sound = soundFor(plain);
  assert.ok(hasSound({ source: motion, otherSources: [motion, camera], sound }));
  assert.ok(!hasSound({ source: motion, otherSources: [motion], sound }));
  assert.ok(!hasSound({ source: camera, sound: soundFor({ ...plain, audio: false }) }));
});

test.run();
