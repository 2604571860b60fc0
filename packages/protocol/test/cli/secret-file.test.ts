import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import { CliError, exitCodes } from "../../src/cli/exit-codes.ts";
import { readKeyFile } from "../../src/cli/secret-file.ts";
import { createSecret, formatSecret, secretBytes } from "../../src/transport/invite.ts";

const test = suite<{ folder: string }>("key file");

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "svc-key-"));
});
test.after.each((context) => {
  rmSync(context.folder, { recursive: true });
});

function cannotStart(error: unknown): boolean {
  return error instanceof CliError && error.exitCode === exitCodes.couldNotStart;
}

test("is made when it is missing, readable for its owner alone whatever the umask, and then read again", ({ folder }) => {
  const path = join(folder, "key");
  const before = process.umask(0);
  try {
    const secret = readKeyFile(path, { create: true });
    assert.equal(secret.byteLength, secretBytes);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readKeyFile(path, { create: true }), secret);
    assert.deepEqual(readKeyFile(path, { create: false }), secret);
    assert.equal(readFileSync(path, "utf8"), `${formatSecret(secret)}\n`);
  } finally {
    process.umask(before);
  }
});

test("is not made by the side that calls", ({ folder }) => {
  const path = join(folder, "key");
  assert.throws(() => readKeyFile(path, { create: false }), cannotStart);
  assert.equal(existsSync(path), false);
});

for (const [mode, isTaken] of [
  [0o600, true],
  [0o400, true],
  [0o700, true],
  [0o640, false],
  [0o660, false],
  [0o604, false],
  [0o602, false],
  [0o601, false],
  [0o644, false],
  [0o666, false],
] as const) {
  test(`${isTaken ? "is read" : "is refused"} with mode ${mode.toString(8)}`, ({ folder }) => {
    const path = join(folder, "key");
    const secret = createSecret();
    writeFileSync(path, `${formatSecret(secret)}\n`);
    chmodSync(path, mode);
    if (isTaken) assert.deepEqual(new Uint8Array(readKeyFile(path, { create: true })), new Uint8Array(secret));
    else assert.throws(() => readKeyFile(path, { create: true }), cannotStart);
  });
}

for (const [name, text] of [
  ["nothing", ""],
  ["no secret", "hello"],
  ["a mistyped secret", `${formatSecret(createSecret()).slice(0, -1)}u`],
  ["two secrets", `${formatSecret(createSecret())}\n${formatSecret(createSecret())}\n`],
] as const) {
  test(`is refused when it holds ${name}`, ({ folder }) => {
    const path = join(folder, "key");
    writeFileSync(path, text, { mode: 0o600 });
    assert.throws(() => readKeyFile(path, { create: true }), cannotStart);
  });
}

test("is refused as a folder, in a folder that is not there, and as a link that leads nowhere", ({ folder }) => {
  assert.throws(() => readKeyFile(folder, { create: true }), cannotStart);
  assert.throws(() => readKeyFile(join(folder, "no", "key"), { create: true }), cannotStart);
  symlinkSync(join(folder, "elsewhere"), join(folder, "link"));
  assert.throws(() => readKeyFile(join(folder, "link"), { create: true }), cannotStart);
  assert.equal(existsSync(join(folder, "elsewhere")), false);
});

test("is refused when it is another user's, who knows the secret, and when it cannot be opened at all", ({ folder }) => {
  // Only the administrator can give a file away, and become somebody else; elsewhere a file of the system's that nobody else may read stands in.
  const isAdministrator = process.getuid?.() === 0;
  const path = join(folder, "key");
  writeFileSync(path, `${formatSecret(createSecret())}\n`, { mode: 0o600 });
  const sentence = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      assert.ok(cannotStart(error), String(error));
      return String(error);
    }
    return "";
  };
  if (isAdministrator) {
    chownSync(path, 65_534, 65_534);
    assert.match(
      sentence(() => readKeyFile(path, { create: true })),
      /another user's/,
    );
    chownSync(path, 0, 0);
    process.seteuid?.(65_534);
    try {
      assert.match(
        sentence(() => readKeyFile(path, { create: false })),
        /another user's/,
      );
    } finally {
      process.seteuid?.(0);
    }
  } else {
    assert.match(
      sentence(() => readKeyFile("/etc/shadow", { create: false })),
      /another user's/,
    );
  }
});

test.run();
