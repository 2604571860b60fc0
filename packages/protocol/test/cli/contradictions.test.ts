// Options that contradict each other, with real yargs, environment and config files: within one place they are refused with a sentence, and
// from two places the higher one counts.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import type { OptionTable } from "../../src/cli/command.ts";
import type { ProgramName } from "../../src/cli/command-name.ts";
import { settingsFor } from "../../src/cli/config-file.ts";
import { contradictions } from "../../src/cli/contradiction-table.ts";
import { CliError, exitCodes } from "../../src/cli/exit-codes.ts";
import {
  audioOptions,
  chatOptions,
  commonOptions,
  displayOptions,
  microphoneOptions,
  pairingOptions,
  recordOptions,
  sourceOptions,
  speakerOptions,
  windowOptions,
} from "../../src/cli/shared-options.ts";
import { makeParser } from "./run-words.ts";

const test = suite("contradictions");
const folder = mkdtempSync(join(tmpdir(), "svc-contradictions-"));
test.after(() => rmSync(folder, { recursive: true }));

const switchedOff = { type: "boolean", default: false, describe: "" } as const;
const calling = { ...audioOptions, ...pairingOptions, ...chatOptions, ...commonOptions, code: switchedOff } as const;
const watching = { ...displayOptions, ...windowOptions, ...recordOptions, ...speakerOptions, wait: switchedOff } as const;
const showing = { ...sourceOptions, ...microphoneOptions, listen: { type: "string", describe: "" } } as const;
const programOptions: Readonly<Record<ProgramName, OptionTable>> = {
  sender: { ...calling, ...showing, legacy: switchedOff },
  receiver: { ...calling, ...watching, legacy: switchedOff, "json-frames": switchedOff },
  peer: { ...calling, ...watching, ...showing, headphones: switchedOff, video: { ...switchedOff, default: true } },
};

const invite = "127.0.0.1:1/000g40r40m30e209185gr38e1wks";

interface Given {
  /** The command line, in words without spaces. */
  readonly typed?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly file?: Readonly<Record<string, unknown>>;
}

/** What environment and file still say. */
function settings(program: ProgramName, { typed = "", env = {}, file = {} }: Given): Readonly<Record<string, unknown>> {
  const path = join(folder, "config.json");
  writeFileSync(path, JSON.stringify({ [program]: file }));
  const argv = typed.split(" ").filter((word) => word !== "");
  const { config, ...others } = settingsFor(program, programOptions[program], { argv, makeParser, env: { ...env, SVC_CONFIG: path } });
  assert.equal(config, path);
  return others;
}

/** The sentence by which it is refused. */
function refusal(program: ProgramName, given: Given): string {
  try {
    settings(program, given);
  } catch (error) {
    assert.ok(error instanceof CliError && error.exitCode === exitCodes.usage, String(error));
    return error.message;
  }
  return assert.fail(`${program} ${JSON.stringify(given)} is not refused`);
}

/** One for each row of the table. */
const refused: readonly (readonly [ProgramName, string])[] = [
  ["receiver", "h:1 --legacy --key-file k"],
  ["sender", "--legacy --code"],
  ["sender", "--legacy --verify"],
  ["sender", "--legacy --video-codec vp9"],
  ["sender", "--legacy --encoder software"],
  ["sender", "--legacy -b 1M"],
  ["sender", "--legacy --max-latency 100"],
  ["sender", "--legacy --source testcard --source motion"],
  ["sender", "--legacy --filter f.mjs"],
  ["receiver", "h:1 --legacy --filter-incoming f.mjs"],
  ["receiver", "h:1 --legacy --view browser"],
  ["receiver", "h:1 --legacy -f"],
  ["receiver", "h:1 --legacy --mirror"],
  ["receiver", "h:1 --legacy --always-on-top"],
  ["receiver", "h:1 --legacy --record call.mp4"],
  ["receiver", "h:1 --legacy --snapshot-dir /tmp"],
  ["receiver", "h:1 --legacy --require-audio"],
  ["sender", "--legacy --microphone USB"],
  ["sender", "--legacy --noise-suppression"],
  ["sender", "--legacy --stereo"],
  ["receiver", "h:1 --legacy --speaker USB"],
  ["receiver", "h:1 --legacy --accept-files ."],
  ["sender", "--legacy --name Anna"],
  ["receiver", "h:1 --legacy --json --json-frames"],
  ["receiver", "h:1 --legacy --wait"],
  ["peer", "anna --listen 127.0.0.1:0"],
  ["peer", "--wait"],
  ["receiver", "h:1 --key-file k --code"],
  ["peer", `${invite} --key-file k`],
  ["receiver", "7-crossover-clockwork@h --code"],
  ["peer", "--no-video --no-audio"],
  ["receiver", `${invite} --no-audio --require-audio`],
  ["sender", "--no-audio --microphone USB"],
  ["peer", "--no-audio --noise-suppression"],
  ["peer", "--no-audio --headphones"],
  ["sender", "--no-audio --stereo"],
  ["sender", "--stereo --noise-suppression"],
  ["peer", "--speaker USB --no-audio"],
  ["peer", "-f --no-window"],
  ["receiver", `${invite} --window=false --mirror`],
  ["peer", "--no-window --always-on-top"],
  ["peer", "--view browser --always-on-top"],
  ["receiver", "--no-window --view browser"],
  ["peer", "--filter-incoming f.mjs --view=browser"],
  ["receiver", `${invite} --json-frames`],
  ["sender", "--loop --source testcard --source camera:Studio --source rtsp://h/1"],
  ["peer", "--encoder vaapi --video-codec vp9"],
];

test("are refused when both are typed, each row of the table with its own sentence", () => {
  const sentences = refused.map(([program, typed]) => refusal(program, { typed }));
  assert.deepEqual(sentences.toSorted(), contradictions.map(({ sentence }) => sentence).toSorted());
  for (const sentence of sentences) assert.match(sentence, /^\S.*\.$/);
});

test("are none where one asks for what is so anyway, takes nothing away, or may still come true", () => {
  for (const [program, typed] of [
    ["receiver", "h:1 --legacy --view window --no-audio --no-remember --no-chat --json --time-limit 5"],
    ["sender", "--legacy --video-codec h264 --max-latency 200 --source testcard"],
    ["peer", "--no-window --no-fullscreen --view window --filter-incoming f.mjs --snapshot-dir /tmp"],
    ["peer", "--no-audio --no-headphones --no-video=false"],
    ["peer", "--no-chat --accept-files . --quiet --json"],
    ["sender", "--loop --source testcard --source film.mp4"],
    ["sender", "--loop --source camera.mp4"],
    ["peer", "--encoder vaapi"],
    ["peer", "h:1 --key-file k --wait"],
    ["peer", "h --code"],
    ["receiver", "--wait"],
    ["peer", `${invite} --json --json-frames`],
  ] as const)
    assert.deepEqual(settings(program, { typed }), {}, typed);
});

test("count as typed where the invite is in the environment, which keeps it out of the list of processes", () => {
  const env = { SVC_INVITE: invite };
  assert.match(refusal("peer", { typed: "--listen 127.0.0.1:0", env }), /give one of the two\.$/);
  assert.match(refusal("receiver", { typed: "--key-file k", env }), /give one of the two\.$/);
  assert.deepEqual(settings("peer", { typed: "--wait", env }), {});
  assert.deepEqual(settings("peer", { env, file: { listen: "0.0.0.0:9000", wait: true } }), { wait: true });
  assert.deepEqual(settings("peer", { typed: "--listen 127.0.0.1:0", env: { SVC_INVITE: "" } }), {});
  assert.deepEqual(settings("sender", { typed: "--key-file k", env }), {}, "a sender calls nobody");
});

test("let the command line count before the environment, and that before the file", () => {
  const file = { listen: "0.0.0.0:9000", fullscreen: true, "max-fps": 15, code: true };
  assert.deepEqual(settings("peer", { typed: `${invite} --no-window`, file }), { "max-fps": 15 });
  assert.deepEqual(settings("peer", { typed: "anna", file }), { fullscreen: true, "max-fps": 15, code: true });
  assert.deepEqual(settings("peer", { typed: "--key-file k", env: { SVC_WINDOW: "0" }, file }), {
    listen: "0.0.0.0:9000",
    "max-fps": 15,
    window: false,
  });
  assert.deepEqual(settings("peer", { typed: "-f", file: { window: false } }), {}, "there is a window, since one was asked for");
  assert.deepEqual(settings("receiver", { typed: "h:1 --key-file k", env: { SVC_LEGACY: "1" }, file: { legacy: true } }), {});
  assert.deepEqual(settings("receiver", { typed: "h:1 --legacy", file: { name: "Anna", wait: true, record: "a.mp4" } }), {});
});

test("leave out what stands there for another occasion, without a word", () => {
  assert.deepEqual(settings("receiver", { typed: invite, file: { "json-frames": true } }), {});
  assert.deepEqual(settings("receiver", { typed: `${invite} --json`, file: { "json-frames": true } }), { "json-frames": true });
  assert.deepEqual(settings("peer", { file: { wait: true } }), {});
  assert.deepEqual(settings("sender", { file: { loop: true }, env: { SVC_ENCODER: "qsv" }, typed: "--video-codec jpeg" }), {});
  assert.deepEqual(settings("sender", { file: { loop: true }, typed: "--source film.mp4" }), { loop: true });
});

test("are refused within the environment and within the file, and it is said where they stand", () => {
  assert.match(refusal("peer", { file: { window: false, mirror: true } }), /Both stand in the config file\.$/);
  assert.match(refusal("peer", { env: { SVC_WINDOW: "no", SVC_MIRROR: "1" } }), /Both stand in the environment\.$/);
});

test("open no microphone against a standing no, unless that itself is taken back", () => {
  const file = { audio: false };
  for (const typed of ["--headphones", "--microphone USB", "--no-video"])
    assert.match(refusal("peer", { typed, file }), /--no-audio stands in the config file: --audio takes it back\.$/, typed);
  assert.match(refusal("peer", { env: { SVC_HEADPHONES: "1" }, file }), /stands in the config file/);
  assert.deepEqual(settings("peer", { typed: "--headphones --audio", file }), file, "the command line goes before it");
  assert.deepEqual(settings("peer", { typed: "--no-audio", file: { headphones: true, speaker: "USB" } }), {});
});

test.run();
