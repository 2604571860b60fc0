// Makes the pictures of the documents, docs/images/*.png, by running the real programs on a virtual display: `pnpm screenshots`.
// It needs what the tests need (npm test installs it) and built programs.

import { execFile } from "node:child_process";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { nowUs } from "@simple-video-chat/protocol";
import { sampleRateHz } from "@simple-video-chat/protocol/sound";

import { type Program, type Start, withPrograms } from "../e2e/program.ts";
import { Mouth } from "../e2e/sound-probes.ts";
import { SoundServer } from "../e2e/sound-server.ts";
import { VirtualDisplay } from "../e2e/virtual-display.ts";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("../../docs/images", import.meta.url));
/** A document's picture is downloaded by everybody who reads it. */
const maxBytes = 300_000;
const desk = "#39424e";
/** For a scene, on a computer that is busy with other things, ms. */
const patienceMs = 240_000;
/** The moving scene waves in the first third of every twelve seconds of the clock. */
const scenePeriodS = 12;
const waveS = 3.1;

async function onDisplay(
  size: { readonly widthPx: number; readonly heightPx: number },
  body: (start: Start, display: VirtualDisplay) => Promise<void>,
): Promise<void> {
  const display = await VirtualDisplay.start(size);
  try {
    await run("xsetroot", ["-solid", desk], { env: { ...process.env, DISPLAY: display.name } });
    await withPrograms((start) => body(start, display), patienceMs)();
  } finally {
    await display.stop();
  }
}

/** Saves a window, or the whole screen, with as few colours as look the same. */
async function keep(display: VirtualDisplay, window: string, name: string): Promise<void> {
  const raw = join(folder, `.${name}`);
  const file = join(folder, name);
  await display.save(window, raw);
  await run("convert", [raw, "-strip", "+dither", "-colors", "256", "-define", "png:compression-level=9", `PNG8:${file}`]);
  await rm(raw);
  const { size } = await stat(file);
  process.stdout.write(`docs/images/${name}  ${Math.ceil(size / 1000)} kB\n`);
  if (size > maxBytes) throw new Error(`${name} is larger than ${maxBytes / 1000} kB`);
}

async function windowOf(display: VirtualDisplay, title: string): Promise<string> {
  return (await display.windows(title, 1, patienceMs))[0] ?? "";
}

async function untilWaving(): Promise<void> {
  const phaseS = (nowUs() / 1e6) % scenePeriodS;
  await sleep(1000 * ((waveS - phaseS + scenePeriodS) % scenePeriodS));
}

async function firstPictures(...programs: readonly Program[]): Promise<void> {
  await Promise.all(programs.map((program) => program.event("first-picture", { limitMs: patienceMs })));
}

/** Both ends of a call, side by side. */
async function call(start: Start, display: VirtualDisplay): Promise<void> {
  const size = ["--camera-size", "640x360"];
  const env = { DISPLAY: display.name };
  const ann = start("peer", ["--source", "testcard", ...size, "--listen", "127.0.0.1:0", "--name", "Ann"], { env });
  const bob = start("peer", ["--source", "motion", ...size, "--name", "Bob"], { env: { ...env, SVC_INVITE: await ann.invite() } });
  await firstPictures(ann, bob);
  await display.move(await windowOf(display, "Simple Video Chat: Bob"), 24, 44);
  await display.move(await windowOf(display, "Simple Video Chat: Ann"), 690, 44);
  await untilWaving();
  await keep(display, "root", "call.png");
}

/** The other side's picture with levels, figures, a message and one's own picture over it; then the help box. */
async function overlay(start: Start, display: VirtualDisplay): Promise<void> {
  const server = await SoundServer.start({ speakers: ["ear-a", "ear-b"], microphones: ["mic-a", "mic-b"] });
  const mouths = await Promise.all([Mouth.open(server, "mic-a"), Mouth.open(server, "mic-b")]);
  try {
    // Bob speaks, Ann listens.
    mouths[0].talk(hum(0.02));
    mouths[1].talk(hum(0.4));
    await overlayWithSound(start, display, server);
  } finally {
    for (const mouth of mouths) mouth.close();
    await server.stop();
  }
}

/** A second of a sound that never pauses. */
function hum(amplitude: number): Float32Array {
  return Float32Array.from({ length: sampleRateHz }, (_, at) => amplitude * Math.sin((2 * Math.PI * 220 * at) / sampleRateHz));
}

async function overlayWithSound(start: Start, display: VirtualDisplay, { env }: SoundServer): Promise<void> {
  const source = ["--source", "motion", "--camera-size", "960x540", "--headphones"];
  const bob = start("peer", [...source, "--listen", "127.0.0.1:0", "--name", "Bob", "--microphone", "mic-b", "--speaker", "ear-b"], {
    terminal: true,
    env,
  });
  const ann = start("peer", [...source, "--name", "Ann", "--microphone", "mic-a", "--speaker", "ear-a"], {
    env: { ...env, DISPLAY: display.name, SVC_INVITE: await bob.invite() },
  });
  await firstPictures(ann);
  const window = await windowOf(display, "Simple Video Chat: Bob");
  await display.press(window, "i");
  await ann.event("stats", {
    from: ann.events.length,
    limitMs: patienceMs,
    where: ({ incoming }) => Number((incoming as { fps: number }).fps) > 20,
  });
  await untilWaving();
  bob.type("tHello Ann! Can you see me now?\r");
  await ann.event("text", { limitMs: patienceMs });
  await sleep(300);
  await keep(display, window, "overlay.png");
  await display.press(window, "i");
  await display.press(window, "question");
  await sleep(1000);
  await keep(display, window, "help.png");
}

/** A receiver that watches the test card; then the card that it shows when the sender is gone. */
async function receiver(start: Start, display: VirtualDisplay): Promise<void> {
  const sender = start("sender", ["--source", "testcard", "--camera-size", "960x540", "--listen", "127.0.0.1:0", "--name", "Front door"]);
  const watcher = start("receiver", [], { env: { DISPLAY: display.name, SVC_INVITE: await sender.invite() } });
  await firstPictures(watcher);
  const window = await windowOf(display, "Simple Video Chat: Front door");
  await sleep(1000);
  await keep(display, window, "receiver.png");
  await sender.kill();
  await watcher.event("reconnecting");
  await sleep(300);
  await keep(display, window, "reconnecting.png");
}

const scenes = {
  call: { size: { widthPx: 1356, heightPx: 430 }, make: call },
  overlay: { size: { widthPx: 1000, heightPx: 600 }, make: overlay },
  receiver: { size: { widthPx: 1100, heightPx: 640 }, make: receiver },
} as const;

await mkdir(folder, { recursive: true });
// `pnpm screenshots overlay` makes only that one.
const wanted = process.argv.slice(2);
for (const [name, { size, make }] of Object.entries(scenes)) {
  if (wanted.length === 0 || wanted.includes(name)) await onDisplay(size, make);
}
