// Progress of a long step, on stderr: one line rewritten in place on a terminal, elsewhere a plain line every ten percent.

/**
 * @param {number} ms
 * @returns {string} minutes and seconds, like 3:05
 */
export function clockText(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * @param {string} title
 * @param {number} fraction 0 to 1
 * @param {number} elapsedMs
 * @returns {string} one line: title, bar, percentage, time left (once it can be guessed)
 */
export function progressText(title, fraction, elapsedMs) {
  const cells = 24;
  const full = Math.round(fraction * cells);
  const left = fraction >= 0.03 && elapsedMs > 1000 ? `, about ${clockText((elapsedMs / fraction) * (1 - fraction))} left` : "";
  return `${title} [${"#".repeat(full)}${"-".repeat(cells - full)}] ${String(Math.floor(fraction * 100)).padStart(3)} %${left}`;
}

/** Shows how far a step is. `update` as often as you like, then `end` once, whatever happened. */
export class Progress {
  #title;
  #stream;
  /** Lines can be rewritten there: as terminal.ts of src/cli has it, which is not built yet here. */
  #isRewritable;
  #now;
  #startedMs;
  #fraction = 0;
  #printedTenth = -1;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /**
   * @param {string} title
   * @param {{ stream?: { isTTY?: boolean, columns?: number, write(text: string): unknown }, now?: () => number }} [options] `now` in ms
   * @param {NodeJS.ProcessEnv} [env]
   */
  constructor(title, { stream = process.stderr, now = () => performance.now() } = {}, env = process.env) {
    this.#title = title;
    this.#stream = stream;
    this.#isRewritable = stream.isTTY === true && env.TERM !== "dumb" && ((env.TERM ?? "") !== "" || process.platform === "win32");
    this.#now = now;
    this.#startedMs = now();
    if (this.#isRewritable) {
      this.#timer = setInterval(() => this.#draw(), 500);
      this.#timer.unref();
    }
    this.#draw();
  }

  /** @param {number} fraction 0 to 1; it never goes back */
  update(fraction) {
    this.#fraction = Math.min(1, Math.max(this.#fraction, fraction));
    this.#draw();
  }

  /** Leaves the terminal line clean. */
  end() {
    clearInterval(this.#timer);
    if (this.#isRewritable) this.#stream.write("\r\x1b[K");
  }

  #draw() {
    const text = progressText(this.#title, this.#fraction, this.#now() - this.#startedMs);
    if (this.#isRewritable) {
      this.#stream.write(`\r${text.slice(0, (this.#stream.columns ?? 80) - 1)}\x1b[K`);
      return;
    }
    const tenth = Math.floor(this.#fraction * 10);
    if (tenth === this.#printedTenth) return;
    this.#printedTenth = tenth;
    this.#stream.write(`${text}\n`);
  }
}
