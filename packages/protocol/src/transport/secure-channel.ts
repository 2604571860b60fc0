// The secure channel: TLS 1.3 keyed by a pre-shared key, and nothing else. Both ends have proved that they know the
// secret before the first byte of ours; there are no certificates, no older versions and no plaintext.
import { constants, randomBytes } from "node:crypto";
import net from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import { maxUnauthenticatedBytes, openingTimeoutMs } from "../limits.ts";
import { nowUs } from "../time/clock.ts";
import { Admission, type AdmissionRefusal } from "./admission.ts";
import type { Credential, CredentialSource } from "./credential.ts";
import { systemCode, toTransportError, transportError, type TransportError } from "./transport-error.ts";

/**
 * Until TCP answers. Short, because of outages: the system sends its second SYN after 1 s and its third after 3 s, so an
 * attempt that is given up after 2 s and made anew finds a healed link sooner than one that waits.
 */
export const connectTimeoutMs = 2_000;

const pskBytes = 32;

/** That connections are turned away unheard is told at most this often. */
const turnedAwayIntervalUs = 1_000_000;

const tlsOptions = {
  minVersion: "TLSv1.3",
  maxVersion: "TLSv1.3",
  // Only the suites of SHA-256 work with an external PSK in OpenSSL.
  ciphers: "TLS_AES_128_GCM_SHA256",
} as const;

/** An authenticated, encrypted byte stream between two computers. */
export interface SecureChannel {
  /** The plaintext side. Whoever holds the channel reads it, writes it, and listens to its 'close'; errors destroy it. */
  readonly socket: Duplex;
  readonly role: "dialer" | "listener";
  /** Identity of the credential that both ends proved. */
  readonly identity: string;
  /** The other end's IP address. */
  readonly remoteAddress: string;
  /** 32 bytes that only the two ends of this very channel can know (RFC 8446, section 7.5), one value a label. */
  exportKey(label: string): Buffer;
  destroy(): void;
}

/**
 * Why a connection was not let in:
 * - `not-authenticated`: it did not prove a secret that is admitted;
 * - `timeout`: not within {@link openingTimeoutMs};
 * - `lost`: it went away by itself;
 * - one of {@link AdmissionRefusal}: it was not even heard.
 */
export type ChannelRefusalCode = "not-authenticated" | "timeout" | "lost" | AdmissionRefusal;

/** A connection that was not let in. `detail` is for a log; the other end learns only that it is refused. */
export interface ChannelRefusal {
  readonly remoteAddress: string;
  readonly code: ChannelRefusalCode;
  readonly detail: string;
}

/** Options of {@link listenSecurely}. `host` is an address of this computer or a name of it; port 0 takes a free one. */
export interface ListenSecurelyOptions {
  readonly host: string;
  readonly port: number;
  readonly credentials: Pick<CredentialSource, "lookup">;
  onChannel(channel: SecureChannel): void;
  onRefused?(refusal: ChannelRefusal): void;
  readonly timeoutMs?: number;
  readonly maxPending?: number;
}

/** A place where secure channels are accepted. */
export interface SecureListener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting and cuts what is not authenticated yet; the channels that were handed out go on. */
  close(): void;
}

interface PendingChannel {
  readonly raw: net.Socket;
  readonly timer: NodeJS.Timeout;
  identity?: string;
  refusal: { code: ChannelRefusalCode; detail: string };
}

/**
 * Accepts secure channels.
 * @throws {TransportError} `address-in-use`, `address-not-available`, `host-not-found`, `permission-denied`
 */
export async function listenSecurely(options: ListenSecurelyOptions): Promise<SecureListener> {
  const acceptor = new ChannelAcceptor(options);
  const server = net.createServer({ noDelay: true }, (raw) => acceptor.accept(raw));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      reject(toTransportError(error, `${options.host}:${options.port}`, "address-not-available"));
    });
    server.listen({ host: options.host, port: options.port }, resolve);
  });
  // From here on an error is one accept that failed (out of descriptors, say); the place stays open.
  server.on("error", () => {});
  const address = server.address();
  if (address === null || typeof address === "string") throw transportError("address-not-available", options.host);
  return {
    host: address.address,
    port: address.port,
    close: (): void => {
      server.close();
      acceptor.close();
    },
  };
}

/** Takes accepted sockets through the TLS handshake. Keyed by the remote end, which is all that TLS and TCP sockets share. */
class ChannelAcceptor {
  readonly #options: ListenSecurelyOptions;
  readonly #pending = new Map<string, PendingChannel>();
  readonly #admission: Admission;
  /** Connections turned away since that was last told, and when it was. */
  #untold = 0;
  #toldUs = Number.NEGATIVE_INFINITY;
  readonly #tls: tls.Server;

  constructor(options: ListenSecurelyOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
    // A server that never listens, but is given its sockets: `new TLSSocket(…, {isServer: true})` swallows later errors.
    this.#tls = tls.createServer({
      ...tlsOptions,
      secureOptions: constants.SSL_OP_NO_TICKET,
      handshakeTimeout: options.timeoutMs ?? openingTimeoutMs,
      pskCallback: (socket, identity) => this.#findKey(socket, identity),
    });
    this.#tls.on("secureConnection", (socket) => this.#secured(socket));
    this.#tls.on("tlsClientError", (error, socket) => {
      const pending = this.#pending.get(keyOf(socket));
      if (pending !== undefined) pending.refusal = describeFailure(error);
      socket.destroy();
    });
  }

  accept(raw: net.Socket): void {
    raw.on("error", () => raw.destroy());
    const { remoteAddress } = raw;
    if (remoteAddress === undefined) return void raw.destroy();
    const refusal = this.#admission.begin(remoteAddress);
    if (refusal !== undefined) {
      raw.destroy();
      return this.#turnedAway(remoteAddress, refusal);
    }
    const key = keyOf(raw);
    const pending: PendingChannel = {
      raw,
      timer: setTimeout(() => {
        pending.refusal = { code: "timeout", detail: "not authenticated in time" };
        raw.destroy();
      }, this.#options.timeoutMs ?? openingTimeoutMs),
      refusal: { code: "lost", detail: "went away before it was authenticated" },
    };
    this.#pending.set(key, pending);
    raw.once("close", () => {
      if (!this.#settle(key)) return;
      this.#admission.ended(remoteAddress, pending.refusal.code === "lost" ? "lost" : "failed");
      this.#options.onRefused?.({ remoteAddress, ...pending.refusal });
    });
    this.#tls.emit("connection", raw);
  }

  close(): void {
    for (const [key, { raw }] of this.#pending) {
      this.#settle(key);
      raw.destroy();
    }
  }

  /** Told once in a while only: a flood of connections is not to become a flood of messages. */
  #turnedAway(remoteAddress: string, code: AdmissionRefusal): void {
    this.#untold++;
    const now = nowUs();
    if (now - this.#toldUs < turnedAwayIntervalUs) return;
    const detail = `${admissionDetails[code]} (turned away: ${this.#untold})`;
    this.#untold = 0;
    this.#toldUs = now;
    this.#options.onRefused?.({ remoteAddress, code, detail });
  }

  /** An unknown identity gets a random key, so that it fails in the same way and at the same point as a wrong secret. */
  #findKey(socket: tls.TLSSocket, identity: string): Buffer {
    const pending = this.#pending.get(keyOf(socket));
    const credential = this.#options.credentials.lookup(identity);
    if (pending === undefined || pending.raw.bytesRead > maxUnauthenticatedBytes) return randomBytes(pskBytes);
    pending.identity = identity;
    return credential?.psk ?? randomBytes(pskBytes);
  }

  #secured(socket: tls.TLSSocket): void {
    const key = keyOf(socket);
    const pending = this.#pending.get(key);
    socket.on("error", () => socket.destroy());
    // No identity: a resumed TLS session, which never asked for a key, so it may be of a credential since revoked.
    if (pending?.identity === undefined || !socket.isSessionReused()) {
      if (pending !== undefined) pending.refusal = { code: "not-authenticated", detail: "no pre-shared key" };
      return void socket.destroy();
    }
    const remoteAddress = socket.remoteAddress ?? "";
    this.#settle(key);
    this.#admission.ended(remoteAddress, "authenticated");
    this.#options.onChannel(toChannel(socket, { role: "listener", identity: pending.identity, remoteAddress }));
  }

  /** Whether that connection was pending; it is not any more. */
  #settle(key: string): boolean {
    clearTimeout(this.#pending.get(key)?.timer);
    return this.#pending.delete(key);
  }
}

/** Options of {@link dialSecurely}. */
export interface DialSecurelyOptions {
  readonly host: string;
  readonly port: number;
  readonly credential: Credential;
  readonly signal?: AbortSignal;
  /** TCP has answered; the handshake begins. */
  onConnected?(): void;
  readonly connectTimeoutMs?: number;
  readonly timeoutMs?: number;
}

/**
 * Opens a secure channel.
 * @throws {TransportError} `refused`, `unreachable`, `timeout`, `lost`, `host-not-found`, `aborted`
 */
export function dialSecurely(options: DialSecurelyOptions): Promise<SecureChannel> {
  const { host, port, credential, signal } = options;
  const place = `${host}:${port}`;
  if (signal?.aborted === true) return Promise.reject(transportError("aborted", place));
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      ...tlsOptions,
      host,
      port,
      servername: "",
      pskCallback: () => ({ identity: credential.identity, psk: credential.psk }),
      // Asked only when the other end shows a certificate instead of proving the secret. Returning undefined would let it in.
      checkServerIdentity: () => transportError("refused", place),
    });
    let connected = false;
    let timer = setTimeout(expire, options.connectTimeoutMs ?? connectTimeoutMs);

    function settle(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
    function fail(error: TransportError): void {
      settle();
      socket.destroy();
      reject(error);
    }
    function expire(): void {
      fail(transportError("timeout", place));
    }
    function abort(): void {
      fail(transportError("aborted", place));
    }

    signal?.addEventListener("abort", abort, { once: true });
    socket.once("connect", () => {
      connected = true;
      clearTimeout(timer);
      timer = setTimeout(expire, options.timeoutMs ?? openingTimeoutMs);
      socket.setNoDelay(true);
      options.onConnected?.();
    });
    // Stays for the channel's life: after a bad record the socket tells of the error but is not destroyed.
    socket.on("error", (error) => fail(toTransportError(error, place, connected ? "refused" : "unreachable")));
    socket.once("close", () => fail(transportError("lost", place)));
    socket.once("secureConnect", () => {
      if (!socket.isSessionReused()) {
        return fail(transportError("refused", place));
      }
      settle();
      const remoteAddress = socket.remoteAddress ?? "";
      resolve(toChannel(socket, { role: "dialer", identity: credential.identity, remoteAddress }));
    });
  });
}

function toChannel(socket: tls.TLSSocket, facts: Pick<SecureChannel, "role" | "identity" | "remoteAddress">): SecureChannel {
  return {
    ...facts,
    socket,
    exportKey: (label) => socket.exportKeyingMaterial(32, label, Buffer.alloc(0)),
    destroy: () => void socket.destroy(),
  };
}

const admissionDetails: Readonly<Record<AdmissionRefusal, string>> = {
  crowded: "too many are being authenticated",
  "too-fast": "too many connections in a short time",
  blocked: "its network has failed to authenticate too often",
};

function keyOf(socket: net.Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

function describeFailure(error: Error): { code: ChannelRefusalCode; detail: string } {
  const system = systemCode(error);
  if (system === "ECONNRESET" || system === "EPIPE") return { code: "lost", detail: system };
  if (system === "ERR_TLS_HANDSHAKE_TIMEOUT") return { code: "timeout", detail: system };
  return { code: "not-authenticated", detail: system };
}
