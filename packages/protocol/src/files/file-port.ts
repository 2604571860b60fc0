// What the two halves of a session's files need of it: so that tests can put a link by arithmetic in its place.
import type { CloseCode } from "../messages/close-code.ts";
import type { FileAcceptMessage } from "../messages/file-accept.ts";
import type { FileAckMessage } from "../messages/file-ack.ts";
import type { FileOfferMessage } from "../messages/file-offer.ts";
import type { FileResultMessage } from "../messages/file-result.ts";
import type { FileWithdrawMessage } from "../messages/file-withdraw.ts";
import type { Scheduler } from "../time/scheduler.ts";

/** What is said of files; their data is asked for, see Session.sendBulk. */
export type FileControlMessage = FileOfferMessage | FileAcceptMessage | FileAckMessage | FileResultMessage | FileWithdrawMessage;

/** A session, as its files see it. */
export interface FilePort {
  readonly scheduler: Scheduler;
  /** False: there is no connection; dropped. */
  send(message: FileControlMessage): boolean;
  /** There may be data now, which there was not when it was last asked for. */
  offerBulk(): void;
  /** The other end broke the protocol: the session is over. */
  violated(code: CloseCode, reason: string): void;
  /** What the session has sent since its beginning, files included. */
  sentBytes(): number;
}

/** A file under way, in either direction, as it is told. */
export interface FileProgress {
  readonly name: string;
  readonly sizeBytes: number;
  /** What has arrived, and is written. */
  readonly bytes: number;
}
