// A file that comes: it grows beside its place under a name of its own, is checked as it grows, and gets its place when it is whole.
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename, statfs, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Micros } from "../time/clock.ts";
import { systemCode } from "../system-code.ts";
import { FileError } from "./file-error.ts";
import { numberedName, partName } from "./file-name.ts";

/** Room that a file leaves on the disk: other programs need some, too. */
const leastFreeBytes = 200_000_000;
/** After so many bytes it is looked at again: other files may be growing, too. */
const roomCheckBytes = 16_777_216;
/** Only its owner reads it, until he says otherwise. */
const mode = 0o600;
/** What was there is hashed in such steps. */
const readBytes = 131_072;
/** Names that are tried: "name (999).ext" is the last. */
const mostNames = 1_000;

/** Files that grow now: two of the same content in one folder would write into each other. */
const growing = new Set<string>();

/** What is to come. */
export interface FileSinkOptions {
  readonly folder: string;
  /** Safe, see safeFileName. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: Uint8Array;
}

/** What a sink tells of its writing. */
export interface FileSinkEvents {
  /** So much is written, from the beginning, the newest of which was received then. */
  onWritten(bytes: number, receivedUs: Micros): void;
  onFailed(error: FileError): void;
}

interface QueuedData {
  readonly data: Uint8Array;
  readonly receivedUs: Micros;
}

/** A growing file. */
export class FileSink {
  readonly #options: FileSinkOptions;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #hash = createHash("sha256");
  readonly #queue: QueuedData[] = [];
  #writing: Promise<void> | undefined;
  #written = 0;
  #roomCheckedAt = 0;
  #isClosed = false;

  private constructor(options: FileSinkOptions, path: string, handle: FileHandle) {
    this.#options = options;
    this.#path = path;
    this.#handle = handle;
  }

  /** Opens it, at the end of what is there already. @throws FileError (rejects) no-space or not-written */
  static async open(options: FileSinkOptions): Promise<FileSink> {
    const path = join(options.folder, partName(options.name, options.sha256));
    if (growing.has(path)) throw new FileError("not-written", `${options.name} is being received already.`);
    growing.add(path);
    let handle: FileHandle | undefined;
    try {
      await mkdir(options.folder, { recursive: true, mode: 0o700 });
      handle = await open(path, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), mode);
      const sink = new FileSink(options, path, handle);
      await sink.#resume();
      return sink;
    } catch (error) {
      // Nothing is left of what did not begin; what was there stays.
      if (handle !== undefined && (await handle.stat()).size === 0) await unlink(path).catch(() => {});
      await handle?.close();
      growing.delete(path);
      throw toFileError(options, error);
    }
  }

  /** Where it grows. */
  get path(): string {
    return this.#path;
  }

  /** Bytes that are in the file. */
  get written(): number {
    return this.#written;
  }

  /** Writes `data`, which is the sink's from now on, behind all that was pushed before. */
  push(data: Uint8Array, receivedUs: Micros, events: FileSinkEvents): void {
    this.#queue.push({ data, receivedUs });
    this.#writing ??= this.#write(events);
  }

  /** Resolves when nothing waits to be written. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  /**
   * Checks the whole and gives it its place, beside all that is there.
   *
   * @returns its path
   * @throws FileError (rejects) damaged: then nothing of it is kept; or no-space, not-written
   */
  async finish(): Promise<string> {
    await this.idle();
    const isEqual = this.#hash.digest().equals(this.#options.sha256);
    if (!isEqual) {
      await this.close("delete");
      throw new FileError("damaged", `${this.#options.name} did not arrive as it was offered, and is not kept: have it sent again.`);
    }
    try {
      await this.#handle.sync();
      await this.close("keep");
      return await this.#place();
    } catch (error) {
      // All of it is there, or as much as the disk took: it can be offered again.
      await this.close("keep");
      throw toFileError(this.#options, error);
    }
  }

  /** Ends it. An unfinished file that is kept is gone on with when the same content is offered again; one without content is not kept. */
  async close(what: "keep" | "delete"): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue.length = 0;
    await this.#writing;
    await this.#handle.close().catch(() => {});
    const isWorthless = this.#written === 0 && this.#options.sizeBytes > 0;
    if (what === "delete" || isWorthless) await unlink(this.#path).catch(() => {});
    growing.delete(this.#path);
  }

  async #resume(): Promise<void> {
    const { sizeBytes, name } = this.#options;
    const stats = await this.#handle.stat();
    // A file that has another name, too, is not one that we have made.
    if (!stats.isFile() || stats.nlink > 1) throw new FileError("not-written", `${this.#path} is in the way of ${name}: move it away.`);
    if (stats.size > sizeBytes) await this.#handle.truncate(0);
    const there = stats.size > sizeBytes ? 0 : stats.size;
    await this.#checkRoom(sizeBytes - there);
    const buffer = new Uint8Array(readBytes);
    while (this.#written < there) {
      const { bytesRead } = await this.#handle.read(buffer, 0, Math.min(readBytes, there - this.#written), this.#written);
      if (bytesRead === 0) break;
      this.#hash.update(buffer.subarray(0, bytesRead));
      this.#written += bytesRead;
    }
  }

  /** @throws FileError no-space */
  async #checkRoom(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#options.folder);
    if (bavail * bsize - leastFreeBytes < bytes) throw noSpace(this.#options);
    this.#roomCheckedAt = this.#written;
  }

  async #write(events: FileSinkEvents): Promise<void> {
    try {
      while (this.#queue.length > 0 && !this.#isClosed) {
        const taken = this.#queue.splice(0);
        const bytes = Buffer.concat(taken.map(({ data }) => data));
        if (this.#written - this.#roomCheckedAt > roomCheckBytes) await this.#checkRoom(bytes.byteLength);
        for (let at = 0; at < bytes.byteLength;) {
          const { bytesWritten } = await this.#handle.write(bytes, at, bytes.byteLength - at, this.#written);
          this.#hash.update(bytes.subarray(at, at + bytesWritten));
          at += bytesWritten;
          this.#written += bytesWritten;
        }
        if (!this.#isClosed) events.onWritten(this.#written, taken.at(-1)?.receivedUs ?? (0 as Micros));
      }
      this.#writing = undefined;
    } catch (error) {
      // Later data must not be written behind a gap: the loop is not begun again, since #writing stays.
      this.#queue.length = 0;
      events.onFailed(toFileError(this.#options, error));
    }
  }

  async #place(): Promise<string> {
    const { folder, name } = this.#options;
    for (let count = 0; count < mostNames; count++) {
      const path = join(folder, numberedName(name, count));
      try {
        // Takes the name, and fails where it is taken; renaming alone would overwrite.
        await (await open(path, "wx", mode)).close();
      } catch (error) {
        if (systemCode(error) === "EEXIST") continue;
        throw error;
      }
      try {
        await rename(this.#path, path);
        return path;
      } catch (error) {
        await unlink(path).catch(() => {});
        throw error;
      }
    }
    throw new FileError("not-written", `There are too many files called ${name} in ${folder}: move some away.`);
  }
}

function noSpace({ name, folder }: FileSinkOptions, cause?: unknown): FileError {
  return new FileError("no-space", `There is no room for ${name} in ${folder}: free some, and have it sent again.`, { cause });
}

function toFileError(options: FileSinkOptions, error: unknown): FileError {
  if (error instanceof FileError) return error;
  const code = systemCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") return noSpace(options, error);
  const why = { EACCES: "it may not be written there", EROFS: "nothing can be written there", ELOOP: "a link is in the way" }[code] ?? code;
  return new FileError("not-written", `${options.name} cannot be kept in ${options.folder}: ${why}.`, { cause: error });
}
