// The bridge to original clients as the network process sees it: an engine that owns the socket, what it tells, and its totals,
// which outlive it.

import { setTimeout as sleep } from "node:timers/promises";

import { type Message, toJsonObject } from "@simple-video-chat/protocol";
import { describeDeath, EngineHost } from "@simple-video-chat/protocol/engine";

import { captureLimits } from "../capture-host.ts";
import type { LegacyCaptureCommand, LegacyCaptureEvent, LegacyCaptureOptions } from "../engine/legacy-command.ts";
import type { LegacyServerStats } from "./legacy-server.ts";

/** How long an engine may take to release its source before it is ended all the same. */
const stopTimeoutMs = 1500;

/** What the bridge tells its owner. */
export interface LegacyCaptureHostEvents {
  readonly onEvent: (event: LegacyCaptureEvent) => void;
  /** The engine died and everybody who watched is out. Unless final, a new one is about to listen at the same place. */
  readonly onEngineDeath: (death: { readonly isFinal: boolean; readonly reason: string }) => void;
}

const none: LegacyServerStats = { viewers: 0, viewersEver: 0, captured: 0, sent: 0, skipped: 0, bytes: 0 };

/** A capture engine that feeds original clients. */
export class LegacyCaptureHost {
  readonly #events: LegacyCaptureHostEvents;
  readonly #engine: EngineHost;
  #options: LegacyCaptureOptions;
  /** What the engines before this one did. */
  #before = none;
  #present = none;
  #onStopped: (() => void) | undefined;

  constructor(options: LegacyCaptureOptions, events: LegacyCaptureHostEvents) {
    this.#options = options;
    this.#events = events;
    this.#engine = new EngineHost({
      entry: new URL("../engine/main.js", import.meta.url),
      // The original clients dial it.
      confinement: { ...captureLimits, network: "shared" },
      onMessage: (message) => this.#receive(message),
      onRestart: (death) => {
        this.#settle();
        events.onEngineDeath({ isFinal: false, reason: describeDeath(death) });
        this.#start();
      },
      onGiveUp: (death) => {
        this.#settle();
        events.onEngineDeath({ isFinal: true, reason: describeDeath(death) });
      },
    });
    this.#start();
  }

  /** The engine's process id. */
  get enginePid(): number | undefined {
    return this.#engine.pid;
  }

  /** The counts of all engines together, half a second old at most. */
  get stats(): LegacyServerStats {
    const { captured, sent, skipped, bytes, viewersEver } = this.#before;
    const now = this.#present;
    return {
      viewers: now.viewers,
      viewersEver: viewersEver + now.viewersEver,
      captured: captured + now.captured,
      sent: sent + now.sent,
      skipped: skipped + now.skipped,
      bytes: bytes + now.bytes,
    };
  }

  /** Puts everybody out, releases the source and ends the engine; resolves when its process is gone. */
  async close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#onStopped = resolve;
    });
    this.#command({ command: "stop-legacy" });
    const timeout = new AbortController();
    await Promise.race([stopped, sleep(stopTimeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined)]);
    timeout.abort();
    await this.#engine.stop();
  }

  #start(): void {
    this.#command({ command: "start-legacy", options: this.#options });
  }

  #settle(): void {
    this.#before = { ...this.stats, viewers: 0 };
    this.#present = none;
    this.#onStopped?.();
  }

  #command(command: LegacyCaptureCommand): void {
    this.#engine.send({ type: "engine-configure", value: toJsonObject(command) });
  }

  #receive(message: Message): void {
    if (message.type !== "engine-event") return;
    const event = message.value as unknown as LegacyCaptureEvent;
    // Where it listened once it must listen again.
    if (event.event === "listening") this.#options = { ...this.#options, port: event.port };
    if (event.event === "legacy-stats" || event.event === "legacy-ended" || event.event === "legacy-stopped") this.#present = event.stats;
    if (event.event === "legacy-stopped") this.#onStopped?.();
    this.#events.onEvent(event);
  }
}
