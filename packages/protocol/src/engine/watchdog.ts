// Finds out that an engine hangs in a packet, pure but for its clock: by the processor time that it has used since it last answered, so that
// a busy computer is not taken for a hang; and by very long silence, for one that waits for what never comes.

/** Processor time that one packet may take by default, ms: 4K takes 60 on a slow computer, what takes 250 is no live picture. */
export const packetCpuMs = 250;
/** Packets that may be answered together: those that wait in the pipe are decoded in one breath, and only the newest is told of. */
const packetsTogether = 8;
/** Before its first answer an engine loads its libraries, ms of processor time. */
const loadingCpuMs = 10_000;
/** Silence after which an engine that computes nothing hangs, ms: longer than a screen, or a disk that is swapped to, may be away. */
export const silenceMs = 10_000;
/** How often it is looked at, ms. */
export const lookIntervalMs = 250;
/** Counted of one interval at most: a computer that slept, or a process that was stopped, says nothing about the engine. */
const countedIntervalMs = 2 * lookIntervalMs;

/** An engine's processor time now, ms; undefined where the system does not tell: then only silence counts. */
export type CpuTime = () => number | undefined;

/** Watches one engine, from its start to its end. */
export class Watchdog {
  readonly #cpuMs: CpuTime;
  readonly #packetCpuMs: number;
  #outstanding = 0;
  #hasAnswered = false;
  /** The processor time at the first look that found it busy since it last answered: asking for it at each packet would cost more than the packet. */
  #cpuAtMs: number | undefined;
  #silentMs = 0;
  #lookedMs: number;

  /**
   * @param nowMs any monotonic clock
   * @param allowedCpuMs processor time that one packet may take
   */
  constructor(cpuMs: CpuTime, nowMs: number, allowedCpuMs: number = packetCpuMs) {
    this.#cpuMs = cpuMs;
    this.#packetCpuMs = allowedCpuMs;
    this.#lookedMs = nowMs;
  }

  /** A packet was given to the engine, which must answer it. */
  given(): void {
    if (this.#outstanding === 0) {
      this.#cpuAtMs = undefined;
      this.#silentMs = 0;
    }
    this.#outstanding = Math.min(this.#outstanding + 1, packetsTogether);
  }

  /** The engine has answered: for all packets up to here, as far as can be known, or for some of them. */
  answered(): void {
    this.#hasAnswered = true;
    this.#outstanding = 0;
  }

  /** Why the engine hangs; undefined: it does not. To be asked every {@link lookIntervalMs}. */
  look(nowMs: number): string | undefined {
    const passedMs = Math.min(nowMs - this.#lookedMs, countedIntervalMs);
    this.#lookedMs = nowMs;
    if (this.#outstanding === 0) return undefined;
    this.#silentMs += passedMs;
    if (this.#silentMs > silenceMs) return `it has not answered for ${silenceMs / 1000} s`;
    if (this.#cpuAtMs === undefined) {
      this.#cpuAtMs = this.#cpuMs();
      return undefined;
    }
    const allowedMs = this.#hasAnswered ? this.#packetCpuMs * this.#outstanding : loadingCpuMs;
    const usedMs = (this.#cpuMs() ?? 0) - this.#cpuAtMs;
    return usedMs > allowedMs ? `it computed for ${Math.round(usedMs)} ms over a packet` : undefined;
  }
}
