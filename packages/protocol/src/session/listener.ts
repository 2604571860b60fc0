// The end that is called: one place to listen at, any number of sessions. A channel that proved a session's own secret goes
// to that session; one that proved an invite, a key or a known peer's secret begins a new one.
import { defaultMaxReceivers } from "../limits.ts";
import type { CloseCode } from "../messages/close-code.ts";
import { systemScheduler } from "../time/scheduler.ts";
import type { CodeOffer, Credential, CredentialClaim, CredentialSource } from "../transport/credential.ts";
import type { SecureChannel } from "../transport/secure-channel.ts";
import { type ChannelRefusalCode, listenSecurely, type SecureListener } from "../transport/secure-listener.ts";
import { defaultEncodes, type SessionEndOptions } from "./dialer.ts";
import type { Disagreement } from "./negotiation.ts";
import { contactSecret, resumeCredential } from "./resume-secret.ts";
import { SessionDriver } from "./session-driver.ts";
import { Session } from "./session.ts";
import { defaultTiming, type SessionTiming } from "./timing.ts";

/** Why someone was not let in: before authentication, or after it because the secret was `used` up or the place is full (`busy`). */
export interface SessionRefusal {
  readonly remoteAddress: string;
  readonly code: ChannelRefusalCode | "used" | "busy";
  /** For a log. */
  readonly detail: string;
}

/** Options of {@link listenForSessions}. */
export interface ListenForSessionsOptions extends SessionEndOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly credentials: CredentialSource;
  /** Sessions at the same time. One that waits for its other end makes room for a new one. */
  readonly maxSessions?: number;
  /** A session becomes live for the first time: set its handlers now, "live" follows at once. */
  onSession(session: Session): void;
  onRefused?(refusal: SessionRefusal): void;
}

/** A place where sessions begin. */
export interface SessionListener {
  readonly host: string;
  readonly port: number;
  /** The sessions that have been live and are not closed. */
  readonly sessions: ReadonlySet<Session>;
  /** Ends every session that began with this credential, for good ("revoked"); gives their number. The store is the caller's. */
  revoke(identity: string): number;
  /** Stops listening and ends all sessions. After "going-away" dialers come back, after "normal" they do not. */
  close(code?: CloseCode, reason?: string): Promise<void>;
}

/**
 * Waits for others to call.
 * @throws TransportError (rejects) `address-in-use`, `address-not-available`, `host-not-found`, `permission-denied`
 */
export async function listenForSessions(options: ListenForSessionsOptions): Promise<SessionListener> {
  const reception = new Reception(options);
  reception.place = await listenSecurely({
    host: options.host,
    port: options.port,
    credentials: reception,
    onChannel: (channel) => reception.receive(channel),
    onRefused: (refusal) => options.onRefused?.(refusal),
  });
  return {
    host: reception.place.host,
    port: reception.place.port,
    sessions: reception.sessions,
    revoke: (identity) => reception.revoke(identity),
    close: (code = "normal", reason = "") => reception.close(code, reason),
  };
}

/** A session from its first channel on. */
interface Guest {
  readonly session: Session;
  readonly driver: SessionDriver;
  readonly resume: Credential;
  claim: CredentialClaim | undefined;
}

class Reception {
  readonly sessions = new Set<Session>();
  place: SecureListener | undefined;
  readonly #options: ListenForSessionsOptions;
  readonly #timing: SessionTiming;
  /** Sessions that are open or opening. */
  readonly #guests = new Set<Guest>();
  /** Sessions that were let in, by the identity of their own secret. */
  readonly #resumable = new Map<string, Guest>();

  constructor(options: ListenForSessionsOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
  }

  lookup(identity: string): Credential | undefined {
    const { credentials } = this.#options;
    const known = this.#resumable.get(identity);
    if (known === undefined) return credentials.lookup(identity);
    return credentials.stands?.(known.session.identity) === false ? undefined : known.resume;
  }

  code(): CodeOffer | undefined {
    return this.#options.credentials.code?.();
  }

  receive(channel: SecureChannel): void {
    const known = this.#resumable.get(channel.identity);
    if (known !== undefined) return known.driver.attach(channel);
    this.#begin(channel);
  }

  revoke(identity: string): number {
    const revoked = Array.from(this.#guests).filter((guest) => guest.session.identity === identity);
    for (const guest of revoked) void guest.session.close("revoked");
    return revoked.length;
  }

  async close(code: CloseCode, reason: string): Promise<void> {
    this.place?.close();
    await Promise.all(Array.from(this.#guests, ({ session }) => session.close(code, reason)));
  }

  #begin(channel: SecureChannel): void {
    const { capabilities, scheduler = systemScheduler, random = Math.random, encodes = defaultEncodes } = this.#options;
    const contact = contactSecret(channel);
    const driver = new SessionDriver({
      rules: { role: "listener", timing: this.#timing, reconnect: false, waitForListener: false },
      scheduler,
      random,
      capabilities,
      encodes,
      identity: channel.identity,
      contactSecret: () => contact,
      refuse: () => this.#refuse(guest, channel),
      onFirstLive: () => this.#admit(guest),
    });
    const guest: Guest = { session: new Session(driver), driver, resume: resumeCredential(channel), claim: undefined };
    this.#guests.add(guest);
    guest.session.on("closed", () => {
      guest.claim?.release();
      this.#guests.delete(guest);
      this.#resumable.delete(guest.resume.identity);
      this.sessions.delete(guest.session);
    });
    driver.startListening(channel);
  }

  /** The last question before a session is live. On a resumed one it was answered at the beginning. */
  #refuse(guest: Guest, { remoteAddress }: SecureChannel): Disagreement | undefined {
    if (guest.claim !== undefined) return undefined;
    if (!this.#makeRoom()) {
      this.#options.onRefused?.({ remoteAddress, code: "busy", detail: `${this.sessions.size} sessions are open` });
      return { agreed: false, code: "busy", reason: "no place is free" };
    }
    guest.claim = this.#options.credentials.claim(guest.session.identity);
    if (guest.claim !== undefined) {
      // From now on the other end may be live, and if it loses the connection before we are, this is how it comes back.
      this.#resumable.set(guest.resume.identity, guest);
      return undefined;
    }
    this.#options.onRefused?.({ remoteAddress, code: "used", detail: "the secret was used by another" });
    return { agreed: false, code: "refused", reason: "" };
  }

  #makeRoom(): boolean {
    const places = this.#options.maxSessions ?? defaultMaxReceivers;
    const taken = Array.from(this.#guests).filter((guest) => guest.claim !== undefined);
    if (taken.length < places) return true;
    const absent = taken.find(({ session }) => session.status === "reconnecting");
    void absent?.session.close("going-away");
    return absent !== undefined;
  }

  #admit(guest: Guest): void {
    guest.claim?.commit();
    this.sessions.add(guest.session);
    this.#options.onSession(guest.session);
  }
}
