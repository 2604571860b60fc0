// The files that come over one session: nothing of one is taken before it was accepted, and of that no more than was offered, in order. What
// breaks this ends the session. What is written is acknowledged; a new connection goes on from there.
import { maxFileBytes, maxFilesAtOnce, maxFileWindowBytes, minFileDataBytes } from "../limits.ts";
import type { FileDataMessage } from "../messages/file-data.ts";
import type { FileOfferMessage } from "../messages/file-offer.ts";
import type { FileResult } from "../messages/file-result.ts";
import type { FileWithdrawMessage, WithdrawReason } from "../messages/file-withdraw.ts";
import { FileError } from "./file-error.ts";
import { safeFileName } from "./file-name.ts";
import type { FilePort, FileProgress } from "./file-port.ts";
import { FileSink } from "./file-sink.ts";

/** So many that have ended are remembered, for an end that was not told. */
const mostEnded = 64;

/**
 * What became of a file that was to come: received, or what the other end was answered; or it was withdrawn (withdrawn, changed, unreadable);
 * lost: the session is over, and what is there is gone on with when it is offered again.
 */
export type IncomingFileFate = Exclude<FileResult, "verified"> | "received" | "withdrawn" | Exclude<WithdrawReason, "cancelled"> | "lost";

/** A file that is offered, or comes. */
export interface IncomingFile extends FileProgress {
  /** Of this end: never used twice, while an other end that begins anew counts its own from 1 again. */
  readonly id: number;
}

/** What is told of a file that comes. */
export interface IncomingFileEvents {
  /** It waits for {@link IncomingFiles.accept} or {@link IncomingFiles.refuse}. */
  onOffered(file: IncomingFile): void;
  onProgress(file: IncomingFile): void;
  /** `path` of one that was received, or of what is kept of one that was not; `error` says what is wrong here. */
  onEnded(file: IncomingFile, fate: IncomingFileFate, more: { readonly path?: string; readonly error?: FileError }): void;
}

interface Incoming extends IncomingFile {
  /** By which the messages call it. */
  readonly wireId: number;
  readonly sha256: Uint8Array;
  /** Once it was accepted; it may still be opened. */
  isWanted: boolean;
  sink: FileSink | undefined;
  /** The present connection's offer has not been answered. */
  isUnanswered: boolean;
  /** Its data may come. */
  isComing: boolean;
  /** What has come, in order; more than is written. */
  receivedBytes: number;
  bytes: number;
  /** It is whole, and is being checked and given its place. */
  finishing: Promise<void> | undefined;
  /** The other end has begun anew meanwhile, and knows nothing of it. */
  isForgotten: boolean;
  isEnded: boolean;
}

/** One end's incoming files. */
export class IncomingFiles {
  readonly #port: FilePort;
  readonly #events: IncomingFileEvents;
  /** By the ids of the messages. */
  readonly #files = new Map<number, Incoming>();
  readonly #ended = new Map<number, FileResult>();
  /** What is being opened or closed. */
  readonly #closing = new Set<Promise<void>>();
  /** Resolves when all is closed of what came before the other end began anew. */
  #before: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #count = 0;

  constructor(port: FilePort, events: IncomingFileEvents) {
    this.#port = port;
    this.#events = events;
  }

  receive(message: FileOfferMessage | FileDataMessage | FileWithdrawMessage): void {
    switch (message.type) {
      case "file-offer":
        return this.#offered(message);
      case "file-data":
        return this.#takeData(message);
      case "file-withdraw":
        return this.#withdrawn(message);
    }
  }

  /** Takes a file that is offered, into a folder. False: there is none of this id that waits. */
  accept(id: number, folder: string): boolean {
    const file = this.#find(id);
    if (file === undefined || file.isWanted) return false;
    file.isWanted = true;
    void this.#untilClosed(this.#open(file, folder));
    return true;
  }

  /** Does not take it, or no more of it; nothing of it is kept. False: there is none of this id. */
  refuse(id: number): boolean {
    const file = this.#find(id);
    if (file === undefined || file.finishing !== undefined) return false;
    void this.#end(file, file.isWanted ? "cancelled" : "declined", { keep: false });
    return true;
  }

  /** The connection is gone. What has come is written; the rest comes when it is offered again. */
  disconnected(): void {
    for (const file of this.#files.values()) {
      file.isComing = false;
      file.isUnanswered = false;
    }
  }

  /** The session is over, or the other end has begun anew. Resolves when all files are closed. */
  async close(): Promise<void> {
    const closing = [...this.#files.values()].map((file) => {
      file.isForgotten = true;
      return file.finishing ?? this.#end(file, "lost", { keep: true });
    });
    this.#files.clear();
    this.#ended.clear();
    this.#lastId = 0;
    this.#before = Promise.all([this.#before, ...closing, ...this.#closing]);
    await this.#before;
  }

  #find(id: number): Incoming | undefined {
    return [...this.#files.values()].find((file) => file.id === id);
  }

  #offered({ id, sizeBytes, sha256, name }: FileOfferMessage): void {
    const known = this.#files.get(id);
    if (known !== undefined) {
      if (known.sizeBytes !== sizeBytes || !Buffer.from(known.sha256).equals(sha256) || known.isUnanswered || known.isComing) {
        return this.#port.violated("illegal-state", "a file was offered as another one, or twice");
      }
      known.isUnanswered = true;
      return void this.#answer(known);
    }
    if (id <= this.#lastId) return void this.#port.send({ type: "file-result", id, result: this.#ended.get(id) ?? "cancelled" });
    this.#lastId = id;
    const nothing = { isWanted: false, sink: undefined, isComing: false, receivedBytes: 0, bytes: 0, finishing: undefined };
    const alive = { isForgotten: false, isEnded: false };
    const file: Incoming = {
      ...alive,
      id: ++this.#count,
      wireId: id,
      name: safeFileName(name),
      sizeBytes,
      sha256,
      isUnanswered: true,
      ...nothing,
    };
    const isTooMany = this.#files.size >= maxFilesAtOnce;
    this.#files.set(id, file);
    if (sizeBytes > maxFileBytes) void this.#end(file, "too-large", { keep: false });
    else if (isTooMany) void this.#end(file, "too-many", { keep: false });
    else this.#events.onOffered(file);
  }

  #takeData({ id, offset, data }: FileDataMessage): void {
    const file = this.#files.get(id);
    // It has ended here, and the other end may not know yet.
    if (file === undefined && id <= this.#lastId) return;
    if (file === undefined || !file.isComing || file.sink === undefined) {
      return this.#port.violated("illegal-state", "data of a file that was not accepted");
    }
    const end = offset + data.byteLength;
    const isShort = data.byteLength < minFileDataBytes && end !== file.sizeBytes;
    if (offset !== file.receivedBytes || end > file.sizeBytes || isShort) {
      return this.#port.violated("malformed", "data of a file that is out of order, beyond its size, or too little");
    }
    if (end - file.sink.written > maxFileWindowBytes) return this.#port.violated("too-large", "more of a file under way than is allowed");
    file.receivedBytes = end;
    file.sink.push(data.slice(), this.#port.scheduler.nowUs(), {
      onWritten: (bytes, receivedUs) => {
        file.bytes = bytes;
        if (file.isComing) this.#port.send({ type: "file-ack", id, bytes, receivedUs });
        this.#events.onProgress(file);
        if (bytes === file.sizeBytes) this.#finish(file);
      },
      onFailed: (error) => void this.#failed(file, error),
    });
  }

  #withdrawn({ id, reason }: FileWithdrawMessage): void {
    if (id > this.#lastId) return this.#port.violated("illegal-state", "a file was withdrawn that was not offered");
    const file = this.#files.get(id);
    if (file !== undefined && file.finishing === undefined)
      void this.#end(file, reason === "cancelled" ? "withdrawn" : reason, { keep: false });
  }

  async #open(file: Incoming, folder: string): Promise<void> {
    const { name, sizeBytes, sha256 } = file;
    try {
      // The same may be growing yet, of an end that has begun anew since.
      await this.#before;
      const sink = await FileSink.open({ folder, name, sizeBytes, sha256 });
      // Ended meanwhile.
      if (file.isEnded) return await sink.close("keep");
      file.sink = sink;
      file.bytes = sink.written;
      await this.#answer(file);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await this.#failed(file, error);
    }
  }

  /** Says from where on it is wanted, when that is known and the other end has asked. */
  async #answer(file: Incoming): Promise<void> {
    await file.sink?.idle();
    const { wireId: id, sink } = file;
    if (!file.isUnanswered || sink === undefined || file.finishing !== undefined || file.isEnded) return;
    file.isUnanswered = false;
    file.receivedBytes = sink.written;
    file.isComing = this.#port.send({ type: "file-accept", id, offset: sink.written });
    this.#events.onProgress(file);
    if (sink.written === file.sizeBytes) this.#finish(file);
  }

  #finish(file: Incoming): void {
    if (file.sink !== undefined) file.finishing ??= this.#place(file, file.sink);
  }

  async #place(file: Incoming, sink: FileSink): Promise<void> {
    try {
      const path = await sink.finish();
      await this.#end(file, "received", { keep: true, path });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await this.#failed(file, error);
    }
  }

  #failed(file: Incoming, error: FileError): Promise<void> {
    const { code } = error;
    return this.#end(file, code === "no-space" || code === "damaged" ? code : "not-written", { keep: true, error });
  }

  /** {@link close} waits for it, too. */
  async #untilClosed(work: Promise<void>): Promise<void> {
    this.#closing.add(work);
    await work;
    this.#closing.delete(work);
  }

  async #end(
    file: Incoming,
    fate: IncomingFileFate,
    how: { readonly keep: boolean; readonly path?: string; readonly error?: FileError },
  ): Promise<void> {
    if (file.isEnded) return;
    file.isEnded = true;
    if (!file.isForgotten) this.#tellEnd(file, fate);
    const { keep, ...more } = how;
    const isUnfinished = fate === "lost" || fate === "no-space" || fate === "not-written";
    const unfinished = isUnfinished && file.sink !== undefined && file.sink.written > 0 ? { path: file.sink.path } : {};
    this.#events.onEnded(file, fate, { ...unfinished, ...more });
    if (file.sink !== undefined) await this.#untilClosed(file.sink.close(keep ? "keep" : "delete"));
  }

  #tellEnd({ wireId: id }: Incoming, fate: IncomingFileFate): void {
    this.#files.delete(id);
    const result = fate === "received" ? "verified" : fate;
    if (result === "lost" || result === "withdrawn" || result === "changed" || result === "unreadable") return;
    this.#port.send({ type: "file-result", id, result });
    this.#ended.set(id, result);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > mostEnded && oldest !== undefined) this.#ended.delete(oldest);
  }
}
