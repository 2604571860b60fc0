// The tables of the documents say what the code does. Whoever changes one of the two finds the other here.
// @timeout 180

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { exitCodes, exitCodesHelp, keyRows } from "@simple-video-chat/protocol/cli";

import { allowedPackages, layerOf, protocolLayers } from "../../check/layer-table.mjs";
import { RunningCommand } from "./documented-command.ts";
import { codeBlocks, quoted, read, root, table } from "./documents.ts";
import { optionsOf, optionTable } from "./help-text.ts";

const architecture = "docs/architecture.md";
const programs = ["sender", "receiver", "peer"] as const;
type ProgramName = (typeof programs)[number];
type Line = Readonly<Record<string, unknown>> & { readonly event: string };

test("lists the packages and their arrows", () => {
  const documented = table(architecture, "| package | holds | may import |").map(([name = "", , imports = ""]) => [name, quoted(imports)]);
  assert.equal(Object.fromEntries(documented), allowedPackages);
});

test("lists the layers of protocol and their arrows", () => {
  const documented = table(architecture, "| layer | may import |").map(([name = "", imports = ""]) => {
    if (imports === "all") return [name, imports];
    return [name, imports === "nothing" ? [] : imports.split(", ")];
  });
  assert.equal(Object.fromEntries(documented), protocolLayers);
  const files = readdirSync(`${root}/packages/protocol/src`, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  for (const file of files) assert.ok(layerOf(file) in protocolLayers, `${file} is in no layer`);
});

test("lists the states of a session", () => {
  const [, union = ""] = read("packages/protocol/src/session/state.ts").split("export type SessionState =");
  const coded = [...(union.split("/** Who ended it")[0] ?? "").matchAll(/readonly name: "(\w+)"/g)].map(([, name = ""]) => name);
  const documented = table(architecture, "| state | meaning |").map(([name = ""]) => name);
  assert.equal(documented.sort(), coded.sort());
});

test("lists the drops of the account of frames, in their order", () => {
  const [, body = ""] = read("packages/receiver/src/frame-account.ts").split("export interface DroppedFrames {");
  const coded = [...(body.split("\n}")[0] ?? "").matchAll(/readonly (\w+): number/g)].map(([, name = ""]) => name);
  assert.equal(
    table(architecture, "| drop | where |").map(([name = ""]) => name),
    coded,
  );
});

test("lists the exit codes", () => {
  const documented = table(architecture, "| exit code | name | meaning |");
  assert.equal(Object.fromEntries(documented.map(([code, name = ""]) => [name, Number(code)])), exitCodes);
  for (const program of programs) {
    const rows = table(`packages/${program}/README.md`, "| exit code | meaning |");
    assert.equal(
      rows,
      documented.map(([code, , meaning]) => [code, meaning]),
      program,
    );
  }
  assert.equal(
    [...exitCodesHelp.matchAll(/\b\d+\b/g)].map(([code]) => Number(code)),
    Object.values(exitCodes),
  );
});

for (const program of programs) {
  const readme = `packages/${program}/README.md`;
  const eventHeader = "| event | fields | when |";

  test(`${readme} lists the options of --help`, () => {
    const help = execFileSync(process.execPath, [`packages/${program}/bin/svc-${program}.js`, "--help"], { cwd: root, encoding: "utf8" });
    const expected = optionTable(optionsOf(help));
    assert.ok(read(readme).includes(`${expected}\n`), `its table of options must be:\n${expected}`);
  });

  test(`${readme} lists the keys`, () => {
    const rows = keyRows(program).map(([keys, does]) => `| ${keys.replaceAll(/[^, ]+/g, "`$&`")} | ${does} |`);
    const expected = ["| key | what it does |", "|---|---|", ...rows].join("\n");
    assert.ok(read(readme).includes(`${expected}\n`), `its table of keys must be:\n${expected}`);
  });

  test(`${readme} lists the events of --json`, () => {
    // What they say alike stands in files of its own.
    const ofCalls =
      program === "sender" ? "" : read("packages/receiver/src/call-program.ts") + read("packages/receiver/src/call-recording.ts");
    const shared = ofCalls + read("packages/protocol/src/cli/chat-lines.ts") + read("packages/protocol/src/cli/file-lines.ts");
    const invitation = program === "receiver" ? "" : read("packages/protocol/src/cli/invitation.ts");
    const code = read(`packages/${program}/src/cli.ts`) + shared + invitation;
    const coded = [...code.matchAll(/\bevent: "([\w-]+)"/g)].map(([, name = ""]) => name);
    const documented = table(readme, eventHeader).flatMap(([name = ""]) => quoted(name));
    assert.equal(documented.sort(), [...new Set(coded)].sort());
  });
}

test("names no option in prose that there is not", () => {
  const known = new Set(
    programs.flatMap((program) => {
      const rows = table(`packages/${program}/README.md`, "| option | default | what it does |");
      return rows.flatMap(([names = ""]) => quoted(names));
    }),
  );
  for (const builtIn of [
    "--help",
    "--version",
    "--no-window",
    "--no-audio",
    "--no-video",
    "--fix",
    "--no-chat",
    "--no-remember",
    "--no-qr",
  ])
    known.add(builtIn);
  const documents = ["README.md", architecture, ...programs.map((program) => `packages/${program}/README.md`)];
  for (const path of documents) {
    const named = quoted(read(path).replaceAll(/^```[\s\S]*?^```$/gm, "")).flatMap((words) => words.match(/(?<=^| )--[a-z][\w-]*/g) ?? []);
    for (const option of named) assert.ok(known.has(option), `${path} names ${option}`);
  }
});

/** Runs a sender with a receiver and two peers, and gives what each program printed with --json. */
async function runPrograms(): Promise<Readonly<Record<ProgramName, readonly Line[]>>> {
  const picture = ["--source", "testcard", "--camera-size", "320x240"];
  const run = async (waiting: ProgramName, joining: ProgramName): Promise<readonly [Line[], Line[]]> => {
    const sends = (name: ProgramName): string[] => [...(name === "receiver" ? [] : picture), ...(name === "sender" ? [] : ["--no-window"])];
    const host = new RunningCommand([`svc-${waiting}`, ...sends(waiting), "--listen", "127.0.0.1:0", "--json"]);
    const { invite } = JSON.parse(await host.line(/"invite"/)) as { invite: string };
    const guest = new RunningCommand([`svc-${joining}`, invite, ...sends(joining), "--json"]);
    // Figures of pictures that were shown have all the fields; a busy computer takes a while to have some.
    await guest.line(/"event":"stats".*"latencyMs".*"stages"/);
    if (joining === "peer") await host.line(/"event":"stats".*"latencyMs".*"stages"/);
    host.signal("SIGINT");
    return [linesOf((await host.end()).stdout), linesOf((await guest.end()).stdout)];
  };
  const [sender, receiver] = await run("sender", "receiver");
  const [waiting, calling] = await run("peer", "peer");
  return { sender, receiver, peer: [...waiting, ...calling] };
}

function linesOf(stdout: string): Line[] {
  return stdout.split("\n").map((line) => JSON.parse(line) as Line);
}

test("lists the fields of the events, as real programs print them", async () => {
  const printed = await runPrograms();
  for (const program of programs) {
    const rows = table(`packages/${program}/README.md`, "| event | fields | when |");
    const fields = new Map(rows.map(([name = "", cells = ""]) => [quoted(name)[0], quoted(cells)]));
    for (const { event, ...rest } of printed[program]) {
      // What is undefined is not printed: a field may be missing, and none may be new.
      const unknown = Object.keys(rest).filter((field) => !(fields.get(event) ?? []).includes(field));
      assert.equal(unknown, [], `${program}: ${event} has fields that its README does not list`);
    }
    for (const [event, names = []] of fields) {
      const seen = printed[program].filter((line) => line.event === event);
      const missing = names.filter((name) => seen.length > 0 && !seen.some((line) => name in line));
      assert.equal(missing, [], `${program}: ${event} has not the fields that its README lists`);
    }
  }
});

test("shows the sender's example as it is", () => {
  const example = read("examples/test-card.mjs").replace(/^(\/\/.*\n)+/, "");
  for (const path of ["README.md", "packages/sender/README.md"]) assert.ok(codeBlocks(read(path), "js").includes(example), path);
});

test("says which version of Node it needs", () => {
  const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
  const version = engines.node.replace(">=", "");
  for (const path of ["README.md", "CONTRIBUTING.md"]) assert.ok(read(path).includes(`${version} or newer`), path);
});

test.run();
