// An engine's pulse: it says every other second that it lives, of its own accord, whatever it has to do. One that does not hangs: in a library,
// in a user's filter, in a loop. Pure but for its clock.

import type { EngineEventMessage } from "../messages/engine-event.ts";
import type { Message } from "../messages/message.ts";

/** How often an engine says that it lives, ms. It costs one waking of two processes. */
export const pulseIntervalMs = 2_000;
/**
 * An engine that has said nothing for this long hangs, ms. Longer than an honest one is held up: OpenCV waits up to 10 s for a camera that gives
 * nothing, and 30 s for a stream that does not open, and what holds up the thread of the engine holds up its pulse.
 */
export const usualPulseLimitMs = 40_000;
/** Of an audio engine, ms: nothing in it waits for a device. */
export const audioPulseLimitMs = 10_000;
/** Counted of one look at most: a computer that slept, or a process that was stopped, says nothing about the engine. */
const countedIntervalMs = 2 * pulseIntervalMs;

/** What an engine says. */
export const pulse: EngineEventMessage = { type: "engine-event", value: { event: "pulse" } };

/** Whether that is all that a message says. */
export function isPulse(message: Message): boolean {
  return message.type === "engine-event" && message.value["event"] === pulse.value["event"];
}

/** Watches for one engine's pulse, from its start to its end. */
export class PulseWatch {
  readonly #limitMs: number;
  #silentMs = 0;
  #lookedMs: number;

  /** @param nowMs any monotonic clock */
  constructor(limitMs: number, nowMs: number) {
    this.#limitMs = limitMs;
    this.#lookedMs = nowMs;
  }

  /** The engine has said something. */
  heard(): void {
    this.#silentMs = 0;
  }

  /** Why the engine hangs; undefined: it does not. To be asked every {@link pulseIntervalMs}, or more often. */
  look(nowMs: number): string | undefined {
    this.#silentMs += Math.min(nowMs - this.#lookedMs, countedIntervalMs);
    this.#lookedMs = nowMs;
    return this.#silentMs > this.#limitMs ? `it has given no sign of life for ${this.#limitMs / 1000} s` : undefined;
  }
}
