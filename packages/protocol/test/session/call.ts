// What the session tests share: two ends on loopback, with a heart that beats fast, and a network with faults between them.
import { connectSession, type ConnectSessionOptions } from "../../src/session/dialer.ts";
import { listenForSessions, type ListenForSessionsOptions, type SessionListener, type SessionRefusal } from "../../src/session/listener.ts";
import type { SessionEvents } from "../../src/session/session-events.ts";
import type { Session } from "../../src/session/session.ts";
import type { SessionTiming } from "../../src/session/timing.ts";
import type { Capabilities } from "../../src/messages/capabilities.ts";
import { type Credential, CredentialStore, deriveCredential } from "../../src/transport/credential.ts";
import { FaultProxy } from "../../src/testing/fault-proxy.ts";
import { createSecret } from "../../src/transport/invite.ts";

export const capabilities: Capabilities = {
  name: "a test",
  software: "test/1",
  sends: ["video"],
  receives: ["video"],
  videoCodecs: ["h264", "jpeg"],
  maxWidthPx: 1_280,
  maxHeightPx: 720,
  maxFrameRate: 30,
  features: [],
};

export const fast: Partial<SessionTiming> = {
  heartbeatMs: 100,
  firstHeartbeatMs: 10,
  silentAfterMs: 250,
  deadAfterMs: 500,
  retryMinMs: 20,
  retryMaxMs: 60,
  connectMs: 300,
  openingMs: 1_000,
  lingerMs: 300,
};

/** The next such event, or an error after two seconds. */
export function next<K extends keyof SessionEvents>(session: Session, event: K): Promise<SessionEvents[K]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no "${event}" within 2 s; the session is ${session.status}`)), 2_000);
    const off = session.on(event, (value) => {
      clearTimeout(timer);
      off();
      resolve(value);
    });
  });
}

/** A listener with one credential, and what happens at it. */
export class Host {
  readonly credential: Credential = deriveCredential(createSecret());
  readonly store = new CredentialStore();
  readonly sessions: Session[] = [];
  readonly refusals: SessionRefusal[] = [];
  readonly texts: string[] = [];
  readonly #dialed: Session[] = [];
  readonly #waiting: ((session: Session) => void)[] = [];
  #listener: SessionListener | undefined;

  constructor(use: "single" | "many" = "many") {
    this.store.admit(this.credential, { use });
  }

  get listener(): SessionListener {
    if (this.#listener === undefined) throw new Error("not listening");
    return this.#listener;
  }

  async listen(options: Partial<ListenForSessionsOptions> = {}): Promise<this> {
    this.#listener = await listenForSessions({
      host: "127.0.0.1",
      port: 0,
      credentials: this.store,
      capabilities,
      timing: fast,
      onSession: (session) => {
        this.sessions.push(session);
        session.on("text", ({ text }) => this.texts.push(text));
        this.#waiting.shift()?.(session);
      },
      onRefused: (refusal) => this.refusals.push(refusal),
      ...options,
    });
    return this;
  }

  /** The next new session. */
  session(): Promise<Session> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  dial(options: Partial<ConnectSessionOptions> = {}): Session {
    const session = connectSession({
      host: "127.0.0.1",
      port: options.port ?? this.listener.port,
      credential: this.credential,
      capabilities,
      timing: fast,
      ...options,
    });
    this.#dialed.push(session);
    return session;
  }

  /** Both ends of a new call. */
  async call(options: Partial<ConnectSessionOptions> = {}): Promise<{ dialer: Session; listener: Session }> {
    const listener = this.session();
    const dialer = this.dial(options);
    await next(dialer, "live");
    return { dialer, listener: await listener };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#dialed.map((session) => session.close()));
    await this.#listener?.close();
  }
}

/** A proxy before this listener, which may be another one after it was started anew. */
export function proxyTo(host: Host): Promise<FaultProxy> {
  return FaultProxy.start({ targetPort: () => host.listener.port });
}
