// The engine's clock as the page knows it: a few questions, of whose answers the quickest counts.

/** How often it is asked, ms: browsers' clocks and monotonic ones drift apart by little. */
const askIntervalMs = 5_000;
const firstAsks = 5;

/** µs of the engine's monotonic clock. */
export class EngineClock {
  readonly #ask: (id: number) => void;
  readonly #askedMs = new Map<number, number>();
  #id = 0;
  #bestRttMs = Infinity;
  #offsetUs: number | undefined;

  /** @param ask sends the question; its answer goes to {@link answered} */
  constructor(ask: (id: number) => void) {
    this.#ask = ask;
  }

  /** Begins to ask. */
  start(): void {
    for (let count = 0; count < firstAsks; count++) setTimeout(() => this.#askOnce(), count * 50);
    setInterval(() => {
      this.#bestRttMs = Infinity;
      this.#askOnce();
    }, askIntervalMs);
  }

  /** The present instant, µs; undefined before the first answer. */
  nowUs(): number | undefined {
    return this.#offsetUs === undefined ? undefined : Math.round(performance.now() * 1000 + this.#offsetUs);
  }

  /** The engine's answer. */
  answered(id: number, engineUs: number): void {
    const askedMs = this.#askedMs.get(id);
    if (askedMs === undefined) return;
    this.#askedMs.delete(id);
    const nowMs = performance.now();
    const rttMs = nowMs - askedMs;
    if (rttMs > this.#bestRttMs) return;
    this.#bestRttMs = rttMs;
    this.#offsetUs = engineUs - ((askedMs + nowMs) / 2) * 1000;
  }

  #askOnce(): void {
    this.#askedMs.set(++this.#id, performance.now());
    this.#ask(this.#id);
  }
}
