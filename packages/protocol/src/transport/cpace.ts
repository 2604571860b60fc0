// CPace (draft-irtf-cfrg-cpace-21), suite CPACE-RISTR255-SHA512: two ends that know the same short password get the same long key. Who
// listens learns nothing to try passwords on; who takes part has one guess. Loaded only when a code is used: the curve costs start-up time.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";

const groupDsi = Buffer.from("CPaceRistretto255");
const keyDsi = Buffer.from("CPaceRistretto255_ISK");
/** Input block size of SHA-512. */
const hashBlockBytes = 128;
/** Bits of a scalar: one fewer than the group's order has, so that every such number is one (section 8.3 of the draft). */
const scalarBits = 252;

/** What both ends must have in common. */
export interface CpaceInput {
  readonly password: Uint8Array;
  /** What the key is for, and between whom ("CI" of the draft). */
  readonly channel: Uint8Array;
  /** Random, new for each run; the initiator chooses it. */
  readonly sessionId: Uint8Array;
}

/** One end's message: a share, and what else it says that the key is to depend on. */
export interface CpaceMessage {
  readonly share: Uint8Array;
  readonly associated: Uint8Array;
}

/** Our half of a run: our share to send, and what remains to be done with the other's. */
export interface CpaceHalf {
  /** 32 bytes. */
  readonly share: Uint8Array;
  /**
   * The point that both ends compute, of the other's share.
   * @returns undefined when that is no share: no encoded element, or the neutral one; the run must end
   */
  meet(theirs: Uint8Array): Uint8Array | undefined;
}

/** Begins a run. @param scalar for test vectors only; little-endian, by default random */
export function beginCpace(input: CpaceInput, scalar: bigint = randomScalar()): CpaceHalf {
  const generator = cpaceGenerator(input);
  return {
    share: ristretto255.Point.fromBytes(generator).multiply(scalar).toBytes(),
    meet: (theirs) => {
      try {
        const point = ristretto255.Point.fromBytes(theirs).multiply(scalar);
        return point.is0() ? undefined : point.toBytes();
      } catch {
        return undefined;
      }
    },
  };
}

/** The run's key, 64 bytes, of the point that both met at and of both messages, the initiator's first. */
export function cpaceKey(sessionId: Uint8Array, point: Uint8Array, [initiator, responder]: readonly [CpaceMessage, CpaceMessage]): Buffer {
  const transcript = [initiator, responder].flatMap(({ share, associated }) => [share, associated]);
  return sha512(lengthValues(keyDsi, sessionId, point), lengthValues(...transcript));
}

/** The element of the group that a password leads to, encoded. */
export function cpaceGenerator({ password, channel, sessionId }: CpaceInput): Uint8Array {
  const padding = Math.max(0, hashBlockBytes - 1 - lengthValues(password).length - lengthValues(groupDsi).length);
  const hash = sha512(lengthValues(groupDsi, password, new Uint8Array(padding), channel, sessionId));
  const element = ristretto255_hasher.deriveToCurve?.(hash);
  assert(element !== undefined, "ristretto255 has an element derivation");
  return element.toBytes();
}

/** Each part with its length before it, in LEB128 ("lv_cat" of the draft). */
export function lengthValues(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => [leb128(part.length), part]));
}

function leb128(length: number): Uint8Array {
  const bytes: number[] = [];
  let left = length;
  do {
    bytes.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>>= 7;
  } while (left > 0);
  return Uint8Array.from(bytes);
}

function randomScalar(): bigint {
  // Zero in one of 2^252 draws is no multiplier.
  return bytesToNumberLE(randomBytes(32)) & ((1n << BigInt(scalarBits)) - 1n) || randomScalar();
}

function sha512(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha512");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
