// Real programs that pair: by a code, then by name; put out from another terminal; and no secret where another user of this computer, or an
// engine, could read it.
// @timeout 240

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

import { Program, type ProgramName } from "../../e2e/program.ts";

const test = suite("pairing");
const root = mkdtempSync(join(tmpdir(), "svc-pairing-"));
const picture = ["--source", "testcard", "--camera-size", "320x240", "--no-audio", "--json"] as const;
/** Kicking is to be done within a second; the rest is what a busy computer adds. */
const kickLimitMs = 1_000;

test.after(() => rmSync(root, { recursive: true, force: true }));

/** The environment of somebody who remembers, with a folder of their own. */
function person(name: string): Record<string, string | undefined> {
  return { XDG_CONFIG_HOME: join(root, name), SVC_REMEMBER: undefined };
}

/** A subcommand to its end. */
function run(
  program: ProgramName,
  args: readonly string[],
  env: Record<string, string | undefined>,
  input: string = "",
): { code: number | null; said: string } {
  const entry = fileURLToPath(new URL(`../../../packages/${program}/bin/svc-${program}.js`, import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [entry, ...args], { env: { ...process.env, ...env }, input, encoding: "utf8" });
  return { code: status, said: stderr };
}

async function codeOf(sender: Program): Promise<string> {
  const { code } = await sender.event("code");
  return typeof code === "string" ? code : "";
}

/** What the arguments and the environment of a process and of all that it started hold. */
function visible(program: Program, which: "cmdline" | "environ"): string {
  return program
    .processes()
    .filter(({ pid }) => which === "cmdline" || pid !== program.pid)
    .map(({ pid }) => readFileSync(`/proc/${pid}/${which}`, "utf8"))
    .join("\n");
}

test("a code, then the name alone; put out from another terminal within a second, until allowed", async () => {
  const [home, guest] = [person("home"), person("guest")];
  const sender = new Program("sender", [...picture, "--listen", "127.0.0.1:0", "--name", "home", "--code", "--verify"], { env: home });
  const code = await codeOf(sender);
  const first = new Program(
    "receiver",
    [`${code}@127.0.0.1:${sender.port}`, "--no-window", "--no-audio", "--name", "guest", "--verify", "--json"],
    {
      env: guest,
    },
  );
  assert.is((await sender.event("remembered"))["name"], "guest");
  assert.is((await first.event("remembered"))["name"], "home");
  assert.is((await first.event("verify"))["words"], (await sender.event("verify"))["words"]);
  await first.event("first-picture");
  await first.interrupt();
  assert.match(run("receiver", ["contacts"], guest).said, /^home {2}127\.0\.0\.1:\d+$/m);
  assert.match(run("sender", ["contacts"], home).said, /^guest {2}127\.0\.0\.1$/m);
  const file = join(root, "home", "simple-video-chat", "contacts.json");
  assert.is(statSync(file).mode & 0o777, 0o600);

  const second = new Program("receiver", ["HOME", "--no-window", "--no-audio", "--json"], { env: guest });
  await second.event("first-picture");
  const kicked = run("sender", ["kick", "Guest"], home);
  const kickedMs = performance.now();
  assert.is(kicked.code, 0, kicked.said);
  assert.is((await second.event("closed"))["code"], "revoked");
  assert.ok(performance.now() - kickedMs < kickLimitMs, `${performance.now() - kickedMs} ms`);
  await second.exits(3);
  const third = new Program("receiver", ["home", "--no-window", "--no-audio", "--json"], { env: guest });
  await third.exits(3);

  assert.is(run("sender", ["allow", "guest"], home).code, 0);
  const fourth = new Program("receiver", ["home", "--no-window", "--no-audio", "--json"], { env: guest });
  await fourth.event("first-picture");
  await fourth.interrupt();
  assert.is(run("sender", ["forget", "guest"], home).code, 0);
  const fifth = new Program("receiver", ["home", "--no-window", "--no-audio", "--json"], { env: guest });
  await fifth.exits(3);
  assert.is(run("sender", ["forget", "guest"], home).code, 1);
  await sender.interrupt();
});

test("three wrong codes, and the right one opens nothing", async () => {
  const sender = new Program("sender", [...picture, "--listen", "127.0.0.1:0", "--code"]);
  const code = await codeOf(sender);
  const wrong = code.replace(/^\d+/, (number) => String((Number(number) % 99) + 1));
  for (const tried of [wrong, wrong, wrong, code]) {
    const { code: exit, said } = run("receiver", [`${tried}@127.0.0.1:${sender.port}`, "--no-window"], { SVC_REMEMBER: "0" });
    assert.is(exit, 3, said);
    assert.match(said, /mistyped.*someone is in the way/);
  }
  await sender.event("code-burned");
  assert.is(sender.events.filter(({ event }) => event === "joined" || event === "opened").length, 0, "the camera stays closed");
  await sender.interrupt();
});

test("no secret is in the arguments of a process, nor in the environment of an engine", async () => {
  const sender = new Program("sender", [...picture, "--listen", "127.0.0.1:0"], { env: { SVC_INVITE: "decoy:1/of-the-environment" } });
  const invite = await sender.invite();
  const secret = invite.split("/")[1] ?? "";
  assert.is(secret.length, 28);
  const receiver = new Program("receiver", ["--no-window", "--json"], { env: { SVC_INVITE: invite } });
  await receiver.event("first-picture");
  assert.ok(receiver.enginePids.length > 0 && sender.enginePids.length > 0);
  for (const program of [sender, receiver]) {
    assert.not.match(visible(program, "cmdline"), secret);
    assert.not.match(visible(program, "environ"), secret);
    assert.not.match(visible(program, "environ"), "of-the-environment");
  }
  await receiver.interrupt();
  await sender.interrupt();
});

test("an invite, or a code, is read from stdin", async () => {
  const sender = new Program("sender", [...picture, "--listen", "127.0.0.1:0", "--code"]);
  const [invite, code] = [await sender.invite(), await codeOf(sender)];
  const env = { SVC_REMEMBER: "0" };
  const options = ["--no-window", "--no-audio", "--time-limit", "1"];
  assert.is(run("receiver", ["-", ...options], env, `${invite}\n`).code, 0);
  assert.is(run("receiver", [`127.0.0.1:${sender.port}`, "--code", ...options], env, `${code.replaceAll("-", " ")}\n`).code, 0);
  assert.is(run("receiver", ["-", ...options], env, "").code, 64);
  await sender.interrupt();
});

test("contacts that others may read keep the program from starting, with what to do", () => {
  const env = person("exposed");
  const folder = join(root, "exposed", "simple-video-chat");
  spawnSync("mkdir", ["-p", folder]);
  spawnSync("sh", ["-c", `echo '{}' > '${folder}/contacts.json'; chmod 644 '${folder}/contacts.json'; chmod 700 '${folder}'`]);
  for (const program of ["sender", "receiver", "peer"] as const) {
    const { code, said } = run(program, ["contacts"], env);
    assert.is(code, 1);
    assert.match(said, /Other users may read.*chmod 600/);
  }
  const started = run("peer", ["--source", "testcard", "--no-window", "--time-limit", "1"], env);
  assert.is(started.code, 1);
  assert.match(started.said, /chmod 600/);
});

test.run();
