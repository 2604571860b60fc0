// Whom the user means: every form of a target, and what is said when it is none.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import { givenTarget, resolveTarget } from "../../src/cli/call-target.ts";
import { CliError, exitCodes } from "../../src/cli/exit-codes.ts";
import { readKeyFile } from "../../src/cli/secret-file.ts";
import { Contacts } from "../../src/pairing/contacts.ts";
import { deriveCredential } from "../../src/transport/credential.ts";
import { createSecret, formatInvite } from "../../src/transport/invite.ts";

const test = suite("targets");
const folder = mkdtempSync(join(tmpdir(), "svc-target-"));
const contacts = new Contacts(join(folder, "config"), "calls");
const secret = createSecret();
const plain = { code: false } as const;

test.before(() => void contacts.add({ calls: "Anna", secret: Buffer.alloc(32, 7), host: "192.0.2.7", port: 7421 }));
test.after(() => rmSync(folder, { recursive: true, force: true }));

async function sentenceOf(given: string, args: { readonly code: boolean } = plain): Promise<string> {
  try {
    await resolveTarget(given, args, contacts);
  } catch (error) {
    assert.ok(error instanceof CliError, String(error));
    assert.equal(error.exitCode, exitCodes.usage);
    return error.message;
  }
  return "";
}

test("takes the invite of the command line before that of the environment", async () => {
  const before = process.env["SVC_INVITE"];
  process.env["SVC_INVITE"] = "from the environment";
  try {
    assert.equal(await givenTarget("given"), "given");
    assert.equal(await givenTarget(undefined), "from the environment");
    process.env["SVC_INVITE"] = "";
    assert.equal(await givenTarget(undefined), undefined);
  } finally {
    if (before === undefined) delete process.env["SVC_INVITE"];
    else process.env["SVC_INVITE"] = before;
  }
});

test("is an invite, a code at an address, or a contact's name in any case", async () => {
  const invite = formatInvite({ host: "192.0.2.1", port: 7422, secret });
  assert.deepEqual(await resolveTarget(invite, plain, contacts), { host: "192.0.2.1", port: 7422, credential: deriveCredential(secret) });
  const credential = { code: "7-crossover-clockwork" };
  assert.deepEqual(await resolveTarget("7-Crossover-clockwork@192.0.2.1", plain, contacts), { host: "192.0.2.1", port: 7420, credential });
  assert.deepEqual(await resolveTarget("7 crossover clockwork@[2001:db8::1]:7423", plain, contacts), {
    host: "2001:db8::1",
    port: 7423,
    credential,
  });
  const anna = { host: "192.0.2.7", port: 7421, credential: deriveCredential(Buffer.alloc(32, 7)) };
  assert.deepEqual(await resolveTarget("anna", plain, contacts), anna);
});

test("says what is wrong with anything else", async () => {
  assert.match(await sentenceOf("bert"), /bert is not an invite.*Your contacts: Anna\./);
  assert.match(await sentenceOf("7-crossover-clockwork"), /@HOST/);
  assert.match(await sentenceOf("7-crossover-clockwerk@192.0.2.1"), /clockwerk.*clockwork/);
  assert.match(await sentenceOf("crossover@192.0.2.1"), /a number and two words/);
  assert.match(await sentenceOf("7-crossover-clockwork@"), /address/);
  assert.match(await sentenceOf("192.0.2.1:7420/000g40r"), /secret is not complete/);
  assert.match(await sentenceOf("a/b", { code: true }), /address/);
  assert.match(await sentenceOf("\x1b[2Jbert"), /^\[2Jbert/);
  await assert.rejects(resolveTarget("anna", plain, undefined), /You have no contacts yet/);
});

test("is an address with the secret of a key file, or with a code that is asked for", async () => {
  const keyFile = join(folder, "key");
  const credential = deriveCredential(readKeyFile(keyFile, { create: true }));
  assert.deepEqual(await resolveTarget("192.0.2.1", { ...plain, keyFile }, undefined), { host: "192.0.2.1", port: 7420, credential });
  await assert.rejects(resolveTarget("192.0.2.1", { ...plain, keyFile: join(folder, "no key") }, undefined), /There is no key file/);
});

/** What a program finds to call that is given `target` and this on stdin. */
async function typed(target: string, line: string): Promise<string> {
  const program = fileURLToPath(new URL("./calling-program.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), program, target], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(line);
  return text(child.stdout);
}

test("is asked for, so that no invite and no code has to stand in the list of processes", async () => {
  const invite = formatInvite({ host: "192.0.2.1", port: 7422, secret });
  assert.equal(await typed("-", `${invite}\n`), `${invite}\n`);
  assert.equal(await typed("-", ""), "There was no invite on stdin.\n");
  assert.equal(await typed("--code", "7-crossover-clockwork\n"), '{"code":"7-crossover-clockwork"}\n');
  assert.equal(await typed("--code", ""), "There was no code on stdin.\n");
});

test.run();
