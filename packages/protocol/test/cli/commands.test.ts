// The subcommands that all programs share, with real yargs, files, ports and libraries: what they print for people, and what as JSON.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import { type Command, commandIn, commandsForHelp } from "../../src/cli/command.ts";
import { commandOf } from "../../src/cli/command-name.ts";
import { completionCommand } from "../../src/cli/completion/completion-command.ts";
import { deviceTable, devicesCommand } from "../../src/cli/devices-command.ts";
import type { Finding } from "../../src/cli/doctor/check.ts";
import { doctorCommand } from "../../src/cli/doctor/doctor-command.ts";
import { ffmpegFinding, opencvFinding } from "../../src/cli/doctor/library-finding.ts";
import { nodeCheck, portCheck } from "../../src/cli/doctor/system-checks.ts";
import { CliError, exitCodes } from "../../src/cli/exit-codes.ts";
import { helpCommand } from "../../src/cli/help-command.ts";
import { programVersion } from "../../src/cli/program-version.ts";
import { setUpCommand } from "../../src/cli/set-up-command.ts";
import { eventsIn, runWords } from "./run-words.ts";

const test = suite("subcommands");
const root = mkdtempSync(join(tmpdir(), "svc-commands-"));

test.after(() => rmSync(root, { recursive: true, force: true }));

const quiet: Command = { name: "quiet", describe: "says nothing", options: {}, run: () => Promise.resolve(exitCodes.ok) };
const options = {
  source: { type: "string", array: true, describe: "what to send" },
  codec: { type: "string", choices: ["h264", "vp9"], alias: "c", describe: "its codec" },
  "key-file": { type: "string", describe: "a key" },
  "max-fps": { type: "number", describe: "it's [at] most: this" },
  window: { type: "boolean", default: true, describe: "a window" },
  verify: { type: "boolean", default: false, describe: "words to compare" },
} as const;

test("are known by the first word, and refused behind options", () => {
  assert.equal(commandIn([quiet], ["quiet", "--json"]), quiet);
  assert.equal(commandIn([quiet], ["--json", "quiet"]), undefined);
  const [listed] = commandsForHelp([{ ...quiet, operands: "<name>" }]);
  assert.deepEqual([listed?.command, listed?.describe], ["quiet <name>", "says nothing"]);
  assert.throws(
    () => listed?.handler(),
    (error) => error instanceof CliError && error.exitCode === exitCodes.usage && /Write quiet first/.test(error.message),
  );
});

test("explain themselves, and refuse an option that they do not have", async () => {
  const { said, code } = await runWords(quiet, ["quiet", "--louder"], "sender");
  assert.equal(code, exitCodes.usage);
  assert.match(said, /Unknown argument: louder/);
});

test("are called as they can be typed here", () => {
  assert.equal(commandOf("peer", {}), "svc-peer");
  const inRepository = { npm_package_name: "simple-video-chat" };
  assert.equal(commandOf("peer", { ...inRepository, npm_config_user_agent: "pnpm/10.1.0 node/v20" }), "pnpm peer");
  assert.equal(commandOf("sender", { ...inRepository, npm_config_user_agent: "npm/10.0.0 node/v20" }), "npm run sender --");
  assert.equal(commandOf("sender", inRepository), "npm run sender --");
});

test("list devices as a table, and all of them as JSON; what they are called is cleaned", async () => {
  const devices = {
    cameras: [
      {
        camera: "0",
        name: "Front\x1b[2J",
        modes: Array.from({ length: 8 }, (_, at) => ({ widthPx: 1_280 - at, heightPx: 720, frameRate: 29.97 })),
        usedBy: [
          { pid: 7, name: "cheese" },
          { pid: 8, name: "zoom" },
        ],
      },
      { camera: "1", name: "Back", modes: [], usedBy: [] },
    ],
    microphones: [
      { name: "Built-in", isDefault: true },
      { name: "Headset", isDefault: false },
    ],
    speakers: [],
    problems: ["Speakers cannot be listed."],
  };
  const command = devicesCommand(() => Promise.resolve(devices));
  const shown = await runWords(command, ["devices"]);
  assert.equal(shown.code, exitCodes.ok);
  assert.equal(shown.said, "Speakers cannot be listed.\n");
  assert.match(shown.out, /0 {2}Front.*, used by cheese \(pid 7\) and zoom \(pid 8\)/);
  assert.match(shown.out, /1280x720 at 30 fps, .*1275x720 at 30 fps, …/);
  assert.match(shown.out, /Built-in {2}\(default\)\n {2}Headset\n/);
  assert.match(shown.out, /Speakers\n {2}none/);
  assert.ok(!shown.out.includes("\x1b"));
  const [event] = eventsIn((await runWords(command, ["devices", "--json"])).out);
  assert.deepEqual(event, { event: "devices", ...devices });
  assert.equal(deviceTable({ problems: [] }), "");
});

test("complete options and subcommands in a shell that takes the script, and in no other", async () => {
  const shells: Command[] = [
    { ...quiet, operands: "[topic]", operandWords: ["keys", "json"], options: { deep: options.verify } },
    { ...quiet, name: "loud" },
  ];
  const command = completionCommand(options, () => shells);
  for (const shell of ["bash", "zsh", "fish"]) {
    const { out, code } = await runWords(command, ["completion", shell]);
    assert.equal(code, exitCodes.ok);
    for (const word of ["no-window", "verify", "key-file", "h264", "testcard", "keys", "version"])
      assert.ok(out.includes(word), `${shell}: ${word}`);
  }
  const refused = await runWords(command, ["completion", "tcsh"]);
  assert.equal(refused.code, exitCodes.usage);
  assert.match(refused.said, /bash, zsh, fish, not for tcsh/);
  const script = join(root, "completion.bash");
  writeFileSync(script, (await runWords(command, ["completion", "bash"])).out);
  /** What bash offers when these words stand there. */
  const offered = (...words: readonly string[]): readonly string[] => {
    const line = `source '${script}'; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _svc_peer; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return spawnSync("bash", ["--norc", "-c", line], { encoding: "utf8", cwd: root }).stdout.split("\n").filter(Boolean).toSorted();
  };
  assert.deepEqual(offered("svc-peer", "--codec", "v"), ["vp9"]);
  assert.deepEqual(offered("svc-peer", "-c", "h"), ["h264"]);
  assert.deepEqual(offered("svc-peer", "--ver"), ["--verify", "--version"]);
  assert.deepEqual(offered("svc-peer", "qu"), ["quiet"]);
  assert.deepEqual(offered("svc-peer", "quiet", "k"), ["keys"]);
  assert.deepEqual(offered("svc-peer", "--key-file", "completion"), ["completion.bash"]);
  assert.deepEqual(offered("svc-peer", "--max-fps", ""), []);
});

test("explain the chapters of a guide, broken to the terminal's width, by more than one name", async () => {
  const guide = join(root, "guide.md");
  writeFileSync(
    guide,
    [
      "# A program",
      "What comes before the first chapter is no topic.",
      "## Keys",
      `Press \`q\` to [end](https://example.org) the **call**. ${"word ".repeat(60)}`,
      "",
      "| key | what it does | where |",
      "| --- | --- | --- |",
      "| `m` | mutes | here |",
      "| `a\\|b` | either |  |",
      `| \`${"long".repeat(10)}\` | has a line of its own | |`,
      "",
      "```sh",
      "svc-peer",
      "```",
      "## Events",
      "One object a line.",
    ].join("\n"),
  );
  const command = helpCommand(pathToFileURL(guide));
  assert.deepEqual(command.operandWords?.slice(0, 2), ["keys", "events"]);
  assert.match((await runWords(command, ["help"])).out, /svc-peer help TOPIC explains:\n\n {2}keys\n {2}events/);
  const { out } = await runWords(command, ["help", "keys"]);
  assert.match(out, /^Press q to end the call\. word/);
  assert.ok(out.split("\n").every((line) => line.length < 120));
  assert.match(out, /\n {2}m {2,}mutes; here\n {2}a\|b {2,}either\n {2}(long){10}\n {10,}has a line/);
  assert.match(out, /\n\n {4}svc-peer\n/);
  assert.equal((await runWords(command, ["help", "json"])).out, "One object a line.\n");
  const unknown = await runWords(command, ["help", "kyes"]);
  assert.equal(unknown.code, exitCodes.usage);
  assert.match(unknown.said, /no topic kyes.*keys/);
});

test("know a program's version, and that there is none", () => {
  for (const [folder, text, version] of [
    ["named", '{"version":"1.2.3"}', "1.2.3"],
    ["nameless", "{}", "unknown"],
    ["listed", "null", "unknown"],
  ] as const) {
    mkdirSync(join(root, folder, "src"), { recursive: true });
    writeFileSync(join(root, folder, "package.json"), text);
    assert.equal(programVersion(pathToFileURL(join(root, folder, "src", "cli.ts")).href), version);
  }
});

test("doctor says what is wrong and what to do, and its exit code whether a call can be made", async () => {
  const fine: Finding = { what: "sound", verdict: "ok", says: "it\x1b[2J sounds", figures: { delayMs: 3 } };
  const note: Finding = { what: "port", verdict: "warning", says: "taken", remedy: "Take another one." };
  const good = await runWords(doctorCommand([() => Promise.resolve([fine, note])]), ["doctor"]);
  assert.equal(good.code, exitCodes.ok);
  assert.equal(good.out.includes("\x1b"), false);
  assert.match(good.out, /^ok +sound: it.*\nnote +port: taken\n +Take another one\.\nEverything that a call needs is there\.\n$/);
  const broken: Finding = { what: "camera", verdict: "failed", says: "none", remedy: "Plug one in." };
  const bad = await runWords(doctorCommand([() => Promise.resolve([fine, broken])]), ["doctor", "--json"]);
  assert.equal(bad.code, exitCodes.couldNotStart);
  assert.deepEqual(eventsIn(bad.out), [
    { event: "check", what: "sound", verdict: "ok", message: fine.says, figures: { delayMs: 3 } },
    { event: "check", what: "camera", verdict: "failed", message: "none", remedy: "Plug one in." },
    { event: "verdict", passed: false, failed: 1 },
  ]);
});

test("doctor --fix does what can be done, looks again, and says why when that did not help", async () => {
  const file = join(root, "needed");
  const check = (fix: () => Promise<void>) => (): Promise<readonly Finding[]> =>
    Promise.resolve([{ what: "file", verdict: "failed", says: "missing", remedy: "Make it.", fix }]);
  const needed = (): Promise<readonly Finding[]> => {
    const found = spawnSync("test", ["-e", file]).status === 0;
    if (found) return Promise.resolve([{ what: "file", verdict: "ok", says: "there" }]);
    return check(() => Promise.resolve(writeFileSync(file, "")))();
  };
  const before = await runWords(doctorCommand([needed]), ["doctor"]);
  assert.match(before.out, /FAILED file: missing\n +Make it\. Or: doctor --fix\n1 of 1 checks failed/);
  const after = await runWords(doctorCommand([needed]), ["doctor", "--fix"]);
  assert.match(after.out, /^ok +file: there/);
  for (const thrown of [new Error("no room"), "no room"]) {
    const hopeless = check(() => Promise.reject(thrown as Error));
    const { said, code } = await runWords(doctorCommand([hopeless]), ["doctor", "--fix"]);
    assert.equal(said, "no room\n");
    assert.equal(code, exitCodes.couldNotStart);
  }
});

test("doctor judges Node's version, a port, and what native libraries answered", async () => {
  const nodes = await Promise.all(["20.19.0", "24.1.0", "20.18.3", "18.0.0", ""].map((version) => nodeCheck(version)()));
  assert.deepEqual(
    nodes.map(([finding]) => [finding?.verdict, finding?.remedy !== undefined]),
    [
      ["ok", false],
      ["ok", false],
      ["failed", true],
      ["failed", true],
      ["failed", true],
    ],
  );
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address !== "string");
  const { port } = address;
  const [taken] = await portCheck(port)();
  assert.equal(taken?.verdict, "warning");
  assert.match(taken?.says ?? "", /used by another program/);
  assert.equal(taken?.remedy, `Take another one: --listen 0.0.0.0:${port + 1}`);
  await new Promise((resolve) => server.close(resolve));
  assert.match((await portCheck(port)())[0]?.says ?? "", new RegExp(`^${port} is free; others reach this computer at `));
  const answers = [{ version: "1.0" }, { error: "no such file\nat load" }, undefined] as const;
  assert.deepEqual(
    answers.map((answer) => opencvFinding(answer, "svc-peer").says),
    ["1.0", "its binding does not load: no such file", "its binding does not load: it ends the process that loads it"],
  );
  assert.deepEqual(
    answers.map((answer) => ffmpegFinding(answer).verdict),
    ["ok", "failed", "failed"],
  );
  assert.equal(opencvFinding(undefined, "svc-peer").remedy, "Run: svc-peer setup");
});

test("setup makes ready what is missing, and doctor's fix does the same; without a place to keep it both say so", async () => {
  assert.equal((await runWords(setUpCommand, ["setup"])).said.endsWith("Everything is ready.\n"), true);
  await opencvFinding(undefined, "svc-peer").fix?.();
  const { XDG_CACHE_HOME: before } = process.env;
  process.env["XDG_CACHE_HOME"] = "/dev/null";
  try {
    const { code, said } = await runWords(setUpCommand, ["setup"]);
    assert.equal(code, exitCodes.couldNotStart);
    assert.match(said, /cannot be written\. Set XDG_CACHE_HOME/);
  } finally {
    if (before === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = before;
  }
});

test.run();
