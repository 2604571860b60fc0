// What the session tests share: two ends on loopback, with a heart that beats fast, and a proxy that can fall silent.
import net from "node:net";
import { connectSession, type ConnectSessionOptions } from "../../src/session/dialer.ts";
import { listenForSessions, type ListenForSessionsOptions, type SessionListener, type SessionRefusal } from "../../src/session/listener.ts";
import type { SessionEvents } from "../../src/session/session-events.ts";
import type { Session } from "../../src/session/session.ts";
import type { SessionTiming } from "../../src/session/timing.ts";
import type { Capabilities } from "../../src/messages/capabilities.ts";
import { type Credential, CredentialStore, deriveCredential } from "../../src/transport/credential.ts";
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

/** A TCP proxy that can cut its connections, or pass nothing on while keeping them open. */
export class Proxy {
  readonly #pairs = new Set<readonly [net.Socket, net.Socket]>();
  readonly #server: net.Server;
  #mute = false;

  constructor(target: () => number) {
    this.#server = net.createServer((near) => {
      const far = net.connect(target(), "127.0.0.1");
      const pair = [near, far] as const;
      this.#pairs.add(pair);
      this.#forward(near, far);
      this.#forward(far, near);
    });
  }

  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  /** Passes nothing on, in either direction; new connections are accepted and lead nowhere. */
  set mute(mute: boolean) {
    this.#mute = mute;
  }

  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    this.#pairs.clear();
  }

  [Symbol.dispose](): void {
    this.#server.close();
    this.cut();
  }

  #forward(from: net.Socket, to: net.Socket): void {
    from.on("data", (chunk) => {
      if (!this.#mute) to.write(chunk);
    });
    from.on("end", () => {
      if (!this.#mute) to.end();
    });
    from.on("error", () => from.destroy());
    from.on("close", () => {
      if (!this.#mute) to.destroy();
    });
  }
}
