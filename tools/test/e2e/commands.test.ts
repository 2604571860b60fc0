// @timeout 180
// The subcommands of the real programs: devices, help, completions in real shells, and the config file with the options that it gives.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { type ProgramName, withPrograms } from "../../e2e/program.ts";
import { SoundServer } from "../../e2e/sound-server.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import { waitUntil, within } from "../../e2e/wait-until.ts";

const run = promisify(execFile);
const programs: readonly ProgramName[] = ["sender", "receiver", "peer"];
const limitMs = 30_000;

async function output(name: ProgramName, ...args: readonly string[]): Promise<string> {
  const entry = fileURLToPath(new URL(`../../../packages/${name}/bin/svc-${name}.js`, import.meta.url));
  const env = { ...process.env, SVC_CONFIG: "" };
  return (await run(process.execPath, [entry, ...args], { env, timeout: limitMs })).stdout;
}

test(
  "devices lists the sound server's microphones and speakers, with --json as one object, without a monitor among them",
  withPrograms(async (start) => {
    const server = await SoundServer.start({ speakers: ["headset", "hall"], microphones: ["desk"] });
    try {
      const program = start("peer", ["devices"], { env: server.env });
      await program.exits(0);
      assert.is(program.events.length, 1);
      const [devices] = program.events as unknown as readonly {
        readonly event: string;
        readonly cameras: readonly object[];
        readonly microphones: readonly { readonly name: string }[];
        readonly speakers: readonly { readonly name: string; readonly isDefault: boolean }[];
      }[];
      assert.ok(devices?.event === "devices");
      assert.ok(Array.isArray(devices.cameras));
      const names = (list: readonly { readonly name: string }[]): readonly string[] => list.map(({ name }) => name.toLowerCase());
      assert.is(devices.speakers.filter(({ isDefault }) => isDefault).length, 1);
      for (const word of ["headset", "hall"])
        assert.ok(
          names(devices.speakers).some((name) => name.includes(word)),
          program.transcript(),
        );
      assert.ok(names(devices.microphones).some((name) => name.includes("desk")));
      assert.not.ok(names(devices.microphones).some((name) => name.includes("monitor")));
    } finally {
      await server.stop();
    }
  }),
);

test("help gives the chapters of the README, and names the nearest topic to one that there is not", async () => {
  for (const program of programs) {
    for (const [topic, words] of [
      ["keys", "microphone off"],
      ["exit-codes", "130"],
      ["config", "config.json"],
      ["json", "stats"],
      ["network", "encrypted"],
    ] as const) {
      if (topic === "keys" && program === "receiver") continue;
      const text = await output(program, "help", topic);
      assert.ok(text.includes(words), `${program} help ${topic}: ${text}`);
      assert.not.match(text, /^\||`|\]\(/m);
      assert.ok(Math.max(...text.split("\n").map(({ length }) => length)) <= 200);
    }
  }
  const failed = await output("peer", "help", "kyes").catch(
    (error: unknown) => error as { readonly code: number; readonly stderr: string },
  );
  assert.ok(typeof failed === "object" && failed.code === 64 && failed.stderr.includes("Did you mean keys?"));
});

test(
  "takes options from the config file, those of the environment before them, and those of the command line before all",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      const config = join(folder.path, "config.json");
      writeFileSync(config, JSON.stringify({ sender: { source: "no-such-film.mp4", "time-limit": 1 } }));
      const fromFile = start("sender", ["--config", config]);
      await fromFile.exits(1);
      assert.ok(fromFile.stderr.includes("There is no file no-such-film.mp4"));
      const fromEnvironment = start("sender", [], { env: { SVC_CONFIG: config, SVC_SOURCE: "other.mp4" } });
      await fromEnvironment.exits(1);
      assert.ok(fromEnvironment.stderr.includes("There is no file other.mp4"));
      const typed = start("sender", ["--config", config, "--source", "testcard", "--listen", "127.0.0.1:0"], {
        env: { SVC_SOURCE: "other.mp4" },
      });
      await typed.exits(0);
      writeFileSync(config, JSON.stringify({ sender: { "max-pfs": 3 } }));
      const mistyped = start("sender", ["--config", config]);
      await mistyped.exits(64);
      assert.ok(mistyped.stderr.includes("Did you mean max-fps?"), mistyped.stderr);
    } finally {
      folder.remove();
    }
  }),
);

/** What is completed in each shell: what was typed, and words that must be offered. */
const completions: readonly (readonly [typed: string, offered: readonly string[]])[] = [
  ["svc-peer --video-cod", ["--video-codec"]],
  ["svc-peer --video-codec v", ["vp9"]],
  ["svc-peer --no-win", ["--no-window"]],
  ["svc-peer dev", ["devices"]],
  ["svc-peer devices --j", ["--json"]],
  ["svc-peer completion f", ["fish"]],
  ["svc-peer --source test", ["testcard"]],
];

async function withScript(shell: string, body: (path: string) => Promise<void>): Promise<void> {
  const folder = makeFolder();
  try {
    const path = join(folder.path, "completion");
    writeFileSync(path, await output("peer", "completion", shell));
    await body(path);
  } finally {
    folder.remove();
  }
}

test("completes options, their values and subcommands in bash", () =>
  withScript("bash", async (path) => {
    for (const [typed, offered] of completions) {
      const words = typed.split(" ");
      const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); $(complete -p svc-peer | sed 's/.*-F \\([^ ]*\\).*/\\1/'); printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await run("bash", ["--norc", "-c", script, "bash", path, ...words], { cwd: dirname(path) });
      assert.equal(stdout.trim().split("\n"), offered, typed);
    }
  }));

test("completes options, their values and subcommands in fish", () =>
  withScript("fish", async (path) => {
    for (const [typed, offered] of completions) {
      const env = { ...process.env, HOME: join(path, ".."), XDG_CONFIG_HOME: join(path, "..") };
      const { stdout } = await run("fish", ["--no-config", "-c", `source "$argv[1]"; complete -C "$argv[2]"`, path, typed], {
        env,
        // A file may be a source, too: here there is none that begins like one.
        cwd: dirname(path),
        timeout: limitMs,
      });
      const words = stdout
        .trim()
        .split("\n")
        .map((line) => line.split("\t")[0]);
      assert.equal(
        words.filter((word) => word !== ""),
        offered,
        typed,
      );
    }
  }));

test("completes options, their values and subcommands in zsh", () =>
  withScript("zsh", async (path) => {
    // A program of that name in $PATH is not needed: what is typed is never run. script gives the shell a terminal.
    const shell: ChildProcess = spawn("script", ["-qfc", "zsh -f -i", "/dev/null"], {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, ZDOTDIR: join(path, ".."), TERM: "dumb", PATH: `${process.env["PATH"]}${delimiter}/bin` },
    });
    let screen = "";
    shell.stdout?.setEncoding("utf8").on("data", (text: string) => (screen += text));
    try {
      shell.stdin?.write(`PS1=; unsetopt zle_bracketed_paste beep; autoload -U compinit; compinit -u -D; source ${path}; echo re""ady\n`);
      await waitUntil(() => screen.includes("ready"), `zsh: ${screen}`, limitMs);
      for (const [typed, [offered = ""]] of completions) {
        screen = "";
        shell.stdin?.write(`${typed}\t`);
        const last = typed.split(" ").at(-1) ?? "";
        const rest = offered.slice(last.length);
        await waitUntil(() => screen.includes(`${last}${rest}`), `${typed} in zsh: ${JSON.stringify(screen)}`, limitMs);
        // Control-U forgets the line.
        shell.stdin?.write("\u0015");
      }
    } finally {
      shell.stdin?.end("\u0015exit\n");
      await within(new Promise((resolve) => shell.once("close", resolve)), limitMs, () => "the end of zsh").catch(() =>
        shell.kill("SIGKILL"),
      );
    }
  }));

test.run();
