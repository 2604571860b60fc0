// The files of one session, both ways: what its events mean for them.
import { filesFeature } from "../messages/file-offer.ts";
import type { Session } from "../session/session.ts";
import { systemScheduler } from "../time/scheduler.ts";
import type { FilePort } from "./file-port.ts";
import { IncomingFiles, type IncomingFileEvents } from "./incoming-files.ts";
import { type BulkLimits, OutgoingFiles, type OutgoingFileEvents } from "./outgoing-files.ts";

/** What is told of a session's files. */
export interface SessionFileEvents {
  readonly incoming: IncomingFileEvents;
  readonly outgoing: OutgoingFileEvents;
}

/** The files of one session. */
export class SessionFiles {
  readonly incoming: IncomingFiles;
  readonly outgoing: OutgoingFiles;
  #other = { name: "", takesFiles: true };
  #closing: Promise<void> = Promise.resolve();

  /** @param isWanted whether this end takes files; its capabilities say so with `filesFeature` */
  constructor(session: Session, isWanted: boolean, limits: BulkLimits, events: SessionFileEvents) {
    const port: FilePort = {
      scheduler: systemScheduler,
      send: (message) => session.send(message),
      offerBulk: () => session.offerBulk(),
      violated: (code, reason) => void session.close(code, reason),
      sentBytes: () => session.stats().bytesOut,
    };
    this.incoming = new IncomingFiles(port, events.incoming);
    this.outgoing = new OutgoingFiles(port, limits, events.outgoing);
    session.sendBulk(() => this.outgoing.nextBulk());
    session.on("live", ({ resumed, peer }) => {
      this.#other = { name: peer.name, takesFiles: peer.features.includes(filesFeature) };
      // Whoever begins anew counts its files anew.
      if (!resumed) this.#closeIncoming();
      if (this.#other.takesFiles) this.outgoing.connected(resumed);
      else this.outgoing.close("declined");
    });
    session.on("reconnecting", () => this.#disconnected());
    session.on("closed", () => {
      this.#disconnected();
      this.outgoing.close();
      this.#closeIncoming();
    });
    session.on("message", (message) => {
      switch (message.type) {
        case "file-offer":
        case "file-data":
        case "file-withdraw":
          if (isWanted) this.incoming.receive(message);
          else if (message.type === "file-offer") session.send({ type: "file-result", id: message.id, result: "declined" });
          return;
        case "file-accept":
        case "file-ack":
        case "file-result":
          return this.outgoing.receive(message);
        default:
          // The rest is not about files.
          return;
      }
    });
  }

  /** What the other end calls itself; "" before the first connection. */
  get otherName(): string {
    return this.#other.name;
  }

  /** Whether the other end takes files; true while it is not known. */
  get canSend(): boolean {
    return this.#other.takesFiles;
  }

  /** Resolves when no file is open that came over a session that is over. */
  get closed(): Promise<void> {
    return this.#closing;
  }

  #closeIncoming(): void {
    const before = this.#closing;
    this.#closing = this.incoming.close().then(() => before);
  }

  #disconnected(): void {
    this.incoming.disconnected();
    this.outgoing.disconnected();
  }
}
