// The subcommands about contacts, on a real file: what they list, change and refuse, and that no word of a contact reaches the terminal raw.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import { allowCommand, contactsCommand, forgetCommand, kickCommand, openContacts } from "../../src/cli/contact-commands.ts";
import { CliError, exitCodes } from "../../src/cli/exit-codes.ts";
import { Contacts } from "../../src/pairing/contacts.ts";
import { eventsIn, runWords } from "./run-words.ts";

const test = suite("subcommands about contacts");
const root = mkdtempSync(join(tmpdir(), "svc-contact-commands-"));
const { XDG_CONFIG_HOME: before } = process.env;
let count = 0;

test.before.each(() => {
  process.env["XDG_CONFIG_HOME"] = join(root, `${++count}`);
});
test.after(() => {
  if (before === undefined) delete process.env["XDG_CONFIG_HOME"];
  else process.env["XDG_CONFIG_HOME"] = before;
  rmSync(root, { recursive: true, force: true });
});

function folder(): string {
  return join(root, `${count}`, "simple-video-chat");
}

function add(kind: "calls" | "watchers" | "cameras", calls: string): void {
  new Contacts(folder(), kind).add({ calls, secret: Buffer.alloc(32, calls.length), host: "192.0.2.7", port: 7_420 });
}

test("list whom a program knows, and say so when it is nobody", async () => {
  assert.match((await runWords(contactsCommand, ["contacts"])).said, /no contacts yet/);
  add("calls", "Anna");
  add("watchers", "Bert");
  assert.equal((await runWords(contactsCommand, ["contacts"])).said, "Anna  192.0.2.7:7420\n");
  // A sender is called: its watchers have no port of theirs.
  assert.equal((await runWords(contactsCommand, ["contacts"], "sender")).said, "Bert  192.0.2.7\n");
  const { out, code } = await runWords(contactsCommand, ["contacts", "--json"]);
  assert.deepEqual(eventsIn(out), [{ event: "contact", name: "Anna", host: "192.0.2.7", port: 7_420, blocked: false }]);
  assert.equal(code, exitCodes.ok);
});

test("never print a secret", async () => {
  add("calls", "Anna");
  for (const words of [["contacts"], ["contacts", "--json"]]) {
    const { out, said } = await runWords(contactsCommand, words);
    assert.ok(!/04040404/.test(out + said));
  }
});

test("put out, let in again and forget, in any case of the name", async () => {
  add("watchers", "Bert");
  const kicked = await runWords(kickCommand, ["kick", "BERT"], "sender");
  assert.equal(kicked.code, exitCodes.ok);
  assert.match(kicked.said, /Bert is put out.*allow Bert/);
  assert.match((await runWords(contactsCommand, ["contacts"], "sender")).said, /Bert {2}192\.0\.2\.7 {2}put out/);
  assert.match((await runWords(allowCommand, ["allow", "bert"], "sender")).said, /Bert may come in again/);
  assert.ok(!(await runWords(contactsCommand, ["contacts"], "sender")).said.includes("put out"));
  assert.match((await runWords(forgetCommand, ["forget", "bert"], "sender")).said, /Bert is forgotten/);
  assert.deepEqual(new Contacts(folder(), "watchers").list(), []);
});

test("take a number for a name, and refuse a name that is none, none at all, or two", async () => {
  add("calls", "1e3");
  assert.equal((await runWords(forgetCommand, ["forget", "1e3"])).code, exitCodes.ok);
  const missing = await runWords(forgetCommand, ["forget", "nobody\x1b[2J"]);
  assert.equal(missing.code, exitCodes.couldNotStart);
  assert.match(missing.said, /No contact is called nobody/);
  assert.ok(!missing.said.includes("\x1b"));
  for (const words of [["forget"], ["forget", "a", "b"]]) {
    const { code, said } = await runWords(forgetCommand, words);
    assert.equal(code, exitCodes.usage);
    assert.match(said, /forget takes <name>/);
  }
  assert.match((await runWords(contactsCommand, ["contacts", "Anna"])).said, /contacts takes nothing behind it/);
});

test("open a program's contacts, unless it is to go without", () => {
  add("cameras", "Door");
  assert.deepEqual(
    openContacts("receiver", true)
      ?.list()
      .map(({ name }) => name),
    ["Door"],
  );
  assert.equal(openContacts("receiver", false), undefined);
});

test("say what is wrong with a file that others may read, that is another user's, or that is damaged, and change nothing", async () => {
  add("calls", "Anna");
  const path = join(folder(), "contacts.json");
  const refuses = async (why: RegExp): Promise<void> => {
    for (const [command, words] of [
      [contactsCommand, ["contacts"]],
      [forgetCommand, ["forget", "Anna"]],
    ] as const) {
      const { code, said } = await runWords(command, words);
      assert.equal(code, exitCodes.couldNotStart);
      assert.match(said, why);
    }
    assert.throws(
      () => openContacts("peer", true),
      (error) => error instanceof CliError && error.exitCode === exitCodes.couldNotStart,
    );
  };
  chmodSync(path, 0o644);
  await refuses(/chmod 600/);
  chmodSync(path, 0o600);
  writeFileSync(path, "{}");
  await refuses(/cannot be used/);
});

test("do not follow a link that was laid where the new file is written", () => {
  add("calls", "Anna");
  const victim = join(root, `${count}`, "victim");
  writeFileSync(victim, "untouched", { mode: 0o644 });
  symlinkSync(victim, join(folder(), `contacts.json.${process.pid}`));
  add("calls", "Berta");
  assert.equal(statSync(victim).size, "untouched".length);
  assert.equal(statSync(victim).mode & 0o777, 0o644);
  assert.equal(new Contacts(folder(), "calls").list().length, 2);
});

test.run();
