// Where a program gets its key from: never from a place where other users of the computer could read it.

import { chmodSync, closeSync, existsSync, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs";

import { createSecret, formatSecret, parseSecret } from "../transport/invite.ts";
import { systemCode } from "../system-code.ts";
import { CliError, exitCodes } from "./exit-codes.ts";

/** Mode of a key file: its owner alone. */
const ownerOnly = 0o600;

/**
 * The secret in a key file; with `create`, a new one is written where there is no file.
 *
 * @throws CliError couldNotStart when the file cannot be read, others may read it, it is another user's, or it holds no secret
 */
export function readKeyFile(path: string, options: { readonly create: boolean }): Uint8Array {
  try {
    if (options.create && !existsSync(path)) {
      writeFileSync(path, `${formatSecret(createSecret())}\n`, { mode: ownerOnly, flag: "wx" });
      chmodSync(path, ownerOnly);
    }
    return parseSecret(readOwn(path).trim());
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(exitCodes.couldNotStart, keyFileSentence(path, error), { cause: error });
  }
}

/** Looks at the file that it reads, not at one that has taken its place meanwhile. */
function readOwn(path: string): string {
  const file = openSync(path, "r");
  try {
    const { mode, uid } = fstatSync(file);
    if (process.platform !== "win32") {
      if ((mode & 0o077) !== 0)
        throw new CliError(exitCodes.couldNotStart, `Other users may read the key file ${path}. Run: chmod 600 ${path}`);
      // Its owner knows the secret; the administrator could have it anyway.
      if (uid !== process.getuid?.() && uid !== 0) throw new CliError(exitCodes.couldNotStart, anotherUsers(path));
    }
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

function anotherUsers(path: string): string {
  return `The key file ${path} is another user's. Make it yours, or name one of your own.`;
}

function keyFileSentence(path: string, error: unknown): string {
  switch (systemCode(error)) {
    case "ENOENT":
      return `There is no key file ${path}. The end that waits makes it when it starts with --key-file: copy it from there.`;
    case "EACCES":
    case "EPERM":
      return anotherUsers(path);
    default:
      return `The key file ${path} cannot be used. ${error instanceof Error ? error.message : String(error)}`;
  }
}
