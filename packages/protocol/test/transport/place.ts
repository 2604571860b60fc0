// What the tests of secure channels share: a listener with one credential and what happens at it, and a proxy that can do anything to the bytes.
import assert from "node:assert/strict";
import net from "node:net";
import { type Credential, CredentialStore, deriveCredential } from "../../src/transport/credential.ts";
import { createSecret } from "../../src/transport/invite.ts";
import type { SecureChannel } from "../../src/transport/secure-channel.ts";
import { type CodeKey, dialSecurely } from "../../src/transport/secure-dialer.ts";
import {
  type ChannelRefusal,
  listenSecurely,
  type ListenSecurelyOptions,
  type SecureListener,
} from "../../src/transport/secure-listener.ts";
import { TransportError } from "../../src/transport/transport-error.ts";

/** A listener with one credential, and all that happened at it. */
export class Place {
  readonly credential = deriveCredential(createSecret());
  readonly store = new CredentialStore();
  readonly channels: SecureChannel[] = [];
  readonly refusals: ChannelRefusal[] = [];
  readonly #arrivals: (() => void)[] = [];
  readonly #dialed: SecureChannel[] = [];
  #listener: SecureListener | undefined;

  get port(): number {
    return this.#listener?.port ?? 0;
  }

  async open(options: Partial<ListenSecurelyOptions> = {}): Promise<this> {
    this.store.admit(this.credential, { use: "many" });
    this.#listener = await listenSecurely({
      host: "127.0.0.1",
      port: 0,
      credentials: this.store,
      onChannel: (channel) => {
        this.channels.push(channel);
        this.#arrivals.shift()?.();
      },
      onRefused: (refusal) => {
        this.refusals.push(refusal);
        this.#arrivals.shift()?.();
      },
      ...options,
    });
    return this;
  }

  /** The next channel or refusal. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#arrivals.push(resolve));
  }

  async dial(credential: Credential | CodeKey = this.credential, port: number = this.port, signal?: AbortSignal): Promise<SecureChannel> {
    const channel = await dialSecurely({ host: "127.0.0.1", port, credential, ...(signal !== undefined && { signal }) });
    this.#dialed.push(channel);
    return channel;
  }

  [Symbol.dispose](): void {
    this.#listener?.close();
    for (const channel of [...this.channels, ...this.#dialed]) channel.destroy();
  }
}

/** The code of the TransportError that this fails with, "none" when it does not. */
export async function codeOf(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
  } catch (error) {
    assert.ok(error instanceof TransportError, String(error));
    return error.code;
  }
  return "none";
}

/** What comes out of a socket until it is closed. */
export function drain(socket: net.Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => {});
  return new Promise((resolve) => socket.once("close", () => resolve(Buffer.concat(chunks))));
}

/** Who listens with a plain TCP server, at a free port, for as long as `using` says. */
export class TcpServer {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  constructor(onConnection: (socket: net.Socket) => void) {
    this.#server = net.createServer((socket) => {
      this.track(socket);
      onConnection(socket);
    });
  }

  /** Destroys this socket, too, at the end. */
  track(socket: net.Socket): net.Socket {
    this.#sockets.add(socket);
    return socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    assert.ok(address !== null && typeof address !== "string");
    return address.port;
  }

  [Symbol.dispose](): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Which way bytes go through a proxy. */
export type Direction = "to-listener" | "to-dialer";

/** A proxy before a port; `change` gives what is passed on of each chunk. */
export function proxyTo(port: () => number, change: (chunk: Buffer, direction: Direction) => Buffer = (chunk) => chunk): TcpServer {
  const proxy: TcpServer = new TcpServer((near) => {
    const far = proxy.track(net.connect(port(), "127.0.0.1"));
    near.on("data", (chunk: Buffer) => far.write(change(chunk, "to-listener")));
    far.on("data", (chunk: Buffer) => near.write(change(chunk, "to-dialer")));
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  return proxy;
}
