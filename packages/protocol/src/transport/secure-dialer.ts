// The end that opens a secure channel: with a credential at once by TLS, with a short code after a message each way that makes one of it.
import net from "node:net";
import tls from "node:tls";
import { openingTimeoutMs } from "../limits.ts";
import { dialCode } from "./code-exchange.ts";
import type { Credential } from "./credential.ts";
import { type SecureChannel, tlsOptions, toChannel } from "./secure-channel.ts";
import { toTransportError, TransportError, transportError } from "./transport-error.ts";

/**
 * Until TCP answers. Short, because of outages: the system sends its second SYN after 1 s and its third after 3 s, so an
 * attempt that is given up after 2 s and made anew finds a healed link sooner than one that waits.
 */
export const connectTimeoutMs = 2_000;

/** A short code in its one spelling, as what a dialer proves. */
export interface CodeKey {
  readonly code: string;
}

/** Options of {@link dialSecurely}. */
export interface DialSecurelyOptions {
  readonly host: string;
  readonly port: number;
  readonly credential: Credential | CodeKey;
  readonly signal?: AbortSignal;
  /** TCP has answered; the handshake begins. */
  onConnected?(): void;
  readonly connectTimeoutMs?: number;
  readonly timeoutMs?: number;
}

/**
 * Opens a secure channel. A code is to be dialed once only: each time gives who may sit in the middle a guess. So when the other end has been
 * told anything, every failure is `refused`.
 * @throws {TransportError} `refused`, `unreachable`, `timeout`, `lost`, `host-not-found`, `aborted`
 */
export function dialSecurely(options: DialSecurelyOptions): Promise<SecureChannel> {
  const { host, port, credential, signal } = options;
  const place = `${host}:${port}`;
  if (signal?.aborted === true) return Promise.reject(transportError("aborted", place));
  return "code" in credential ? dialByCode(options, credential.code) : secure(options, credential);
}

/** Dials, or takes the `socket` that is connected already, and makes it a secure channel. */
function secure(options: DialSecurelyOptions, credential: Credential, connected?: net.Socket): Promise<SecureChannel> {
  const { host, port, signal } = options;
  const place = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      ...tlsOptions,
      ...(connected === undefined ? { host, port } : { socket: connected }),
      servername: "",
      pskCallback: () => ({ identity: credential.identity, psk: credential.psk }),
      // Asked only when the other end shows a certificate instead of proving the secret. Returning undefined would let it in.
      checkServerIdentity: () => transportError("refused", place),
    });
    let isConnected = connected !== undefined;
    const { connectTimeoutMs: untilConnectedMs = connectTimeoutMs, timeoutMs = openingTimeoutMs } = options;
    let timer = setTimeout(expire, isConnected ? timeoutMs : untilConnectedMs);

    function settle(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
    function fail(error: TransportError): void {
      settle();
      socket.destroy();
      connected?.destroy();
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
      isConnected = true;
      clearTimeout(timer);
      timer = setTimeout(expire, timeoutMs);
      socket.setNoDelay(true);
      options.onConnected?.();
    });
    // Stays for the channel's life: after a bad record the socket tells of the error but is not destroyed.
    socket.on("error", (error) => fail(toTransportError(error, place, isConnected ? "refused" : "unreachable")));
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

async function dialByCode(options: DialSecurelyOptions, code: string): Promise<SecureChannel> {
  const { host, port, timeoutMs = openingTimeoutMs } = options;
  const place = `${host}:${port}`;
  const signal = options.signal ?? new AbortController().signal;
  const socket = await connect(options);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const credential = await dialCode(socket, code, limit);
    if (credential === undefined) throw new Error("no answer to a code");
    return await secure({ ...options, signal: limit }, credential, socket);
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? transportError("aborted", place) : codeRefused(place, error);
  }
}

/** TCP alone. */
function connect(options: DialSecurelyOptions): Promise<net.Socket> {
  const { host, port, signal } = options;
  const place = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, noDelay: true });
    const timer = setTimeout(() => fail(transportError("timeout", place)), options.connectTimeoutMs ?? connectTimeoutMs);
    const abort = (): void => fail(transportError("aborted", place));
    const onError = (error: Error): void => fail(toTransportError(error, place, "unreachable"));
    function settle(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
    function fail(error: TransportError): void {
      settle();
      socket.destroy();
      reject(error);
    }
    signal?.addEventListener("abort", abort, { once: true });
    // Stays: who goes on with the socket learns of its end by 'close'.
    socket.on("error", onError);
    socket.once("connect", () => {
      settle();
      options.onConnected?.();
      resolve(socket);
    });
  });
}

function codeRefused(place: string, cause: unknown): TransportError {
  return new TransportError(
    "refused",
    `${place} did not accept the code. It may be mistyped, used already or too old; or someone is in the way and tries to be the other end. Ask for a new one, and do not use this one again.`,
    { cause },
  );
}
