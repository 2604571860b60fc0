import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nowUs } from "@simple-video-chat/protocol";
import { blockUs, SoundError, splitChannels } from "@simple-video-chat/protocol/sound";
import { suite } from "uvu";
import { openFileSound } from "../../src/audio/file-sound.ts";

const test = suite("a file's sound");
const folder = mkdtempSync(join(tmpdir(), "svc-sound-"));
test.after(() => rmSync(folder, { recursive: true }));

const rateHz = 44_100;

interface Wav {
  readonly seconds: number;
  readonly beepS: number;
  readonly isRightQuiet?: boolean;
}

/** A WAV file in stereo: silence until `beepS`, then a tone to its end. */
function writeWav(name: string, { seconds, beepS, isRightQuiet = false }: Wav): string {
  const samples = seconds * rateHz;
  const data = Buffer.alloc(samples * 4);
  for (let at = Math.round(beepS * rateHz); at < samples; at++) {
    const value = Math.round(16_000 * Math.sin((2 * Math.PI * 441 * at) / rateHz));
    data.writeInt16LE(value, at * 4);
    if (!isRightQuiet) data.writeInt16LE(value, at * 4 + 2);
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.byteLength, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(rateHz, 24);
  head.writeUInt32LE(rateHz * 4, 28);
  head.writeUInt16LE(4, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.byteLength, 40);
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([head, data]));
  return path;
}

/** Plays a file to its end; gives when its tone began, µs. */
async function beepOf(path: string, startUs: number): Promise<number | undefined> {
  let beepUs: number | undefined;
  let isOver = false;
  await openFileSound({ kind: "file", path }, startUs, {
    onBlock: (block, captureUs) => {
      const at = block.findIndex((sample) => Math.abs(sample) > 0.1);
      if (at >= 0) beepUs ??= captureUs + (at / 48_000) * 1_000_000;
    },
    onGone: (reason) => {
      assert.equal(reason, "");
      isOver = true;
    },
  });
  while (!isOver) await sleep(10);
  return beepUs;
}

test("is heard at its time, from the instant on that the file began", async () => {
  const path = writeWav("beep.wav", { seconds: 1.5, beepS: 0.8 });
  const startUs = nowUs();
  const beepUs = (await beepOf(path, startUs)) ?? 0;
  assert.ok(Math.abs(beepUs - startUs - 800_000) < 3_000, `at ${beepUs - startUs} µs`);
});

test("goes on in its place when the file began before, and leaves out what is over", async () => {
  const path = writeWav("late.wav", { seconds: 2, beepS: 1.5 });
  const startUs = nowUs() - 1_000_000;
  const beepUs = (await beepOf(path, startUs)) ?? 0;
  assert.ok(Math.abs(beepUs - startUs - 1_500_000) < 3_000, `at ${beepUs - startUs} µs`);
});

test("is sought where the file began long ago", async () => {
  const path = writeWav("long.wav", { seconds: 32, beepS: 31 });
  const startUs = nowUs() - 30_000_000;
  const beepUs = (await beepOf(path, startUs)) ?? 0;
  assert.ok(Math.abs(beepUs - startUs - 31_000_000) < 3_000, `at ${beepUs - startUs} µs`);
});

test("has both its channels in stereo, each on its side and at its time", async () => {
  const path = writeWav("left.wav", { seconds: 1.5, beepS: 0.8, isRightQuiet: true });
  const startUs = nowUs();
  const peaks = { left: 0, right: 0 };
  let beepUs: number | undefined;
  let isOver = false;
  await openFileSound({ kind: "file", path, stereo: true }, startUs, {
    onBlock: (block, captureUs) => {
      const [left = block, right = block] = splitChannels(block, 2);
      const at = left.findIndex((sample) => Math.abs(sample) > 0.1);
      if (at >= 0) beepUs ??= captureUs + (at / 48_000) * 1_000_000;
      peaks.left = Math.max(peaks.left, ...left);
      peaks.right = Math.max(peaks.right, ...right);
    },
    onGone: () => (isOver = true),
  });
  while (!isOver) await sleep(10);
  assert.ok(Math.abs((beepUs ?? 0) - startUs - 800_000) < 3_000, `at ${(beepUs ?? 0) - startUs} µs`);
  assert.ok(peaks.left > 0.4 && peaks.right < 0.001, JSON.stringify(peaks));
});

test("ends at once where all of it is over", async () => {
  const path = writeWav("over.wav", { seconds: 1, beepS: 0 });
  assert.equal(await beepOf(path, nowUs() - 60_000_000), undefined);
});

test("begins late rather than hurry: nothing is given that was due before it was open", async () => {
  const path = writeWav("hurry.wav", { seconds: 2, beepS: 1.5 });
  const openedUs = nowUs();
  let firstUs: number | undefined;
  const sound = await openFileSound({ kind: "file", path }, openedUs - 100_000, {
    onBlock: (_block, captureUs) => void (firstUs ??= captureUs),
    onGone: () => {},
  });
  while (firstUs === undefined) await sleep(10);
  sound.close();
  assert.ok(firstUs >= openedUs - blockUs, `${openedUs - firstUs} µs before it was opened`);
});

test("is missing where there is none, and what is no file of sound says so", async () => {
  const path = join(folder, "text.wav");
  writeFileSync(path, "no sound at all, only words");
  for (const each of [path, join(folder, "nothing.wav")]) {
    await assert.rejects(
      openFileSound({ kind: "file", path: each }, nowUs(), { onBlock: () => {}, onGone: () => {} }),
      (error) => error instanceof SoundError && error.code === "sound-device-missing",
    );
  }
});

test.run();
