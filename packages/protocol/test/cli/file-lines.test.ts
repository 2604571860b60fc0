// What is typed and said of files: commands, paths as people and terminals write them, and a sentence for each event and reason.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { suite } from "uvu";
import { ConsoleOutput } from "../../src/cli/console-output.ts";
import { fileCommand } from "../../src/cli/file-commands.ts";
import { FileLines, formatBytes } from "../../src/cli/file-lines.ts";
import { FileError } from "../../src/files/file-error.ts";
import type { FileControls, FileEvent } from "../../src/files/file-transfers.ts";
import { isClean } from "../../src/messages/clean-text.ts";
import { eventsIn } from "./run-words.ts";

const test = suite("files at the keyboard");

/** What is said, to people, over the picture and to programs. */
function voice(): { lines: { output: ConsoleOutput; show: (from: string, text: string) => void }; said: string[]; programs: PassThrough } {
  const [people, programs] = [new PassThrough(), new PassThrough()];
  const said: string[] = [];
  const output = new ConsoleOutput({ json: true, quiet: true, people, programs });
  return { lines: { output, show: (_from, text) => void said.push(text) }, said, programs };
}

const base: FileEvent = {
  number: 3,
  direction: "out",
  state: "offered",
  name: "fi\u001b[2Jlm.mp4",
  sizeBytes: 3_200_000,
  bytes: 0,
  with: "An\u001b[2Jna",
};

test("are told at every turn, with their reasons, and without anything that moves a cursor", () => {
  const { lines, said, programs } = voice();
  const asking = new FileLines(lines, { acceptsAll: false });
  const taking = new FileLines(lines, { acceptsAll: true });
  asking.tell(base);
  asking.tell({ ...base, direction: "in" });
  taking.tell({ ...base, direction: "in", with: "" });
  asking.tell({ ...base, state: "sent" });
  asking.tell({ ...base, state: "received", path: "/tmp/film.mp4" });
  asking.tell({ ...base, state: "received" });
  asking.tell({ ...base, state: "failed" });
  asking.tell({ ...base, state: "failed", direction: "in", reason: "no-space", path: "/tmp/film.part" });
  asking.tell({ ...base, state: "failed", message: "Its disk\u001b is full." });
  assert.equal(said.length, 9);
  assert.ok(said.every((sentence) => isClean(sentence, { lines: false })));
  const expected = [
    /\(3\.2 MB\) is offered to An.*na, as number 3/,
    /would send .* \/accept 3 to take it, \/cancel 3/,
    /^the other end sends /,
    /has arrived at/,
    /is here, whole: \/tmp\/film\.mp4/,
    /is here, whole: $/,
    /was not sent to .*: the call is over/,
    /was not received: there is no room .* What has come is in \/tmp\/film\.part; delete it if/,
    /: Its disk.* is full\.$/,
  ];
  for (const [at, sentence] of expected.entries()) assert.match(said[at] ?? "", sentence);
  assert.equal(eventsIn(String(programs.read())).length, 9);
});

test("stand in the status line while they are under way", () => {
  const { lines, said } = voice();
  const files = new FileLines(lines, { acceptsAll: false });
  assert.equal(files.status, undefined);
  files.tell({ ...base, name: "a", state: "progress", bytes: 1_440_000 });
  files.tell({ ...base, name: "b", number: 4, direction: "in", state: "progress", sizeBytes: 0 });
  assert.equal(files.status, "a ↑45 %  b ↓100 %");
  files.tell({ ...base, name: "a", state: "sent" });
  assert.equal(files.status, "b ↓100 %");
  assert.equal(said.length, 1);
});

test("have sizes in the largest unit that they reach", () => {
  assert.deepEqual([0, 999, 1_000, 1_500_000, 2e9].map(formatBytes), ["0 bytes", "999 bytes", "1.0 kB", "1.5 MB", "2.0 GB"]);
});

/** Types lines, and gives what was asked of the files and what was said. */
async function typed(text: string, controls: Partial<FileControls> = {}): Promise<{ isCommand: boolean; asked: string[]; said: string[] }> {
  const { lines, said } = voice();
  const asked: string[] = [];
  const files: FileControls = {
    send: (path, onRead) => {
      asked.push(`send ${path}`);
      onRead?.();
      return Promise.resolve([{ outcome: "sent", with: "Anna" }]) as ReturnType<FileControls["send"]>;
    },
    accept: (number) => void asked.push(`accept ${number}`),
    cancel: (number) => void asked.push(`cancel ${number}`),
    ...controls,
  };
  const isCommand = fileCommand(text, lines, files);
  await new Promise((resolve) => setImmediate(resolve));
  return { isCommand, asked, said };
}

test("are sent by their names, as people type them and terminals drop them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svc-typed-"));
  try {
    const odd = join(folder, "a \\b.txt");
    writeFileSync(odd, "");
    for (const [words, path] of [
      [`/send ${folder}/film.mp4  `, `${folder}/film.mp4`],
      [`/send "${folder}/my film.mp4"`, `${folder}/my film.mp4`],
      [`/send '${folder}/my film.mp4'`, `${folder}/my film.mp4`],
      [`/send ${folder}/my\\ film.mp4`, `${folder}/my film.mp4`],
      [`/send ${odd}`, odd],
      ["/send ~/film.mp4", join(homedir(), "film.mp4")],
      ["/send film.mp4", join(process.cwd(), "film.mp4")],
    ] as const)
      assert.deepEqual(await typed(words), { isCommand: true, asked: [`send ${path}`], said: [] });
  } finally {
    rmSync(folder, { recursive: true });
  }
  assert.match((await typed("/send")).said[0] ?? "", /Which file/);
});

test("are messages when they are no command", async () => {
  for (const words of ["/sender", "/dance", " /send x", "send x", "/accepted"]) assert.equal((await typed(words)).isCommand, false);
});

test("are accepted and cancelled by their numbers, and it is said when there is none", async () => {
  for (const word of ["accept", "cancel"]) {
    const { asked, said } = await typed(`/${word} 4`);
    assert.deepEqual(asked, [`${word} 4`]);
    assert.match(said[0] ?? "", /There is no (offered )?file 4 to/);
    assert.deepEqual((await typed(`/${word}`)).asked, [`${word} undefined`]);
    assert.deepEqual((await typed(`/${word} all\u001b[2J`)).asked, []);
    assert.match((await typed(`/${word} all\u001b[2J`)).said[0] ?? "", /no (offered )?file all/);
  }
});

test("say when nobody takes one, too many are under way, or it cannot be read", async () => {
  const fates = (list: unknown[]): Partial<FileControls> => ({ send: () => Promise.resolve(list) as ReturnType<FileControls["send"]> });
  assert.match((await typed("/send x", fates([]))).said[0] ?? "", /Nobody is connected/);
  const { said } = await typed(
    "/send x",
    fates([
      { outcome: "unwanted", with: "Anna" },
      { outcome: "busy", with: "" },
    ]),
  );
  assert.match(said[0] ?? "", /^Anna takes no files/);
  assert.match(said[1] ?? "", /under way to The other end/);
  const refusing = { send: () => Promise.reject(new FileError("unreadable", "It is\u001b a folder.")) };
  const refused = await typed("/send x", refusing);
  assert.ok(isClean(refused.said[0] ?? "\u001b", { lines: false }));
});

test.run();
