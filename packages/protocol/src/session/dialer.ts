// The end that calls: opens channels with the invite's credential, and after a loss with the session's own.
import type { VideoCodec } from "../media/codec.ts";
import type { Capabilities } from "../messages/capabilities.ts";
import { type Scheduler, systemScheduler } from "../time/scheduler.ts";
import type { Credential } from "../transport/credential.ts";
import { type CodeKey, dialSecurely } from "../transport/secure-dialer.ts";
import { toTransportError, transportError } from "../transport/transport-error.ts";
import { contactSecret, resumeCredential } from "./resume-secret.ts";
import { SessionDriver } from "./session-driver.ts";
import { Session } from "./session.ts";
import type { DialCredential } from "./state.ts";
import { defaultTiming, type SessionTiming } from "./timing.ts";

/** What this end brings to a session, dialer or listener. */
export interface SessionEndOptions {
  readonly capabilities: Capabilities;
  /** Video codecs that this end can encode. Default: H.264 and JPEG. */
  readonly encodes?: readonly VideoCodec[];
  readonly timing?: Partial<SessionTiming>;
  readonly scheduler?: Scheduler;
  /** Draws the jitter of retries; in [0, 1). */
  readonly random?: () => number;
}

/** Codecs that an end encodes unless it says otherwise. */
export const defaultEncodes: readonly VideoCodec[] = ["h264", "jpeg"];

/** Options of {@link connectSession}. */
export interface ConnectSessionOptions extends SessionEndOptions {
  readonly host: string;
  readonly port: number;
  /** Of an invite: `deriveCredential(invite.secret)`; or a short code, which is used once. */
  readonly credential: Credential | CodeKey;
  /** After a loss, dial until it works, close() is called, or the secret is refused. Default true. */
  readonly reconnect?: boolean;
  /** Keep dialing before there was any connection, too: the other end may not have started yet. Default false. */
  readonly waitForListener?: boolean;
}

/**
 * Calls the other end. The session is given at once, while it is connecting: handlers that are set in the same tick miss
 * nothing. Failure is its "closed" event, with the TransportError; code "refused" when the secret was not accepted.
 */
export function connectSession(options: ConnectSessionOptions): Session {
  const { host, port, credential, reconnect = true, waitForListener = false, scheduler = systemScheduler } = options;
  const timing = { ...defaultTiming, ...options.timing };
  let original: Credential | CodeKey | undefined = credential;
  let resume: Credential | undefined;
  let contact: Buffer | undefined;

  function dial(which: DialCredential): () => void {
    const aborter = new AbortController();
    const { signal } = aborter;
    const proof = which === "resume" && resume !== undefined ? resume : original;
    if (proof === undefined) {
      const timer = setImmediate(() => driver.dialFailed(transportError("refused", `${host}:${port}`)));
      return (): void => clearImmediate(timer);
    }
    dialSecurely({
      host,
      port,
      credential: proof,
      signal,
      connectTimeoutMs: timing.connectMs,
      timeoutMs: timing.openingMs,
      onConnected: () => driver.connected(),
    }).then(
      (channel) => {
        if (signal.aborted) return channel.destroy();
        if (which === "original") {
          resume = resumeCredential(channel);
          contact = contactSecret(channel);
          // Who sits in the middle gets one guess at a code, not one for each reconnect.
          if ("code" in proof) original = undefined;
        }
        driver.attach(channel);
      },
      (error: unknown) => {
        if (!signal.aborted) driver.dialFailed(toTransportError(error, `${host}:${port}`, "unreachable"));
      },
    );
    return (): void => aborter.abort();
  }

  const driver = new SessionDriver({
    rules: { role: "dialer", timing, reconnect, waitForListener },
    scheduler,
    random: options.random ?? Math.random,
    capabilities: options.capabilities,
    encodes: options.encodes ?? defaultEncodes,
    identity: "code" in credential ? "code" : credential.identity,
    dial,
    contactSecret: () => contact,
    returnWith: (next) => (original = next),
  });
  driver.startDialing();
  return new Session(driver);
}
