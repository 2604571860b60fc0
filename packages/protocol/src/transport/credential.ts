// Credentials: what TLS is keyed with. A secret (of an invite, a key file, a short code, a known peer, or the exporter of
// an earlier channel) gives an identity, sent in clear, and a pre-shared key. The listener looks them up in a store.
import { hkdfSync, randomBytes } from "node:crypto";
import { maxCodeGuesses } from "../limits.ts";
import { type Micros, nowUs } from "../time/clock.ts";
import { encodeBase32, secretBytes } from "./invite.ts";

const identityBytes = 10;
const pskBytes = 32;

/** A pre-shared key (32 bytes) and the name under which the other end finds it; the name says nothing about the key. */
export interface Credential {
  readonly identity: string;
  readonly psk: Buffer;
}

/**
 * The credential of a secret, of at least 16 random bytes: HKDF-SHA256 (RFC 5869) without salt, info "svc1 identity"
 * (10 bytes, in base32) and "svc1 psk" (32 bytes).
 */
export function deriveCredential(secret: Uint8Array): Credential {
  if (secret.length < secretBytes) throw new RangeError(`a secret has at least ${secretBytes} bytes`);
  return {
    identity: encodeBase32(derive(secret, "svc1 identity", identityBytes)),
    psk: Buffer.from(derive(secret, "svc1 psk", pskBytes)),
  };
}

function derive(secret: Uint8Array, info: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), info, bytes));
}

/** A place taken with a credential by a session that is opening: `commit` when it is live, `release` when it failed. */
export interface CredentialClaim {
  commit(): void;
  release(): void;
}

/** A short code that is in force, and its guesses. */
export interface CodeOffer {
  /** Names the code for {@link CredentialSource.claim}; says nothing about it. */
  readonly identity: string;
  /** In its one spelling. */
  readonly code: string;
  /** Spends a guess; false when there is none left, or the code is in force no more. */
  guess(): boolean;
  /** A guess that was spent was wrong. */
  failed(): void;
}

/** Where a listener finds the credentials that it lets in. The calls answer at once: TLS waits for the first. */
export interface CredentialSource {
  /** The credential of that name, when it may be used now. */
  lookup(identity: string): Credential | undefined;
  /** Takes a place for a session; undefined when there is none left (used, revoked, too late, or another is opening). */
  claim(identity: string): CredentialClaim | undefined;
  /** The short code that is in force; undefined, or no such call, when there is none. */
  code?(): CodeOffer | undefined;
  /** Whether a session that began with this credential may still be resumed; without such a call it may. */
  stands?(identity: string): boolean;
}

/** How a credential is admitted. `name` is for the user's eyes: whom it was made for. */
export interface AdmitOptions {
  /** `single`: burned when its first session is live. `many`: any number of sessions. */
  readonly use: "single" | "many";
  /** Time to live; without it the credential is good until it is revoked. */
  readonly lifeMs?: number;
  readonly name?: string;
}

/** An admitted credential, without its key. */
export interface AdmittedCredential {
  readonly identity: string;
  readonly use: "single" | "many";
  readonly expiresAtUs: number;
  readonly name: string | undefined;
}

interface Entry extends AdmittedCredential {
  /** A code has none: its key is made anew by each connection. */
  readonly credential: Credential | undefined;
  claimed: boolean;
}

interface Code {
  readonly identity: string;
  readonly code: string;
  readonly onBurned: () => void;
  /** Guesses that were spent, and of these the wrong ones. */
  spent: number;
  wrong: number;
}

/** The credentials that a listener lets in: invites, key files, known peers. In memory; who fills it keeps the files. */
export class CredentialStore implements CredentialSource {
  readonly #entries = new Map<string, Entry>();
  readonly #nowUs: () => Micros;
  #code: Code | undefined;

  constructor(options: { readonly nowUs?: () => Micros } = {}) {
    this.#nowUs = options.nowUs ?? nowUs;
  }

  /** Lets this credential in from now on; one of the same identity is replaced. */
  admit(credential: Credential, options: AdmitOptions): void {
    const { use, lifeMs = Infinity, name } = options;
    const expiresAtUs = this.#nowUs() + lifeMs * 1000;
    this.#entries.set(credential.identity, {
      identity: credential.identity,
      credential,
      use,
      expiresAtUs,
      name,
      claimed: false,
    });
  }

  /**
   * Lets in who knows this short code, once, from now on; the code before it is worth nothing any more.
   *
   * @param code in its one spelling
   * @returns the identity of the session that it will begin
   */
  admitCode(code: string, options: { readonly lifeMs: number; readonly onBurned: () => void }): string {
    if (this.#code !== undefined) this.revoke(this.#code.identity);
    const identity = `code-${encodeBase32(randomBytes(identityBytes))}`;
    const expiresAtUs = this.#nowUs() + options.lifeMs * 1000;
    this.#entries.set(identity, { identity, credential: undefined, use: "single", expiresAtUs, name: undefined, claimed: false });
    this.#code = { identity, code, onBurned: options.onBurned, spent: 0, wrong: 0 };
    return identity;
  }

  code(): CodeOffer | undefined {
    const code = this.#code;
    if (code === undefined || this.#valid(code.identity) === undefined) return undefined;
    return {
      identity: code.identity,
      code: code.code,
      guess: () => this.#valid(code.identity) !== undefined && code.spent++ < maxCodeGuesses,
      failed: () => {
        if (++code.wrong === maxCodeGuesses && this.revoke(code.identity)) code.onBurned();
      },
    };
  }

  lookup(identity: string): Credential | undefined {
    return this.#valid(identity)?.credential;
  }

  claim(identity: string): CredentialClaim | undefined {
    const entry = this.#valid(identity);
    if (entry === undefined) return undefined;
    if (entry.use === "many") return { commit: noop, release: noop };
    if (entry.claimed) return undefined;
    entry.claimed = true;
    return {
      commit: (): void => {
        // Only this very entry: a new invite of the same identity may have replaced it meanwhile.
        if (this.#entries.get(identity) === entry) this.#entries.delete(identity);
      },
      release: (): void => {
        entry.claimed = false;
      },
    };
  }

  /** Lets this credential in no more. Sessions that it began are the listener's to end: see SessionListener.revoke. */
  revoke(identity: string): boolean {
    return this.#entries.delete(identity);
  }

  /** What is let in now, without the keys: for the user's screen. */
  list(): AdmittedCredential[] {
    return Array.from(this.#entries.keys())
      .map((identity) => this.#valid(identity))
      .filter((entry) => entry !== undefined)
      .map(({ identity, use, expiresAtUs, name }) => ({ identity, use, expiresAtUs, name }));
  }

  #valid(identity: string): Entry | undefined {
    const entry = this.#entries.get(identity);
    if (entry !== undefined && this.#nowUs() >= entry.expiresAtUs) {
      this.#entries.delete(identity);
      return undefined;
    }
    return entry;
  }
}

function noop(): void {}
