// The pictures that arrived, as camera.py's line says it of each, and what their delays come to.

import { setTimeout as sleep } from "node:timers/promises";

import { percentile } from "../statistics.ts";
import type { PeerMeasurement } from "./peer.ts";

const lookMs = 20;

/** A decoded picture in memory; times on CLOCK_MONOTONIC or the page's own clock. */
export interface Arrival {
  readonly frame: number;
  readonly capturedUs: number;
  readonly arrivedUs: number;
}

/** "17 1000 2000": frame, capture and arrival. @returns undefined for a picture whose barcode coding has destroyed */
export function parseArrival(line: string): Arrival | undefined {
  const match = /^(\d+) (\d+) (\d+)$/.exec(line);
  return match === null ? undefined : { frame: Number(match[1]), capturedUs: Number(match[2]), arrivedUs: Number(match[3]) };
}

/** Pictures in the order in which they came. */
export class PictureLog {
  readonly #arrivals: Arrival[] = [];
  #unreadable = 0;

  /** Pictures that came. */
  get count(): number {
    return this.#arrivals.length + this.#unreadable;
  }

  /** Takes one line. */
  add(line: string): void {
    const arrival = parseArrival(line);
    if (arrival === undefined) this.#unreadable++;
    else this.#arrivals.push(arrival);
  }

  /** Resolves to whether `count` pictures have come within the time. */
  async reaches(count: number, timeoutMs: number, check: () => void): Promise<boolean> {
    const giveUpMs = performance.now() + timeoutMs;
    while (this.count < count) {
      check();
      if (performance.now() > giveUpMs) return false;
      await sleep(lookMs);
    }
    return true;
  }

  /** Readable pictures from the `first`-th on. */
  since(first: number): readonly Arrival[] {
    return this.#arrivals.slice(first);
  }

  /** Where {@link since} has to begin for what comes from now on. */
  get position(): number {
    return this.#arrivals.length;
  }
}

/** Delays and the frame rate of some pictures. @throws RangeError with fewer than two */
export function summarizeArrivals(arrivals: readonly Arrival[]): Pick<PeerMeasurement, "fps" | "p50Ms" | "p95Ms" | "p99Ms"> {
  const [first, last] = [arrivals[0], arrivals.at(-1)];
  if (first === undefined || last === undefined || arrivals.length < 2) throw new RangeError("no pictures");
  const delaysMs = arrivals.map(({ capturedUs, arrivedUs }) => (arrivedUs - capturedUs) / 1000);
  return {
    p50Ms: percentile(delaysMs, 0.5),
    p95Ms: percentile(delaysMs, 0.95),
    p99Ms: percentile(delaysMs, 0.99),
    fps: ((arrivals.length - 1) * 1e6) / (last.arrivedUs - first.arrivedUs),
  };
}
