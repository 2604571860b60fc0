// Who may begin a handshake now, pure: connections under way, new connections a second and failed authentications, each by where
// they come from. A flood from one place is turned away before it costs a handshake, and takes nothing from the others.
import {
  authFailureWindowMs,
  authMaxBlockMs,
  authMinBlockMs,
  maxAuthFailures,
  maxConnectBurstPerAddress,
  maxConnectsPerAddressPerS,
  maxConnectsPerS,
  maxPendingConnections,
  maxPendingPerAddress,
} from "../limits.ts";
import { type Micros, nowUs } from "../time/clock.ts";
import { networksOf } from "./network-prefix.ts";

/** Places remembered at a time: those not heard of for longest are forgotten first, so that a flood cannot fill the memory. */
const maxPlaces = 4_096;
/** A wider network may fail this many times as often as the next narrower one: many people may share it. */
const widening = 4;
/** Whoever is on this computer can do worse than dial, and programs of one user dial in bursts; other loopback addresses are guests. */
const ownAddresses: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/**
 * Why a connection is turned away unheard:
 * - `crowded`: too many others are being authenticated;
 * - `too-fast`: too many connections in a short time;
 * - `blocked`: its network has failed to authenticate too often.
 */
export type AdmissionRefusal = "crowded" | "too-fast" | "blocked";

/** How a connection that was let begin has ended: `lost` went away by itself, which is nobody's failure. */
export type HandshakeOutcome = "authenticated" | "failed" | "lost";

/** Tokens that come back with time. */
interface Bucket {
  tokens: number;
  atUs: Micros;
}

interface Failures {
  count: number;
  sinceUs: Micros;
  blocks: number;
  blockedUntilUs: number;
}

/** The limits on those who are not authenticated yet, for one listener. */
export class Admission {
  readonly #nowUs: () => Micros;
  readonly #maxPending: number;
  readonly #all: Bucket;
  readonly #connects = new Map<string, Bucket>();
  readonly #failures = new Map<string, Failures>();
  readonly #pending = new Map<string, number>();
  #pendingInAll = 0;

  constructor(options: { readonly maxPending?: number; readonly nowUs?: () => Micros } = {}) {
    this.#nowUs = options.nowUs ?? nowUs;
    this.#maxPending = options.maxPending ?? maxPendingConnections;
    this.#all = { tokens: maxConnectsPerS, atUs: this.#nowUs() };
  }

  /** A connection from `address` has come. undefined: it may begin, and {@link ended} must be called once it has been settled. */
  begin(address: string): AdmissionRefusal | undefined {
    const refusal = this.#pendingInAll >= this.#maxPending ? "crowded" : this.#refusalOf(address);
    if (refusal === undefined) this.#countPending(address, 1);
    return refusal;
  }

  /** What became of a connection that was let begin. */
  ended(address: string, outcome: HandshakeOutcome): void {
    this.#countPending(address, -1);
    if (ownAddresses.has(address)) return;
    if (outcome === "failed") networksOf(address).forEach((network, width) => this.#fail(network, maxAuthFailures * widening ** width));
    // Only the narrowest: one guest of a large network does not speak for the others.
    else if (outcome === "authenticated") this.#failures.delete(narrowest(address));
  }

  #refusalOf(address: string): AdmissionRefusal | undefined {
    if (ownAddresses.has(address)) return undefined;
    const now = this.#nowUs();
    if (networksOf(address).some((network) => now < (this.#failures.get(network)?.blockedUntilUs ?? 0))) return "blocked";
    const place = narrowest(address);
    if ((this.#pending.get(place) ?? 0) >= maxPendingPerAddress) return "crowded";
    // Its own limit first: what is turned away here takes nothing from what is left for all.
    const own = recall(this.#connects, place) ?? { tokens: maxConnectBurstPerAddress, atUs: now };
    remember(this.#connects, place, own);
    if (!take(own, maxConnectsPerAddressPerS, maxConnectBurstPerAddress, now)) return "too-fast";
    return take(this.#all, maxConnectsPerS, maxConnectsPerS, now) ? undefined : "too-fast";
  }

  #fail(network: string, limit: number): void {
    const now = this.#nowUs();
    const before = recall(this.#failures, network);
    // A block is forgotten only after as long without a failure: its successor is twice as long.
    const isOver = before === undefined || now >= Math.max(before.sinceUs, before.blockedUntilUs) + authFailureWindowMs * 1_000;
    const failures = isOver ? { count: 0, sinceUs: now, blocks: 0, blockedUntilUs: 0 } : before;
    failures.count++;
    if (failures.count >= limit) {
      const blockMs = Math.min(authMaxBlockMs, authMinBlockMs * 2 ** failures.blocks);
      failures.blocks++;
      failures.blockedUntilUs = now + blockMs * 1_000;
      // One more failure after the block, and the next one begins.
      failures.count = limit - 1;
    }
    remember(this.#failures, network, failures);
  }

  #countPending(address: string, change: 1 | -1): void {
    this.#pendingInAll += change;
    const place = narrowest(address);
    const count = (this.#pending.get(place) ?? 0) + change;
    if (count === 0) this.#pending.delete(place);
    else this.#pending.set(place, count);
  }
}

function narrowest(address: string): string {
  return networksOf(address)[0];
}

function take(bucket: Bucket, perS: number, size: number, now: Micros): boolean {
  bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.atUs) / 1_000_000) * perS);
  bucket.atUs = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens--;
  return true;
}

/** Takes out, so that {@link remember} puts it at the end: a map keeps the order in which keys came. */
function recall<Value>(places: Map<string, Value>, place: string): Value | undefined {
  const found = places.get(place);
  places.delete(place);
  return found;
}

function remember<Value>(places: Map<string, Value>, place: string, value: Value): void {
  places.set(place, value);
  if (places.size <= maxPlaces) return;
  const oldest = places.keys().next().value;
  if (oldest !== undefined) places.delete(oldest);
}
