// The secure channel: TLS 1.3 keyed by a pre-shared key, and nothing else. Both ends have proved that they know the
// secret before the first byte of ours; there are no certificates, no older versions and no plaintext.
// Made by secure-listener.ts and secure-dialer.ts.
import type { Duplex } from "node:stream";
import type tls from "node:tls";

/** What both ends' TLS has in common. */
export const tlsOptions = {
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

/** The channel of a TLS socket whose handshake is done. */
export function toChannel(socket: tls.TLSSocket, facts: Pick<SecureChannel, "role" | "identity" | "remoteAddress">): SecureChannel {
  return {
    ...facts,
    socket,
    exportKey: (label) => socket.exportKeyingMaterial(32, label, Buffer.alloc(0)),
    destroy: () => void socket.destroy(),
  };
}
