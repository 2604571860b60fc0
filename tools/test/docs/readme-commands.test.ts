// Every command in the README and in the packages' READMEs is run, in the harmless form of documented-command.ts. One cannot be: `npm test`
// would run itself. Of it this shows that the script is there and that its set-up has nothing left to do.
// @timeout 300

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

import { harmlessWords, needsPartner, programOf, type Replacements, RunningCommand } from "./documented-command.ts";
import { codeBlocks, documents, read, root } from "./documents.ts";

const test = suite("the commands of the READMEs");
const folder = mkdtempSync(join(tmpdir(), "svc-readme-"));
const nobody: Replacements = { invite: "", address: "", keyFile: join(folder, "camera.key"), film: join(folder, "film.avi") };
/** Longer than set-up takes with nothing to do, on a busy computer. */
const setUpLimitMs = 20_000;

test.after(() => rmSync(folder, { recursive: true, force: true }));

const commands = new Set(
  documents()
    .filter((path) => /^(packages\/\w+\/)?README\.md$/.test(path))
    .flatMap((path) => codeBlocks(read(path), "sh"))
    .flatMap((block) => block.trim().split("\n")),
);

test("are found", () => {
  assert.ok(commands.has("npm start"));
  assert.ok(commands.has("pnpm peer <invite>"));
});

for (const command of commands) {
  if (command === "npm test") test(command, checkTestScript);
  else if (command === "npm start") test(command, () => checkSelfCall(command));
  else if (command.includes("test-card.mjs")) test(command, () => checkShowing(command));
  else if (needsPartner(command)) test(command, () => checkJoining(command));
  else if (isInviting(command)) test(command, () => checkInviting(command));
  else test(command, () => checkAlone(command));
}

function isInviting(command: string): boolean {
  return ["sender", "peer"].includes(programOf(command) ?? "") && !/--(help|legacy|key-file)/.test(command);
}

function checkTestScript(): void {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  assert.is(scripts["test"], "node tools/setup/main.mjs test");
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["tools/setup/main.mjs"], { cwd: root, encoding: "utf8" });
  assert.is(status, 0, stderr);
  assert.match(stderr, "Everything is ready.");
  assert.not.match(stderr, /Installing|Compiling/);
  assert.ok(performance.now() - startedMs < setUpLimitMs, "set-up had something to do, though the tests run");
}

/** A call with oneself; generous: on a busy computer the first pictures take several seconds. */
async function checkSelfCall(command: string): Promise<void> {
  const { code, stdout, stderr } = await new RunningCommand([...harmlessWords(command, nobody, { seconds: 20 }), "--json"]).end();
  assert.is(code, 0, stderr);
  const summary = JSON.parse(stdout.split("\n").at(-1) ?? "") as { event: string; sides: { shown: number }[] };
  assert.is(summary.event, "summary");
  assert.equal(
    summary.sides.map(({ shown }) => shown > 0),
    [true, true],
    stdout,
  );
}

/** A command that waits for others, or needs nobody. */
async function checkAlone(command: string): Promise<void> {
  const { code, stdout, stderr } = await new RunningCommand(harmlessWords(command, nobody, { seconds: 1.5 })).end();
  assert.is(code, 0, stderr);
  if (command.includes("--help")) assert.match(stdout, "Options:");
  else if (command.includes("--legacy")) assert.match(stderr, "no protection");
  else if (command.includes("--key-file")) assert.match(stderr, /receiver (-- )?\S+:\d+ --key-file/);
  else assert.ok(stdout.length > 0);
}

/** A command that waits and gives an invite: who has it sees pictures. */
async function checkInviting(command: string): Promise<void> {
  if (command.includes("film.mp4")) makeFilm(nobody.film);
  const other = programOf(command) === "peer" ? "peer" : "receiver";
  // A peer ends with its call; a sender only when it is told to.
  const ending = other === "peer" ? [] : ["--exit-on-no-viewers"];
  const waiting = new RunningCommand([...harmlessWords(command, nobody, { seconds: 40 }), "--json", ...ending]);
  const { invite } = JSON.parse(await waiting.line(/"invite"/)) as { invite: string };
  const camera = other === "peer" ? ["--source", "testcard"] : [];
  const joining = new RunningCommand([`svc-${other}`, invite, ...camera, "--no-window", "--json", "--time-limit", "30"]);
  await joining.line(/"first-picture"/);
  joining.signal("SIGINT");
  const { code, stdout, stderr } = await joining.end();
  // Of Ctrl-C.
  assert.is(code, 130, stderr);
  assert.ok((JSON.parse(stdout.split("\n").at(-1) ?? "") as { shown: number }).shown > 0, stdout);
  const end = await waiting.end();
  assert.is(end.code, 0, end.stderr);
  // As it has to be typed: by pnpm or npm in the repository, by its own name where it is installed.
  assert.match(end.stderr, new RegExp(`^    (pnpm ${other}|npm run ${other} --|svc-${other}) ${invite.replaceAll(".", "\\.")}$`, "m"));
}

/** The example that shows until it is interrupted. */
async function checkShowing(command: string): Promise<void> {
  const showing = new RunningCommand(harmlessWords(command, nobody, { seconds: 0 }));
  await showing.line(/^127\.0\.0\.1:\d+\/[0-9a-z]{28}$/);
  showing.signal("SIGINT");
  const { code, stderr } = await showing.end();
  assert.is(code, 0, stderr);
}

/** A command that watches or calls: the other end is started first. */
async function checkJoining(command: string): Promise<void> {
  const kind = programOf(command) === "peer" ? "peer" : "sender";
  const extra = [...(kind === "peer" ? ["--no-window"] : []), ...(command.includes("--legacy") ? ["--legacy"] : [])];
  if (command.includes("camera.key")) extra.push("--key-file", nobody.keyFile);
  const partner = new RunningCommand([
    ...[`svc-${kind}`, "--source", "testcard", "--camera-size", "320x240", "--listen", "127.0.0.1:0", "--json", "--time-limit", "30"],
    ...extra,
  ]);
  try {
    const { port } = JSON.parse(await partner.line(/"listening"/)) as { port: number };
    const isInvited = command.includes("<invite>");
    const { invite } = isInvited ? (JSON.parse(await partner.line(/"invite"/)) as { invite: string }) : { invite: "" };
    const words = harmlessWords(command, { ...nobody, invite, address: `127.0.0.1:${port}` }, { seconds: 5 });
    const isProgram = programOf(command) !== undefined;
    const asJson = isProgram && !command.includes("--json") ? ["--json"] : [];
    const { code, stdout, stderr } = await new RunningCommand([...words, ...asJson, ...(isProgram ? [] : ["5"])]).end();
    assert.is(code, 0, stderr);
    if (!isProgram) return assert.match(stdout, /captured \d+ = shown [1-9]/);
    const { event, shown } = JSON.parse(stdout.split("\n").at(-1) ?? "") as { event: string; shown: number };
    assert.is(event, "summary");
    assert.ok(shown > 0, stdout);
    if (command.includes("pnpm -s")) assert.ok(stdout.startsWith("{"), stdout);
  } finally {
    partner.signal("SIGINT");
    await partner.end();
  }
}

/** A second of video. */
function makeFilm(path: string): void {
  const script = `
import sys, cv2, numpy
film = cv2.VideoWriter(sys.argv[1], cv2.VideoWriter_fourcc(*"MJPG"), 25, (320, 240))
for n in range(25): film.write(numpy.full((240, 320, 3), 9 * n, numpy.uint8))
film.release()`;
  const { status, stderr } = spawnSync("/usr/bin/python3", ["-c", script, path], { encoding: "utf8" });
  assert.is(status, 0, stderr);
}

test.run();
