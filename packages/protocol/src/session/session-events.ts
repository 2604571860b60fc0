// What a session tells and counts: the types between session.ts and those who use it.
import type { Capabilities } from "../messages/capabilities.ts";
import type { CloseCode } from "../messages/close-code.ts";
import type { FileDataMessage } from "../messages/file-data.ts";
import type { NetworkMessage } from "../messages/message.ts";
import type { VideoMessage } from "../messages/video.ts";
import type { TransportError } from "../transport/transport-error.ts";
import type { Negotiated } from "./negotiation.ts";
import type { EndedBy } from "./state.ts";

/** A message that the session keeps to itself: the application neither sends nor sees it. */
type SessionMessageType = "hello" | "ready" | "ping" | "pong" | "close" | "text" | "text-ack";

/** What Session.send takes: all that is neither the session's own, nor video, nor bulk. */
export type MediaMessage = Exclude<NetworkMessage, VideoMessage | FileDataMessage | { readonly type: SessionMessageType }>;

/** What a session tells, by name. Handlers are called synchronously. */
export interface SessionEvents {
  /**
   * A connection is live. With `resumed` it is the same session as before; without, on a second time, the other end has
   * started anew and knows nothing of before. Either way the connection is new: tracks are announced and counted from zero.
   */
  readonly live: {
    readonly resumed: boolean;
    readonly remoteAddress: string;
    readonly peer: Capabilities;
    readonly negotiated: Negotiated;
  };
  /** Nothing was heard for a while (true), or it is heard again (false). */
  readonly silent: { readonly silent: boolean };
  /** The connection is gone; what was not sent is dropped, texts excepted. */
  readonly reconnecting: { readonly cause: string };
  /** A dial failed, for the `failures`th time in this outage; the next is in `delayMs`. */
  readonly attempt: { readonly failures: number; readonly delayMs: number; readonly error: TransportError };
  /** `data` of a video, audio or file-data message is only valid during the call. */
  readonly message: MediaMessage | VideoMessage | FileDataMessage;
  readonly text: { readonly text: string };
  /** The end; nothing follows. `error` when it ended because no connection could be had. */
  readonly closed: {
    readonly code: CloseCode;
    readonly reason: string;
    readonly by: EndedBy;
    readonly error: TransportError | undefined;
  };
}

/** A session's counters since its beginning, over all its connections. */
export interface SessionStats {
  /** Plaintext bytes that came in. */
  readonly bytesIn: number;
  /** Plaintext bytes that were given to the system. */
  readonly bytesOut: number;
  /** Bytes that wait for the socket. */
  readonly queuedBytes: number;
  /** Round trip of the best of the last pings; undefined before the first pong. */
  readonly rttUs: number | undefined;
  /** Connections after the first that became live. */
  readonly reconnects: number;
}
