// The file of contacts: read and written whole, by one program at a time, readable by its owner alone. It holds secrets: who can read it can call,
// and watch, as if he were its owner.
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "../system-code.ts";

/** Who knows whom: calls, those who watch our sender, and senders that we watch. A contact of one kind is let in nowhere else. */
export type ContactKind = "calls" | "watchers" | "cameras";

/** Kinds in the order of the file. */
export const contactKinds: readonly ContactKind[] = ["calls", "watchers", "cameras"];

/** A contact as the file has it. */
export interface ContactEntry {
  readonly name: string;
  /** 32 bytes in hexadecimal digits. */
  readonly secret: string;
  /** Where it was last. */
  readonly host: string;
  readonly port: number;
  /** Put out: not let in until allowed again. */
  readonly blocked: boolean;
}

/** What the file holds. */
export type ContactEntries = Readonly<Record<ContactKind, readonly ContactEntry[]>>;

/**
 * - `exposed`: others than its owner may read or change it;
 * - `unusable`: it cannot be read or written, or holds something else.
 */
export type ContactFileErrorCode = "exposed" | "unusable";

/** The file of contacts cannot be used. The message says what to do. */
export class ContactFileError extends Error {
  override readonly name = "ContactFileError";
  readonly code: ContactFileErrorCode;

  constructor(code: ContactFileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const fileName = "contacts.json";
const fileMode = 0o600;
const folderMode = 0o700;
const others = 0o077;
const maxBytes = 1_048_576;
/** How long another program may take to change the file; a lock that is older was left behind by one that died. */
const lockLimitMs = 2_000;

const none: ContactEntries = { calls: [], watchers: [], cameras: [] };

/** The file in its folder. Everything throws {@link ContactFileError}. */
export class ContactFile {
  readonly path: string;
  readonly #folder: string;
  #known: { readonly stamp: string; readonly entries: ContactEntries } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, fileName);
  }

  /** What it holds now; nothing when there is none yet. Read again only when it was changed. */
  read(): ContactEntries {
    return this.#attempt(() => {
      if (!existsSync(this.path)) return none;
      checkMode(this.#folder, folderMode);
      const { mtimeMs, size, ino } = checkMode(this.path, fileMode);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      if (this.#known?.stamp !== stamp) {
        if (size > maxBytes) throw new Error(`it has ${size} bytes`);
        this.#known = { stamp, entries: parseEntries(readFileSync(this.path, "utf8")) };
      }
      return this.#known.entries;
    });
  }

  /** Changes it: what `change` makes of what it holds takes its place at once, for other programs too. */
  change(change: (entries: ContactEntries) => ContactEntries): void {
    this.#attempt(() => {
      mkdirSync(this.#folder, { recursive: true, mode: folderMode });
      checkMode(this.#folder, folderMode);
      const unlock = lock(`${this.path}.lock`);
      try {
        const changed = change(this.read());
        const fresh = `${this.path}.${process.pid}`;
        // Made anew, never written through what lies there: a link, or a file that others have open.
        rmSync(fresh, { force: true });
        writeFileSync(fresh, `${JSON.stringify({ version: 1, ...changed }, undefined, 2)}\n`, { mode: fileMode, flag: "wx" });
        chmodSync(fresh, fileMode);
        renameSync(fresh, this.path);
      } finally {
        unlock();
      }
    });
  }

  #attempt<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      if (error instanceof ContactFileError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new ContactFileError(
        "unusable",
        `The contacts in ${this.path} cannot be used: ${why}. With --no-remember it goes without them.`,
        {
          cause: error,
        },
      );
    }
  }
}

/** @throws ContactFileError `exposed` */
function checkMode(path: string, mode: number): { readonly mtimeMs: number; readonly size: number; readonly ino: number } {
  const found = statSync(path);
  if (process.platform === "win32") return found;
  if (found.uid !== process.getuid?.()) {
    throw new ContactFileError(
      "exposed",
      `${path} belongs to another user, who could read your contacts' secrets. Make it yours, or remove it.`,
    );
  }
  if ((found.mode & others) === 0) return found;
  const command = `chmod ${mode.toString(8)} '${path}'`;
  throw new ContactFileError("exposed", `Other users may read ${path}, which is for your contacts' secrets. Run: ${command}`);
}

function lock(path: string): () => void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; ; waitedMs += 10) {
    try {
      closeSync(openSync(path, "wx", fileMode));
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
      if (waitedMs >= lockLimitMs) rmSync(path, { force: true });
      else Atomics.wait(pause, 0, 0, 10);
    }
  }
}

function parseEntries(text: string): ContactEntries {
  const found: unknown = JSON.parse(text);
  if (typeof found !== "object" || found === null || !("version" in found) || found.version !== 1)
    throw new Error("it is of another version");
  const lists = found as Readonly<Record<string, unknown>>;
  const [calls, watchers, cameras] = contactKinds.map((kind) => {
    const list = lists[kind];
    if (!Array.isArray(list) || !list.every(isEntry)) throw new Error(`its ${kind} are damaged`);
    return list;
  });
  return { calls: calls ?? [], watchers: watchers ?? [], cameras: cameras ?? [] };
}

function isEntry(value: unknown): value is ContactEntry {
  if (typeof value !== "object" || value === null) return false;
  const { name, secret, host, port, blocked } = value as Readonly<Record<string, unknown>>;
  const isSecret = typeof secret === "string" && /^[0-9a-f]{64}$/.test(secret);
  return isSecret && typeof name === "string" && typeof host === "string" && typeof port === "number" && typeof blocked === "boolean";
}
