// The files that one end sends over one session: offered until the other end decides, sent one after the other as the window and the cap allow, and
// offered again on each new connection, where they go on from what has arrived.
import { BulkAllowance } from "../flow/bulk-allowance.ts";
import { BulkWindow } from "../flow/bulk-window.ts";
import { maxFilesAtOnce } from "../limits.ts";
import type { FileAcceptMessage } from "../messages/file-accept.ts";
import type { FileAckMessage } from "../messages/file-ack.ts";
import type { FileDataMessage } from "../messages/file-data.ts";
import type { FileResult, FileResultMessage } from "../messages/file-result.ts";
import type { FileWithdrawMessage, WithdrawReason } from "../messages/file-withdraw.ts";
import { RateMeter } from "../stats/rate.ts";
import { FileError } from "./file-error.ts";
import type { FilePort, FileProgress } from "./file-port.ts";
import type { FileSource } from "./file-source.ts";

/** Header and fixed fields of a message of data. */
const fileDataOverheadBytes = 20;
/** What the rest of the call sends is looked at again within this time while a file goes, microseconds. */
const recentUs = 500_000;
/** Of a file, read ahead of what is sent: enough for a fast link while the disk is asked, little enough to be forgotten. */
const aheadBytes = 131_072;

/**
 * What became of a file that was sent: what the other end says (verified: it is there), or withdrawn for one of the reasons; lost: the session is
 * over.
 */
export type SentFileFate = FileResult | WithdrawReason | "lost";

/** How a session's files may use its link. */
export interface BulkLimits {
  /** The queue that files may make in the network. */
  readonly targetMs: number;
  /** Of all that is sent, bits a second; Infinity: what the link gives. */
  readonly capBps: number;
  /** Whether the pictures could use more than the link gives them. */
  isShort(): boolean;
}

/** A file that is offered or sent. */
export interface OutgoingFile extends FileProgress {
  readonly id: number;
}

/** What is told of a file that is sent. */
export interface OutgoingFileEvents {
  onProgress(file: OutgoingFile): void;
  onEnded(file: OutgoingFile, fate: SentFileFate, error?: FileError): void;
}

interface Outgoing extends OutgoingFile {
  readonly source: FileSource;
  readonly sha256: Uint8Array;
  /** Accepted on the present connection. */
  isAccepted: boolean;
  bytes: number;
  sentBytes: number;
  /** What was read, from `sentBytes` on. */
  ahead: Uint8Array;
  /** Changes when what is being read is not wanted any more; undefined: nothing is being read. */
  reading: object | undefined;
}

/** One end's outgoing files. */
export class OutgoingFiles {
  readonly #port: FilePort;
  readonly #limits: BulkLimits;
  readonly #events: OutgoingFileEvents;
  readonly #files = new Map<number, Outgoing>();
  readonly #restBitRate = new RateMeter();
  #allowance: BulkAllowance;
  #window: BulkWindow;
  /** Withdrawn while there was no connection. */
  readonly #untold: FileWithdrawMessage[] = [];
  #lastId = 0;
  #isConnected = false;
  #cancelTimer: (() => void) | undefined;
  /** What of the session's bytes was not of files, when that was last looked at. */
  #known = { bytes: 0, atUs: Number.NEGATIVE_INFINITY };
  #fileBytes = 0;

  constructor(port: FilePort, limits: BulkLimits, events: OutgoingFileEvents) {
    this.#port = port;
    this.#limits = limits;
    this.#events = events;
    this.#allowance = new BulkAllowance(limits.capBps);
    this.#window = new BulkWindow(limits);
  }

  /** Whether another one may be offered. */
  get hasRoom(): boolean {
    return this.#files.size < maxFilesAtOnce;
  }

  /** Offers a file, now or with the next connection. The source is closed in the end. */
  add(source: FileSource, sha256: Uint8Array, name: string): OutgoingFile {
    const id = ++this.#lastId;
    const { sizeBytes } = source;
    const unread = { isAccepted: false, bytes: 0, sentBytes: 0, ahead: new Uint8Array(0), reading: undefined };
    const file: Outgoing = { id, name, sizeBytes, source, sha256, ...unread };
    this.#files.set(id, file);
    if (this.#isConnected) this.#offer(file);
    return file;
  }

  /** There is a connection to an end that takes files. @param isResumed it knows what was offered before */
  connected(isResumed: boolean): void {
    this.#isConnected = true;
    const untold = this.#untold.splice(0);
    if (isResumed) for (const message of untold) this.#port.send(message);
    this.#window = new BulkWindow(this.#limits);
    this.#allowance = new BulkAllowance(this.#limits.capBps);
    for (const file of this.#files.values()) this.#offer(file);
  }

  /** There is none any more: what was under way is sent again, from what the other end says that it has. */
  disconnected(): void {
    this.#isConnected = false;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (const file of this.#files.values()) {
      file.isAccepted = false;
      this.#forgetAhead(file);
    }
  }

  receive(message: FileAcceptMessage | FileAckMessage | FileResultMessage): void {
    if (message.id === 0 || message.id > this.#lastId) return this.#port.violated("illegal-state", `${message.type} of no file`);
    const file = this.#files.get(message.id);
    // It has ended here, and the other end may not know yet.
    if (file === undefined) return;
    if (message.type === "file-result") return this.#end(file, message.result);
    if (message.type === "file-accept") this.#accepted(file, message);
    else this.#acknowledged(file, message);
  }

  /** Does not send it, or no more of it. False: there is no such file. */
  cancel(id: number): boolean {
    const file = this.#files.get(id);
    if (file !== undefined) this.#withdraw(file, "cancelled");
    return file !== undefined;
  }

  /** The session is over, or the other end takes no files. */
  close(fate: SentFileFate = "lost"): void {
    this.disconnected();
    for (const file of this.#files.values()) this.#end(file, fate);
  }

  /** The next message of data, if there is one and it may go now. */
  nextBulk(): FileDataMessage | undefined {
    const file = this.#sending();
    if (file === undefined) return undefined;
    const nowUs = this.#port.scheduler.nowUs();
    const rest = { bps: this.#restBps(), isShort: this.#limits.isShort() };
    if (this.#isOverCap()) return undefined;
    const bytes = Math.min(this.#window.room(rest, nowUs), file.sizeBytes - file.sentBytes);
    if (bytes <= 0) return undefined;
    // A message that is not the last has its least size: it waits until so much is read.
    if (file.ahead.byteLength < bytes) {
      this.#readAhead(file);
      return undefined;
    }
    const message: FileDataMessage = { type: "file-data", id: file.id, offset: file.sentBytes, data: file.ahead.subarray(0, bytes) };
    file.ahead = file.ahead.subarray(bytes);
    file.sentBytes += bytes;
    this.#fileBytes += bytes + fileDataOverheadBytes;
    this.#window.onSent(bytes, nowUs);
    if (file.ahead.byteLength < aheadBytes / 2) this.#readAhead(file);
    return message;
  }

  #sending(): Outgoing | undefined {
    for (const file of this.#files.values()) if (file.isAccepted && file.sentBytes < file.sizeBytes) return file;
    return undefined;
  }

  /** What the rest of the call sends, bits a second. */
  #restBps(): number {
    const nowUs = this.#port.scheduler.nowUs();
    const restBytes = this.#port.sentBytes() - this.#fileBytes;
    // What went while no file did is of another time: it would look as if all of it had gone just now.
    const isRecent = nowUs - this.#known.atUs < recentUs;
    if (isRecent && restBytes > this.#known.bytes) this.#restBitRate.add((restBytes - this.#known.bytes) * 8, nowUs);
    this.#known = { bytes: restBytes, atUs: nowUs };
    return this.#restBitRate.perSecond(nowUs);
  }

  #isOverCap(): boolean {
    const { scheduler } = this.#port;
    this.#allowance.spend(this.#port.sentBytes(), scheduler.nowUs());
    const { waitMs } = this.#allowance;
    if (waitMs === 0) return false;
    this.#cancelTimer ??= scheduler.after(waitMs, () => {
      this.#cancelTimer = undefined;
      this.#port.offerBulk();
    });
    return true;
  }

  #offer({ id, sizeBytes, sha256, name }: Outgoing): void {
    this.#port.send({ type: "file-offer", id, sizeBytes, sha256, name });
  }

  #accepted(file: Outgoing, { offset }: FileAcceptMessage): void {
    if (file.isAccepted) return this.#port.violated("illegal-state", "a file was accepted twice");
    if (offset > file.sizeBytes) return this.#port.violated("malformed", "a file was accepted from beyond its end");
    file.isAccepted = true;
    file.sentBytes = offset;
    file.bytes = offset;
    this.#forgetAhead(file);
    this.#events.onProgress(file);
    this.#readAhead(file);
  }

  #acknowledged(file: Outgoing, { bytes, receivedUs }: FileAckMessage): void {
    if (!file.isAccepted || bytes > file.sentBytes)
      return this.#port.violated("malformed", "more of a file was acknowledged than was sent");
    if (bytes <= file.bytes) return;
    this.#window.onAck(bytes - file.bytes, receivedUs, this.#port.scheduler.nowUs());
    file.bytes = bytes;
    this.#events.onProgress(file);
    this.#port.offerBulk();
  }

  #readAhead(file: Outgoing): void {
    const offset = file.sentBytes + file.ahead.byteLength;
    if (file.reading !== undefined || offset >= file.sizeBytes) return;
    const reading = {};
    file.reading = reading;
    void file.source.read(offset).then(
      (bytes) => {
        if (file.reading !== reading) return;
        file.reading = undefined;
        file.ahead = file.ahead.byteLength === 0 ? bytes : Buffer.concat([file.ahead, bytes]);
        this.#port.offerBulk();
      },
      (error: unknown) => {
        if (!(error instanceof FileError)) throw error;
        this.#withdraw(file, error.code === "changed" ? "changed" : "unreadable", error);
      },
    );
  }

  #forgetAhead(file: Outgoing): void {
    file.ahead = new Uint8Array(0);
    file.reading = undefined;
  }

  #withdraw(file: Outgoing, reason: WithdrawReason, error?: FileError): void {
    if (!this.#files.has(file.id)) return;
    const message = { type: "file-withdraw", id: file.id, reason } as const;
    if (!this.#port.send(message)) this.#untold.push(message);
    this.#end(file, reason, error);
  }

  #end(file: Outgoing, fate: SentFileFate, error?: FileError): void {
    this.#files.delete(file.id);
    this.#forgetAhead(file);
    void file.source.close();
    // What of it is under way is acknowledged no more: it counts as arrived.
    if (fate !== "lost") this.#window.forget(file.sentBytes - file.bytes);
    if (fate === "verified") file.bytes = file.sizeBytes;
    this.#events.onEnded(file, fate, error);
    this.#port.offerBulk();
  }
}
