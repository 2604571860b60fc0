// The contract of a program that is measured beside ours: what it is given, and what comes of it.

import type { LinkEnd } from "../slow-link.ts";
import type { Footage } from "./footage.ts";

/** What a peer has to do. */
export interface PeerRequest {
  readonly footage: Footage;
  /** Pictures a second; 0: as fast as it goes. */
  readonly frameRate: number;
  /** Seconds measured, after the first pictures. */
  readonly seconds: number;
  /** Where sender and receiver run; undefined: both here, on loopback. */
  readonly ends?: readonly [LinkEnd, LinkEnd] | undefined;
}

/** What a program did, from a picture's capture until it is decoded, BGR, in memory. */
export interface PeerMeasurement {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly fps: number;
  /** Of all its processes at both ends, a picture that arrived; undefined when nothing may be said of it. */
  readonly cpuMs?: number;
  /** On the wire, a picture that arrived; containers and headers count. */
  readonly bytesPerFrame?: number;
  /** Cores that others used meanwhile. */
  readonly otherCores: number;
}

/** A program, or a way of using one. */
export interface Peer {
  /** A word, the key of its figures. */
  readonly name: string;
  /** For people, in tables. */
  readonly label: string;
  /** undefined when it can be measured here; otherwise what to do about it. */
  missing(): string | undefined;
  /** Runs it for a while. @throws BenchError when it does not run as it should */
  measure(request: PeerRequest): Promise<PeerMeasurement>;
}
