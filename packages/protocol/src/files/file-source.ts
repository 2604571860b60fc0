// A file that is sent: hashed once from end to end, then read bit by bit, and known to be still the same.
import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { maxFileBytes } from "../limits.ts";
import { systemCode } from "../system-code.ts";
import { FileError, type FileErrorCode } from "./file-error.ts";

/** Read at once: so little that hashing it keeps the process from nothing for more than a fraction of a millisecond. */
const readBytes = 131_072;

const codes: Readonly<Record<string, FileErrorCode>> = { ENOENT: "missing", ENOTDIR: "missing", EACCES: "denied", EPERM: "denied" };
const sentences: Readonly<Partial<Record<FileErrorCode, string>>> = {
  missing: "there is no such file",
  denied: "it may not be read",
  unreadable: "it cannot be read",
};

/** A file that is open for reading. */
export class FileSource {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #handle: FileHandle;
  readonly #first: BigIntStats;

  private constructor(path: string, handle: FileHandle, stats: BigIntStats) {
    this.path = path;
    this.#handle = handle;
    this.#first = stats;
    this.sizeBytes = Number(stats.size);
  }

  /** @throws FileError (rejects) missing, denied, not-a-file, too-large or unreadable */
  static async open(path: string): Promise<FileSource> {
    let handle: FileHandle;
    try {
      // What is no file may make opening it wait for ever.
      handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      throw unreadable(path, error);
    }
    try {
      const stats = await handle.stat({ bigint: true });
      if (!stats.isFile()) throw new FileError("not-a-file", `${path} is no file, and only files can be sent: pack a folder first.`);
      if (stats.size > maxFileBytes) {
        throw new FileError("too-large", `${path} is too large: ${Math.floor(maxFileBytes / 1e9)} GB are the most that can be sent.`);
      }
      return new FileSource(path, handle, stats);
    } catch (error) {
      await handle.close();
      throw error instanceof FileError ? error : unreadable(path, error);
    }
  }

  /** Its own name, without folders. */
  get name(): string {
    return basename(this.path);
  }

  /** Opens the same file once more. @throws FileError (rejects), changed among others */
  async again(): Promise<FileSource> {
    const other = await FileSource.open(this.path);
    if (isSame(other.#first, this.#first)) return other;
    await other.close();
    throw changed(this.path);
  }

  /** The SHA-256 of the whole of it. @throws FileError (rejects) changed or unreadable */
  async hash(): Promise<Uint8Array> {
    const hash = createHash("sha256");
    for (let offset = 0; offset < this.sizeBytes;) {
      const bytes = await this.#read(offset, readBytes);
      hash.update(bytes);
      offset += bytes.byteLength;
    }
    await this.#checkSame();
    return Uint8Array.from(hash.digest());
  }

  /** Some bytes from `offset` on, at least one; a buffer of the caller's. @throws FileError (rejects) changed or unreadable */
  async read(offset: number): Promise<Uint8Array> {
    const bytes = await this.#read(offset, readBytes);
    await this.#checkSame();
    return bytes;
  }

  /** Safe to call again. */
  async close(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }

  async #read(offset: number, most: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(Math.min(most, this.sizeBytes - offset));
    let bytesRead: number;
    try {
      ({ bytesRead } = await this.#handle.read(buffer, 0, buffer.byteLength, offset));
    } catch (error) {
      throw unreadable(this.path, error);
    }
    if (bytesRead === 0) throw changed(this.path);
    return buffer.subarray(0, bytesRead);
  }

  async #checkSame(): Promise<void> {
    const now = await this.#handle.stat({ bigint: true }).catch((error: unknown) => {
      throw unreadable(this.path, error);
    });
    if (!isSame(now, this.#first)) throw changed(this.path);
  }
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mtimeNs === b.mtimeNs;
}

function changed(path: string): FileError {
  return new FileError("changed", `${path} was changed while it was being sent: send it again when it is at rest.`);
}

function unreadable(path: string, error: unknown): FileError {
  const code = codes[systemCode(error)] ?? "unreadable";
  return new FileError(code, `${path} cannot be sent: ${sentences[code] ?? ""}.`, { cause: error });
}
