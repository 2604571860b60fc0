// The end that accepts secure channels: takes connections through admission and the TLS handshake, and hands out those that proved a secret.
import { constants, randomBytes } from "node:crypto";
import net from "node:net";
import tls from "node:tls";
import { maxUnauthenticatedBytes, openingTimeoutMs } from "../limits.ts";
import { nowUs } from "../time/clock.ts";
import { Admission, type AdmissionRefusal } from "./admission.ts";
import { answerCode, beginsCode } from "./code-exchange.ts";
import type { CodeOffer, Credential, CredentialSource } from "./credential.ts";
import { type SecureChannel, tlsOptions, toChannel } from "./secure-channel.ts";
import { toTransportError, transportError } from "./transport-error.ts";
import { systemCode } from "../system-code.ts";

const pskBytes = 32;

/**
 * Connections that the system keeps for us while this process is busy with others, or is not given the processor. When a flood has filled them, it
 * drops those of everybody: then an honest dialer is heard seconds later, if at all. The system may allow fewer (Linux: 4,096).
 */
const backlog = 4_096;

/** That connections are turned away unheard is told at most this often. */
const turnedAwayIntervalUs = 1_000_000;

/**
 * Why a connection was not let in:
 * - `not-authenticated`: it did not prove a secret that is admitted;
 * - `wrong-code`: it tried a short code, and not the right one;
 * - `timeout`: not within {@link openingTimeoutMs};
 * - `lost`: it went away by itself;
 * - one of {@link AdmissionRefusal}: it was not even heard.
 */
export type ChannelRefusalCode = "not-authenticated" | "wrong-code" | "timeout" | "lost" | AdmissionRefusal;

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
  readonly credentials: Pick<CredentialSource, "lookup" | "code">;
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
  /** Of a connection that tries a short code. */
  guess?: { readonly offer: CodeOffer | undefined; readonly credential: Credential; isTried: boolean; isSpent: boolean };
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
    server.listen({ host: options.host, port: options.port, backlog }, resolve);
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
      const { guess } = pending;
      if (guess?.isSpent === true) guess.offer?.failed();
      if (guess?.isTried === true) pending.refusal = { code: "wrong-code", detail: "a wrong code, or one that is used up" };
      this.#admission.ended(remoteAddress, pending.refusal.code === "lost" ? "lost" : "failed");
      this.#options.onRefused?.({ remoteAddress, ...pending.refusal });
    });
    raw.once("readable", () => {
      const first = raw.read() as Buffer | null;
      // Ended at once: 'close' follows.
      if (first === null) return;
      raw.unshift(first);
      if (beginsCode(first)) void this.#answerCode(pending);
      else this.#tls.emit("connection", raw);
    });
  }

  /** A connection that begins with a short code: the exchange that makes a key of it, then TLS with that key. */
  async #answerCode(pending: PendingChannel): Promise<void> {
    const { raw } = pending;
    const offer = this.#options.credentials.code?.();
    try {
      // The timer of all that is pending destroys the socket, which ends this too.
      const credential = await answerCode(raw, offer?.code, new AbortController().signal);
      if (credential !== undefined) {
        pending.guess = { offer, credential, isTried: false, isSpent: false };
        this.#tls.emit("connection", raw);
        return;
      }
      pending.refusal = { code: "not-authenticated", detail: "not the beginning of a code" };
    } catch {
      // It went away: so says the refusal already.
    }
    raw.destroy();
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
    if (pending.guess !== undefined) return this.#takeGuess(pending, pending.guess);
    pending.identity = identity;
    return credential?.psk ?? randomBytes(pskBytes);
  }

  /** A guess is spent before it is known to be right: who is cut at the wrong moment has spent it, too. */
  #takeGuess(pending: PendingChannel, guess: NonNullable<PendingChannel["guess"]>): Buffer {
    guess.isTried = true;
    if (guess.offer === undefined || !guess.offer.guess()) return randomBytes(pskBytes);
    guess.isSpent = true;
    pending.identity = guess.offer.identity;
    return guess.credential.psk;
  }

  #secured(socket: tls.TLSSocket): void {
    const key = keyOf(socket);
    const pending = this.#pending.get(key);
    socket.on("error", () => socket.destroy());
    if (pending !== undefined) pending.refusal = { code: "not-authenticated", detail: "no pre-shared key" };
    // No identity: a resumed TLS session, which never asked for a key, so it may be of a credential since revoked. Neither that nor a handshake
    // without a key gets this far as TLS is set up here; should an OpenSSL ever think otherwise, it ends here.
    if (pending?.identity === undefined || !socket.isSessionReused()) return void socket.destroy();
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
