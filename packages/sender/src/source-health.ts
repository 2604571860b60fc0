// Whether the source gives pictures, and why not: switched off by its owner, or lost, and then tried again until it is back.

import { Emitter, type VideoState } from "@simple-video-chat/protocol";

/** A lost source is looked for this often, ms: what is back shows within two seconds. */
const retryIntervalMs = 1000;

/** Whether there are pictures to be expected; when the source is lost, why, as a sentence for its owner. */
export type SourceState =
  | { readonly state: Exclude<VideoState, "lost"> }
  | { readonly state: "lost"; readonly code: string; readonly message: string };

/** What is known of a source. Tells each change once. */
export class SourceHealth {
  readonly #events = new Emitter<{ readonly state: SourceState }>();
  readonly #onRetry: () => void;
  #state: SourceState = { state: "on" };
  #isOff = false;
  #retryTimer: NodeJS.Timeout | undefined;

  /** @param onRetry called again and again while the source is lost: it is to be opened anew */
  constructor(onRetry: () => void) {
    this.#onRetry = onRetry;
  }

  get state(): SourceState {
    return this.#state;
  }

  /** Whether its owner has switched it off. */
  get isOff(): boolean {
    return this.#isOff;
  }

  set isOff(isOff: boolean) {
    this.#isOff = isOff;
    this.rest();
    this.#tell(isOff ? { state: "off" } : { state: "on" });
  }

  /** Calls `handler` at every change; the returned function ends that. */
  onState(handler: (state: SourceState) => void): () => void {
    return this.#events.on("state", handler);
  }

  /** It gives pictures. */
  works(): void {
    this.rest();
    if (!this.#isOff) this.#tell({ state: "on" });
  }

  /** It gives none. @param retries whether it may come back by itself, and is to be opened anew for that */
  lost(why: { readonly code: string; readonly message: string }, retries: boolean): void {
    this.rest();
    if (this.#isOff) return;
    this.#tell({ state: "lost", code: why.code, message: why.message });
    if (retries) this.#retryTimer = setTimeout(this.#onRetry, retryIntervalMs);
  }

  /** It is not tried again, until it is lost again. */
  rest(): void {
    clearTimeout(this.#retryTimer);
  }

  #tell(state: SourceState): void {
    const before = this.#state;
    this.#state = state;
    const isNews = state.state !== before.state || (state.state === "lost" && before.state === "lost" && state.message !== before.message);
    if (isNews) this.#events.emit("state", state);
  }
}
