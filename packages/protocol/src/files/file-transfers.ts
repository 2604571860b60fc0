// All files of a program, in both directions and over all its sessions, as its user sees them: each has a number to speak of it by, and events.
import { resolve } from "node:path";
import { cleanText, truncateUtf8 } from "../messages/clean-text.ts";
import { maxFileNameBytes } from "../limits.ts";
import type { Session } from "../session/session.ts";
import { nowUs } from "../time/clock.ts";
import type { FileError } from "./file-error.ts";
import type { FileProgress } from "./file-port.ts";
import { FileSource } from "./file-source.ts";
import type { IncomingFile, IncomingFileFate } from "./incoming-files.ts";
import type { BulkLimits, OutgoingFile, SentFileFate } from "./outgoing-files.ts";
import { SessionFiles } from "./session-files.ts";

/** Progress of a file is told this often at most, microseconds. */
const progressIntervalUs = 500_000;
/** The queue that files may make in the network, ms, and as a share of the budget for the whole way of a picture. */
const mostTargetMs = 15;
const targetShare = 0.1;

/** What became of a file that was to be sent to one end; unwanted: it takes none; not-connected: there is nobody; busy: too many are under way. */
export type FileOutcome = Exclude<SentFileFate, "verified"> | "sent" | "unwanted" | "not-connected" | "busy";

/** What a program is told of its files. */
export interface FileEvent {
  /** Counts the files of the program, in and out. */
  readonly number: number;
  readonly direction: "in" | "out";
  /** offered: it waits for somebody's yes; progress: at most twice a second; received, sent: it is whole, and its hash is right. */
  readonly state: "offered" | "progress" | "received" | "sent" | "failed";
  /** Of one that comes: the name under which it is kept. */
  readonly name: string;
  readonly sizeBytes: number;
  /** What has arrived. */
  readonly bytes: number;
  /** What the other end calls itself. */
  readonly with: string;
  /** Where it is, of one that was received; of one that failed here, where what has come of it is kept, if it is. */
  readonly path?: string;
  /** Why it failed. */
  readonly reason?: Exclude<FileOutcome | IncomingFileFate, "sent" | "received">;
  /** The same as a sentence, where this end knows more. */
  readonly message?: string;
}

/** What a program does with its files. */
export type FileControls = Pick<FileTransfers, "send" | "accept" | "cancel">;

/** How a program's files go. */
export interface FileTransfersOptions {
  /** Whether files may be offered here; default true. */
  readonly isWanted?: boolean;
  /** Where files go that are accepted; default the current folder. */
  readonly folder?: string | undefined;
  /** Take all that are offered. */
  readonly acceptsAll?: boolean;
  onEvent(event: FileEvent): void;
}

/** Whether files may be offered to an end: it has somebody to ask, or a folder for all. */
export function wantsFiles({
  chat,
  acceptFiles,
}: {
  readonly chat?: boolean | undefined;
  readonly acceptFiles?: string | undefined;
}): boolean {
  return chat !== false || acceptFiles !== undefined;
}

/** How files may use a session's link. */
export interface FileLinkOptions {
  /** The user's budget from capture to display, ms; default 200. */
  readonly maxLatencyMs?: number | undefined;
  /** The user's cap for all that is sent, bits a second; default none. */
  readonly capBps?: number | undefined;
  /** Whether pictures are sent that could use more than the link gives them. */
  readonly isShort?: (() => boolean) | undefined;
}

interface Transfer {
  readonly number: number;
  readonly direction: "in" | "out";
  readonly files: SessionFiles;
  readonly id: number;
  /** Whether it is not accepted yet. */
  isOffered: boolean;
  toldUs: number;
  readonly settle: (outcome: FileOutcome) => void;
}

/** The files of a program. */
export class FileTransfers {
  readonly #options: FileTransfersOptions;
  readonly #sessions = new Set<SessionFiles>();
  readonly #transfers = new Map<number, Transfer>();
  #lastNumber = 0;
  #closing: Promise<unknown> = Promise.resolve();

  constructor(options: FileTransfersOptions) {
    this.#options = options;
  }

  /** Exchanges files over this session, too, until it is closed. */
  use(session: Session, link: FileLinkOptions = {}): void {
    const { maxLatencyMs = 200, capBps = Infinity, isShort = () => false } = link;
    const limits: BulkLimits = { targetMs: Math.min(mostTargetMs, maxLatencyMs * targetShare), capBps, isShort };
    const files: SessionFiles = new SessionFiles(session, this.#options.isWanted !== false, limits, {
      incoming: {
        onOffered: (file) => this.#offered(files, file),
        onProgress: (file) => this.#progressed(this.#find(files, "in", file.id), file),
        onEnded: (file, fate, { path, error }) => this.#endedIncoming(this.#find(files, "in", file.id), file, { fate, path, error }),
      },
      outgoing: {
        onProgress: (file) => this.#progressed(this.#find(files, "out", file.id), file),
        onEnded: (file, fate, error) => this.#endedOutgoing(this.#find(files, "out", file.id), file, { fate, error }),
      },
    });
    this.#sessions.add(files);
    session.on("closed", () => {
      this.#sessions.delete(files);
      this.#closing = Promise.all([this.#closing, files.closed]);
    });
  }

  /**
   * Sends a file to the other end of each session. It must not change before it has arrived.
   *
   * @param onRead - is called when it has been read from end to end, before it is offered
   * @returns for each, what became of it there
   * @throws FileError (rejects) when it cannot be read
   */
  async send(path: string, onRead: () => void = () => {}): Promise<readonly { readonly with: string; readonly outcome: FileOutcome }[]> {
    const source = await FileSource.open(path);
    try {
      if (this.#sessions.size === 0) return [];
      const sha256 = await source.hash();
      onRead();
      const outcomes = [...this.#sessions].map(async (files) => ({
        outcome: await this.#sendTo(files, source, sha256),
        with: files.otherName,
      }));
      return await Promise.all(outcomes);
    } finally {
      await source.close();
    }
  }

  /** Takes the file that is offered under this number, by default the oldest. @returns its number; undefined: none is offered */
  accept(number?: number): number | undefined {
    const transfer = this.#choose(number, ({ direction, isOffered }) => direction === "in" && isOffered);
    if (transfer?.files.incoming.accept(transfer.id, this.#folder) !== true) return undefined;
    transfer.isOffered = false;
    return transfer.number;
  }

  /** Ends a file of either direction, offered or under way; by default the newest. @returns its number; undefined: there is none */
  cancel(number?: number): number | undefined {
    const transfer = this.#choose(number ?? [...this.#transfers.keys()].at(-1), () => true);
    if (transfer === undefined) return undefined;
    const { direction, files, id } = transfer;
    const isEnded = direction === "in" ? files.incoming.refuse(id) : files.outgoing.cancel(id);
    return isEnded ? transfer.number : undefined;
  }

  /** Resolves when all that came over sessions that are over is written and closed. */
  async close(): Promise<void> {
    await this.#closing;
  }

  get #folder(): string {
    return resolve(this.#options.folder ?? ".");
  }

  async #sendTo(files: SessionFiles, first: FileSource, sha256: Uint8Array): Promise<FileOutcome> {
    if (!files.canSend) return "unwanted";
    if (!files.outgoing.hasRoom) return "busy";
    const source = await first.again();
    if (!this.#sessions.has(files)) {
      await source.close();
      return "not-connected";
    }
    const name = truncateUtf8(cleanText(first.name, { lines: false }), maxFileNameBytes) || "file";
    const file = files.outgoing.add(source, sha256, name);
    return new Promise((settle) => {
      const transfer = this.#add(files, "out", file.id, settle);
      this.#tell(transfer, file, { state: "offered" });
    });
  }

  #offered(files: SessionFiles, file: IncomingFile): void {
    const transfer = this.#add(files, "in", file.id, () => {});
    this.#tell(transfer, file, { state: "offered" });
    if (this.#options.acceptsAll === true) this.accept(transfer.number);
  }

  #progressed(transfer: Transfer | undefined, file: FileProgress): void {
    if (transfer === undefined) return;
    transfer.isOffered = false;
    const now = nowUs();
    if (now - transfer.toldUs < progressIntervalUs) return;
    transfer.toldUs = now;
    this.#tell(transfer, file, { state: "progress" });
  }

  #endedIncoming(
    transfer: Transfer | undefined,
    file: IncomingFile,
    { fate, path, error }: { readonly fate: IncomingFileFate; readonly path: string | undefined; readonly error: FileError | undefined },
  ): void {
    // One that was refused before its user heard of it.
    if (transfer === undefined) return;
    this.#transfers.delete(transfer.number);
    if (fate === "received") return this.#tell(transfer, file, { state: "received", ...(path !== undefined && { path }) });
    const more = { ...(path !== undefined && { path }), ...(error !== undefined && { message: error.message }) };
    this.#tell(transfer, file, { state: "failed", reason: fate, ...more });
  }

  #endedOutgoing(
    transfer: Transfer | undefined,
    file: OutgoingFile,
    { fate, error }: { readonly fate: SentFileFate; readonly error: FileError | undefined },
  ): void {
    if (transfer === undefined) return;
    this.#transfers.delete(transfer.number);
    const outcome = fate === "verified" ? "sent" : fate;
    if (outcome === "sent") this.#tell(transfer, file, { state: "sent" });
    else this.#tell(transfer, file, { state: "failed", reason: outcome, ...(error !== undefined && { message: error.message }) });
    transfer.settle(outcome);
  }

  #add(files: SessionFiles, direction: "in" | "out", id: number, settle: Transfer["settle"]): Transfer {
    const number = ++this.#lastNumber;
    const transfer: Transfer = { number, direction, files, id, isOffered: true, toldUs: Number.NEGATIVE_INFINITY, settle };
    this.#transfers.set(number, transfer);
    return transfer;
  }

  #find(files: SessionFiles, direction: "in" | "out", id: number): Transfer | undefined {
    return [...this.#transfers.values()].find((it) => it.files === files && it.direction === direction && it.id === id);
  }

  #choose(number: number | undefined, isMeant: (transfer: Transfer) => boolean): Transfer | undefined {
    return [...this.#transfers.values()].find((transfer) => isMeant(transfer) && (number === undefined || transfer.number === number));
  }

  #tell(
    transfer: Transfer,
    { name, sizeBytes, bytes }: FileProgress,
    what: Pick<FileEvent, "state" | "path" | "reason" | "message">,
  ): void {
    const { number, direction, files } = transfer;
    this.#options.onEvent({ number, direction, name, sizeBytes, bytes, with: files.otherName, ...what });
  }
}
