// What goes wrong before there is a call: a clear sentence for the user, and the exit code that --help promises.
// @timeout 300
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createSecret, formatSecret } from "@simple-video-chat/protocol";
import { type ProgramName, withPrograms } from "../../e2e/program.ts";
import { makeFolder } from "../../e2e/video-file.ts";

const loopback = ["--listen", "127.0.0.1:0"];
const testCard = ["--source", "testcard", "--camera-size", "320x240", ...loopback];
const anInvite = "127.0.0.1:1/000g40r40m30e209185gr38e1wks";
const programs: readonly ProgramName[] = ["sender", "receiver", "peer"];

/** Program, arguments, exit code, words of its sentence. */
type Row = readonly [ProgramName, readonly string[], number, string];

const table: readonly Row[] = [
  ["sender", ["--source", "no-such-film.mp4", ...loopback], 1, "There is no file no-such-film.mp4"],
  ["peer", ["--source", "no-such-film.mp4", ...loopback], 1, "There is no file no-such-film.mp4"],
  ["sender", ["--source", "screen", ...loopback], 1, "There is no X display here"],
  ["sender", ["--source", "testcard", "--listen", "no-such-computer.invalid"], 1, "No computer is called no-such-computer.invalid"],
  ["sender", ["--source", "testcard", "--listen", "192.0.2.1:0"], 1, "This computer does not have the address 192.0.2.1"],
  ["receiver", [anInvite], 1, "Nobody listens at 127.0.0.1:1. Has the other end been started"],
  ["receiver", [anInvite.replace("127.0.0.1", "no-such-computer.invalid")], 1, "No computer is called no-such-computer.invalid"],
  ["receiver", ["127.0.0.1:1", "--key-file", "no-such-key"], 1, "There is no key file no-such-key"],
  ["peer", ["--source", "testcard", anInvite], 1, "Nobody listens at 127.0.0.1:1"],
  ["receiver", [anInvite.replace("wks", "wkt")], 64, "The secret is mistyped"],
  ["receiver", [anInvite.slice(0, -4)], 64, "The secret is not complete"],
  ["receiver", ["127.0.0.1:7420"], 64, "127.0.0.1:7420 is not an invite, and no contact is called so"],
  ["receiver", [], 64, "Say whom to watch"],
  ["receiver", ["--key-file", "key"], 64, "Say whom to watch: svc-receiver HOST:PORT --key-file FILE"],
  ["peer", [anInvite.replace("wks", "wkt")], 64, "The secret is mistyped"],
  ["peer", [anInvite, ...loopback], 64, "give one of the two"],
  ["peer", ["--wait"], 64, "--wait goes with an invite"],
  ["receiver", ["127.0.0.1:1", "--key-file", "key", "--code"], 64, "With --key-file nobody needs a code"],
  ["receiver", [anInvite, "--fullscreen"], 64, "--no-window means figures only, and --fullscreen"],
  ["receiver", ["--legacy", "127.0.0.1:1", "--record", "call.mp4"], 64, "--record does not go with --legacy"],
  ["sender", ["--no-audio", "--noise-suppression", ...testCard], 64, "--no-audio means no sound at all"],
  ["sender", ["--legacy", "--code", ...testCard], 64, "--code does not go with --legacy"],
  ["sender", ["--no-such-option"], 64, "Unknown argument"],
  ["receiver", ["--source", "testcard"], 64, "Unknown argument"],
  ["peer", ["one", "two"], 64, "Unknown argument: two"],
  ["sender", ["--source", "testcard", "--loop"], 64, "--loop goes with a video file"],
  ["sender", ["--video-bit-rate", "2X"], 64, "is not a bitrate. Write it like 2M or 800k"],
  ["sender", ["--camera-size", "12"], 64, "is not a picture size. Write it like 1280x720"],
  ["sender", ["--max-fps", "many"], 64, "--max-fps takes a number from 1 to 240"],
  ["sender", ["--listen", "127.0.0.1:99999"], 64, "is not an address. Write it like 192.168.1.20:7420"],
  ["sender", ["--max-receivers", "0"], 64, "--max-receivers takes a number from 1 to 32"],
  ["sender", ["--video-codec", "mpeg2"], 64, "Choices"],
  ["peer", ["--time-limit", "soon"], 64, "--time-limit takes a number"],
];

/** Tells two starts apart when some rows run at the same time. */
const atOnce = 3;

test(
  "says what is wrong with an option, a place or a file, and ends with its exit code",
  withPrograms(async (start) => {
    const rows = [...table];
    const next = async (): Promise<void> => {
      for (let row = rows.shift(); row !== undefined; row = rows.shift()) {
        const [name, args, code, words] = row;
        const program = start(name, name === "sender" ? args : [...args, "--no-window"]);
        await program.exits(code);
        assert.ok(program.stderr.includes(words), `instead of "${words}": ${program.transcript()}`);
        // A sentence, not a system's error name, a stack or a second voice.
        assert.not.match(program.stderr, /\bE[A-Z]{4,}\b|^\s+at .*:\d+:\d+|Error:/m);
        assert.ok(program.sentences.length <= 3, program.transcript());
        assert.is(program.stderr.includes("See --help."), code === 64, program.transcript());
      }
    };
    await Promise.all(Array.from({ length: atOnce }, next));
  }, 100_000),
);

test(
  "takes an invite from the environment for one that was typed, and lets what was typed overrule what is meant for every day",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      const config = join(folder.path, "config.json");
      writeFileSync(config, JSON.stringify({ peer: { listen: "127.0.0.1:0", wait: true, fullscreen: true, code: true } }));
      const both = start("peer", ["--source", "testcard", "--no-window", ...loopback], { env: { SVC_INVITE: anInvite } });
      await both.exits(64);
      await both.sentence("With an invite (or whom else to call) you call, with --listen you wait for a call: give one of the two.");
      const peer = ["--source", "testcard", "--camera-size", "320x240", "--no-window"];
      const waiting = start("peer", peer, { env: { SVC_CONFIG: config } });
      await waiting.event("code");
      const calling = start("peer", peer, { env: { SVC_CONFIG: config, SVC_INVITE: await waiting.invite() } });
      await calling.event("connected");
      await calling.interrupt();
      await waiting.exits(0);
    } finally {
      folder.remove();
    }
  }),
);

test(
  "lists options and exit codes with --help, and says its version",
  withPrograms(async (start) => {
    for (const name of programs) {
      const help = start(name, ["--help"]);
      const version = start(name, ["--version"]);
      await Promise.all([help.exits(0), version.exits(0)]);
      const text = help.plainLines.join(" ").replaceAll(/\s+/g, " ");
      for (const words of ["--json", "--time-limit", "Exit codes: 0 normal, 1 could not start", "64 usage", "130 Ctrl-C"]) {
        assert.ok(text.includes(words), `${name} --help has no "${words}"`);
      }
      assert.match(version.plainLines.join(), /^\d+\.\d+\.\d+/);
    }
  }),
);

test(
  "says that a port is taken",
  withPrograms(async (start) => {
    const first = start("sender", testCard);
    await first.event("listening");
    for (const name of ["sender", "peer"] as const) {
      const second = start(name, ["--source", "testcard", "--listen", `127.0.0.1:${first.port}`]);
      await second.ended;
      assert.is(await second.exitCode(), 1);
      await second.sentence(`Another program listens at 127.0.0.1:${first.port} already`);
    }
    await first.interrupt();
  }),
);

test(
  "refuses a wrong invite and one that was used, and says so at both ends",
  withPrograms(async (start) => {
    const sender = start("sender", testCard);
    const invite = await sender.invite();
    const wrong = invite.replace(/[^/]+$/, formatSecret(createSecret()));
    for (const [name, extra] of [
      ["receiver", []],
      ["peer", ["--source", "testcard"]],
    ] as const) {
      const stranger = start(name, [...extra, "--no-window"], { env: { SVC_INVITE: wrong } });
      await stranger.exits(3);
      await stranger.sentence("did not accept the invite, key or contact: it is wrong, was used already, has expired or was withdrawn");
    }
    await sender.event("refused", 2);
    assert.is(sender.events.filter(({ event }) => event === "opened").length, 0, "the source is opened for nobody who is refused");

    const guest = start("receiver", ["--no-window"], { env: { SVC_INVITE: invite } });
    await guest.event("first-picture");
    const late = start("receiver", ["--no-window"], { env: { SVC_INVITE: invite } });
    await late.exits(3);
    await late.sentence("was used already");
    await guest.interrupt();
    await sender.interrupt();
  }),
);

test(
  "names a camera that is not there before anybody joins, and ends with the camera's exit code",
  withPrograms(async (start) => {
    for (const program of ["sender", "peer"] as const) {
      const waiting = start(program, ["--camera", "no-such-camera", ...loopback]);
      await waiting.exits(4);
      await waiting.sentence("There is no camera no-such-camera.");
      await waiting.sentence("--source testcard");
    }
  }),
);

test(
  "says that a file is not a video",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      const film = join(folder.path, "film.mp4");
      writeFileSync(film, "Once upon a time there was a text that wanted to be a film.\n");
      const sender = start("sender", ["--source", film, ...loopback]);
      const receiver = start("receiver", ["--no-window"], { env: { SVC_INVITE: await sender.invite() } });
      await Promise.all([sender.exits(1), receiver.exits(0)]);
      await sender.sentence("is not a video that can be read");
    } finally {
      folder.remove();
    }
  }),
);

test(
  "does not use a key file that others may read",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      const key = join(folder.path, "key");
      writeFileSync(key, `${formatSecret(createSecret())}\n`);
      chmodSync(key, 0o644);
      for (const name of programs) {
        const where = name === "receiver" ? ["127.0.0.1:1"] : testCard;
        const program = start(name, [...where, "--key-file", key]);
        await program.exits(1);
        await program.sentence(`Other users may read the key file ${key}. Run: chmod 600 ${key}`);
      }
    } finally {
      folder.remove();
    }
  }),
);

test(
  "goes on without a window where there is no display, and says so once",
  withPrograms(async (start) => {
    const sender = start("sender", testCard);
    const receiver = start("receiver", ["--time-limit", "4"], { env: { SVC_INVITE: await sender.invite() } });
    await receiver.event("first-picture");
    await receiver.exits(0);
    assert.is(receiver.sentences.filter((line) => line.includes("There is no display here")).length, 1, receiver.transcript());
    await sender.interrupt();
  }),
);

test.run();
