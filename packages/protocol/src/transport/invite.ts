// Invites: the one string that a person copies to let another in. HOST:PORT/SECRET, where the secret is written in
// Crockford's base32 with two check characters, so that a typing error is told before any connection is made.
import { randomBytes } from "node:crypto";

/** The port that a call uses when none is named. */
export const defaultPort = 7420;

/** Bytes of a secret: 128 random bits. */
export const secretBytes = 16;

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const symbolBits = 5;
const secretSymbols = 26;
const checkSymbols = 2;
const crc10Polynomial = 0x233;

/** An invite's parts. `host` is a name or an address, IPv6 without brackets; `secret` has {@link secretBytes} bytes. */
export interface Invite {
  readonly host: string;
  readonly port: number;
  readonly secret: Uint8Array;
}

/**
 * - `mistyped`: it has the form of an invite but its check characters do not fit: one or more characters are wrong;
 * - `malformed`: it is not an invite.
 */
export type InviteErrorCode = "mistyped" | "malformed";

/** A text that is no usable invite or secret. */
export class InviteError extends Error {
  override readonly name = "InviteError";
  readonly code: InviteErrorCode;

  constructor(code: InviteErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A new random secret. */
export function createSecret(): Uint8Array {
  return new Uint8Array(randomBytes(secretBytes));
}

/** Crockford's base32 in lower case, most significant bit first, zero bits after the last one. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    held += 8;
    while (held >= symbolBits) {
      held -= symbolBits;
      text += alphabet.charAt((bits >> held) & 31);
    }
  }
  if (held > 0) text += alphabet.charAt((bits << (symbolBits - held)) & 31);
  return text;
}

/** A secret as people copy it: 26 characters and 2 check characters. */
export function formatSecret(secret: Uint8Array): string {
  if (secret.length !== secretBytes) throw new RangeError(`a secret has ${secretBytes} bytes, not ${secret.length}`);
  const text = encodeBase32(secret);
  const check = crc10(Array.from(text, (symbol) => alphabet.indexOf(symbol)));
  return text + alphabet.charAt(check >> symbolBits) + alphabet.charAt(check & 31);
}

/**
 * Reads what {@link formatSecret} wrote, as a person may have typed it: any case, hyphens and spaces between, `o` for
 * zero, `i` or `l` for one.
 * @throws {InviteError} `mistyped` or `malformed`
 */
export function parseSecret(text: string): Uint8Array {
  const typed = text.toLowerCase().replaceAll(/[-\s]/g, "").replaceAll("o", "0").replaceAll(/[il]/g, "1");
  const symbols = Array.from(typed, (symbol) => alphabet.indexOf(symbol));
  if (symbols.length !== secretSymbols + checkSymbols) {
    throw new InviteError(
      "malformed",
      `The secret is not complete: it has ${secretSymbols + checkSymbols} characters, this has ${symbols.length}. Copy all of it.`,
    );
  }
  // A character outside the alphabet ("u", a stray dot) is a slip of the finger too.
  if (symbols.includes(-1) || crc10(symbols.slice(0, secretSymbols)) !== checkOf(symbols)) {
    throw new InviteError(
      "mistyped",
      "The secret is mistyped: it does not fit its check characters. Compare it with the original, or copy it.",
    );
  }
  return decodeSymbols(symbols.slice(0, secretSymbols));
}

/** The invite as one string, for `HOST:PORT/SECRET`. */
export function formatInvite(invite: Invite): string {
  const host = invite.host.includes(":") ? `[${invite.host}]` : invite.host;
  return `${host}:${invite.port}/${formatSecret(invite.secret)}`;
}

const invitePattern =
  /^(?:\[(?<ipv6>[0-9a-f:.]+(?:%[\w.-]+)?)\]|(?<name>[a-z0-9](?:[a-z0-9._-]*[a-z0-9.])?))(?::(?<port>\d{1,5}))?\/(?<secret>.+)$/is;

/**
 * Reads an invite. The port may be left out ({@link defaultPort}).
 * @throws {InviteError} `mistyped` or `malformed`
 */
export function parseInvite(text: string): Invite {
  const parts = invitePattern.exec(text.trim())?.groups;
  const host = parts?.["ipv6"] ?? parts?.["name"];
  const secret = parts?.["secret"];
  if (host === undefined || secret === undefined || host.length > 253) {
    throw new InviteError(
      "malformed",
      "That is not an invite. An invite looks like HOST:PORT/SECRET: copy all of what the other end printed.",
    );
  }
  const port = parts?.["port"] === undefined ? defaultPort : Number(parts["port"]);
  if (port < 1 || port > 65_535)
    throw new InviteError("malformed", "That is not an invite: its port is not from 1 to 65535. Copy it from the other end.");
  return { host, port, secret: parseSecret(secret) };
}

function checkOf(symbols: readonly number[]): number {
  return ((symbols[secretSymbols] ?? 0) << symbolBits) | (symbols[secretSymbols + 1] ?? 0);
}

/**
 * CRC-10/ATM (ITU-T I.610: x¹⁰+x⁹+x⁵+x⁴+x+1, start 0, not reflected) over 5-bit symbols. A CRC of 10 bits detects every
 * burst of up to 10 bits: every wrong character and every two neighbours that changed places, always; anything else in
 * 1,023 of 1,024 cases.
 */
function crc10(symbols: readonly number[]): number {
  let crc = 0;
  for (const symbol of symbols) {
    crc ^= symbol << symbolBits;
    for (let bit = 0; bit < symbolBits; bit++) {
      crc = (crc & 0x200) === 0 ? crc << 1 : ((crc << 1) ^ crc10Polynomial) & 0x3ff;
    }
  }
  return crc;
}

function decodeSymbols(symbols: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(secretBytes);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const symbol of symbols) {
    bits = ((bits << symbolBits) | symbol) & 0xfff;
    held += symbolBits;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = (bits >> held) & 0xff;
    }
  }
  // The two bits beyond the 128 must be zero, so that a secret is written in one way only.
  if ((bits & 3) !== 0)
    throw new InviteError("malformed", "The secret is mistyped: nobody makes one like it. Compare it with the original, or copy it.");
  return bytes;
}
