// Contacts in their file: names that nobody can take, modes that nobody else can read through, and what a listener finds after every change.
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import { configFolder } from "../../src/pairing/config-folder.ts";
import { ContactFileError } from "../../src/pairing/contact-file.ts";
import { contactName } from "../../src/pairing/contact-name.ts";
import { Contacts } from "../../src/pairing/contacts.ts";
import { deriveCredential } from "../../src/transport/credential.ts";

const test = suite("contacts");
const root = mkdtempSync(join(tmpdir(), "svc-contacts-"));
let count = 0;

test.after(() => rmSync(root, { recursive: true, force: true }));

/** A folder of its own, not made yet. */
function folder(): string {
  return join(root, `${++count}`, "config");
}

function person(calls: string, byte: number): { calls: string; secret: Uint8Array; host: string; port: number } {
  return { calls, secret: Buffer.alloc(32, byte), host: "192.0.2.1", port: 7420 };
}

function codeOf(failing: () => unknown): string {
  try {
    failing();
  } catch (error) {
    assert.ok(error instanceof ContactFileError, String(error));
    return error.code;
  }
  return "none";
}

test("are made in a folder and a file that only their owner may read", () => {
  const place = folder();
  const contacts = new Contacts(place, "calls");
  assert.deepEqual(contacts.list(), []);
  contacts.add(person("Anna", 1));
  assert.deepEqual([statSync(place).mode & 0o777, statSync(join(place, "contacts.json")).mode & 0o777], [0o700, 0o600]);
});

test("are refused with what to do when others may read them", () => {
  const place = folder();
  const contacts = new Contacts(place, "calls");
  const { identity } = contacts.add(person("Anna", 1));
  for (const [path, mode] of [
    [place, 0o755],
    [join(place, "contacts.json"), 0o640],
  ] as const) {
    const before = statSync(path).mode;
    chmodSync(path, mode);
    assert.equal(
      codeOf(() => contacts.list()),
      "exposed",
    );
    assert.equal(
      codeOf(() => contacts.add(person("Bert", 2))),
      "exposed",
    );
    assert.throws(() => contacts.list(), /chmod [67]00/);
    assert.equal(contacts.lookup(identity), undefined, "nobody is let in by a file that is open to all");
    chmodSync(path, before);
    assert.ok(contacts.lookup(identity) !== undefined);
  }
});

test("are refused when they are another user's, who could read them", () => {
  // Only the administrator can give a folder away; anybody else finds the system's own to be another's.
  const isAdministrator = process.getuid?.() === 0;
  const place = isAdministrator ? folder() : "/";
  const contacts = new Contacts(place, "calls");
  if (isAdministrator) {
    contacts.add(person("Anna", 1));
    chownSync(place, 65_534, 65_534);
    assert.throws(() => contacts.list(), /belongs to another user/);
  }
  assert.equal(
    codeOf(() => contacts.add(person("Bert", 2))),
    "exposed",
  );
  assert.equal(existsSync(join(place, "contacts.json.lock")), false);
});

test("say so when the file is damaged, and let nobody in by it", () => {
  const place = folder();
  const contacts = new Contacts(place, "calls");
  const { identity } = contacts.add(person("Anna", 1));
  const path = join(place, "contacts.json");
  const good = readFileSync(path, "utf8");
  const bad = ["", "[]", "{", '{"version":2}', good.replace('"calls": [', '"calls": [1,'), good.replace(/[0-9a-f]{64}/, "00")];
  for (const text of bad) {
    writeFileSync(path, text);
    assert.equal(
      codeOf(() => contacts.list()),
      "unusable",
      text,
    );
    assert.equal(contacts.lookup(identity), undefined);
    assert.equal(contacts.byIdentity(identity), undefined);
  }
});

test("keep their names, whatever another one says that it is called", () => {
  const contacts = new Contacts(folder(), "calls");
  const anna = contacts.add(person("Anna", 1));
  const names = ["Anna", "ANNA", "ａｎｎａ", "anna", "Anna\u200e"].map((calls, at) => contacts.add(person(calls, at + 2)).name);
  assert.deepEqual(names, ["Anna-2", "ANNA-3", "anna-4", "anna-5", "Anna-6"]);
  assert.deepEqual(contacts.find("anna"), anna);
  assert.equal(contacts.nameFor("anna"), "anna-7");
});

test("have names that are no address, no option and no invite", () => {
  const names = {
    "Anna's Mac": "Anna-s-Mac",
    "192.0.2.1:7420/secret": "192.0.2.1-7420-secret",
    "7-a-b@host": "7-a-b-host",
    "--help": "help",
    "-": "someone",
    "": "someone",
    "\x1b[2J": "2J",
    "Jürgen_1.x": "Jürgen_1.x",
    "..": "someone",
  };
  for (const [wanted, name] of Object.entries(names)) assert.equal(contactName(wanted, []), name);
  assert.ok(contactName("x".repeat(64), []).length <= 32);
});

test("are found by what they prove, until they are forgotten", () => {
  const place = folder();
  const contacts = new Contacts(place, "watchers");
  const { identity } = contacts.add(person("Anna", 1));
  assert.deepEqual(contacts.lookup(identity), deriveCredential(Buffer.alloc(32, 1)));
  assert.ok(contacts.claim(identity) !== undefined);
  // By another program.
  assert.equal(new Contacts(place, "watchers").forget("ANNA"), true);
  assert.equal(contacts.lookup(identity), undefined);
  assert.equal(contacts.claim(identity), undefined);
  assert.equal(contacts.forget("anna"), false);
});

test("are of one kind: who is called may not watch", () => {
  const place = folder();
  const { identity } = new Contacts(place, "calls").add(person("Anna", 1));
  for (const kind of ["watchers", "cameras"] as const) {
    const others = new Contacts(place, kind);
    assert.equal(others.lookup(identity), undefined);
    assert.equal(others.forget("Anna"), false);
  }
});

test("are kept out while they are put out, and keep their place", () => {
  const contacts = new Contacts(folder(), "watchers");
  const { identity } = contacts.add(person("Anna", 1));
  assert.equal(contacts.block("anna", true), true);
  assert.equal(contacts.lookup(identity), undefined);
  assert.equal(contacts.byIdentity(identity)?.blocked, true);
  contacts.block("anna", false);
  assert.ok(contacts.lookup(identity) !== undefined);
  assert.equal(contacts.block("bert", true), false);
});

test("are found where they were last", () => {
  const contacts = new Contacts(folder(), "calls");
  const { identity } = contacts.add(person("Anna", 1));
  contacts.moved(identity, "198.51.100.1");
  assert.deepEqual([contacts.find("anna")?.host, contacts.find("anna")?.port], ["198.51.100.1", 7420]);
  contacts.moved(identity, "198.51.100.2", 7421);
  assert.deepEqual([contacts.find("anna")?.host, contacts.find("anna")?.port], ["198.51.100.2", 7421]);
  contacts.moved("nobody", "198.51.100.3");
});

test("do not wait for ever for a program that died while it changed them", () => {
  const place = folder();
  const contacts = new Contacts(place, "calls");
  contacts.add(person("Anna", 1));
  const lock = join(place, "contacts.json.lock");
  writeFileSync(lock, "");
  utimesSync(lock, 1, 1);
  contacts.add(person("Bert", 2));
  assert.deepEqual(
    contacts.list().map(({ name }) => name),
    ["Anna", "Bert"],
  );
});

test("say so when there is no room for them", () => {
  const place = folder();
  mkdirSync(join(place, ".."), { recursive: true });
  writeFileSync(place, "a file where the folder would be");
  assert.equal(
    codeOf(() => new Contacts(place, "calls").add(person("Anna", 1))),
    "unusable",
  );
});

test("are where the platform keeps such things", () => {
  const home = "/home/someone";
  assert.equal(configFolder({ platform: "linux", env: {}, home }), "/home/someone/.config/simple-video-chat");
  assert.equal(configFolder({ platform: "linux", env: { XDG_CONFIG_HOME: "/elsewhere" }, home }), "/elsewhere/simple-video-chat");
  assert.equal(configFolder({ platform: "linux", env: { XDG_CONFIG_HOME: "relative" }, home }), "/home/someone/.config/simple-video-chat");
  assert.match(configFolder({ platform: "darwin", env: {}, home }), /Library.Application Support.simple-video-chat$/);
  assert.match(configFolder({ platform: "win32", env: { APPDATA: "C:\\Roaming" }, home }), /Roaming.*simple-video-chat$/);
});

test.run();
