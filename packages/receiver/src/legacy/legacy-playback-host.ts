// An original server as the network process watches it: an engine that owns socket and window, what it tells, and its totals,
// which outlive it.

import { setTimeout as sleep } from "node:timers/promises";

import { type Message, toJsonObject } from "@simple-video-chat/protocol";
import { describeDeath, EngineHost } from "@simple-video-chat/protocol/engine";

import type { LegacyPlaybackCommand, LegacyPlaybackEvent, LegacyPlaybackStats } from "../engine/legacy-command.ts";
import type { PlaybackCommand, PlaybackEvent } from "../engine/playback-command.ts";
import { playbackLimits } from "../playback-engine.ts";

/** How long an engine may take to leave the server before it is ended all the same. */
const stopTimeoutMs = 1500;

/** What is watched, and where it is shown. */
export interface LegacyPlaybackOptions {
  readonly host: string;
  readonly port: number;
  /** Of the window; without one nothing is drawn. */
  readonly title?: string | undefined;
}

/** What the watching tells its owner. */
export interface LegacyPlaybackHostEvents {
  readonly onEvent: (event: PlaybackEvent | LegacyPlaybackEvent) => void;
  /** The engine died, and the connection with it. Unless final, a new one is connecting. */
  readonly onEngineDeath: (death: { readonly isFinal: boolean; readonly reason: string }) => void;
}

const none: LegacyPlaybackStats = {
  received: 0,
  shown: 0,
  superseded: 0,
  bytes: 0,
  widthPx: 0,
  heightPx: 0,
  barcodes: { inOrder: 0, outOfOrder: 0 },
};

/** A playback engine that watches an original server. */
export class LegacyPlaybackHost {
  readonly #options: LegacyPlaybackOptions;
  readonly #events: LegacyPlaybackHostEvents;
  readonly #engine: EngineHost;
  /** What the engines before this one saw. */
  #before = none;
  #present = none;
  #onStopped: (() => void) | undefined;

  constructor(options: LegacyPlaybackOptions, events: LegacyPlaybackHostEvents) {
    this.#options = options;
    this.#events = events;
    this.#engine = new EngineHost({
      entry: new URL("../engine/main.js", import.meta.url),
      // It dials the original server itself.
      confinement: { ...playbackLimits, network: "shared" },
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
  get stats(): LegacyPlaybackStats {
    const before = this.#before;
    const now = this.#present;
    return {
      received: before.received + now.received,
      shown: before.shown + now.shown,
      superseded: before.superseded + now.superseded,
      bytes: before.bytes + now.bytes,
      widthPx: now.widthPx || before.widthPx,
      heightPx: now.heightPx || before.heightPx,
      barcodes: {
        inOrder: before.barcodes.inOrder + now.barcodes.inOrder,
        outOfOrder: before.barcodes.outOfOrder + now.barcodes.outOfOrder,
      },
    };
  }

  /** Shows a text in place of the picture, until the next picture. */
  showCard(text: string): void {
    this.#command({ command: "card", text });
  }

  /** Leaves the server and ends the engine with its window; resolves when its process is gone. */
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
    const { host, port, title } = this.#options;
    this.#command({ command: "open", ...(title !== undefined && { title }) });
    this.#command({ command: "card", text: `connecting to ${host}` });
    this.#command({ command: "watch-legacy", host, port });
  }

  #settle(): void {
    this.#before = this.stats;
    this.#present = none;
    this.#onStopped?.();
  }

  #command(command: PlaybackCommand | LegacyPlaybackCommand): void {
    this.#engine.send({ type: "engine-configure", value: toJsonObject(command) });
  }

  #receive(message: Message): void {
    if (message.type !== "engine-event") return;
    const event = message.value as unknown as PlaybackEvent | LegacyPlaybackEvent;
    if ("stats" in event) this.#present = event.stats;
    if (event.event === "legacy-stopped") this.#onStopped?.();
    this.#events.onEvent(event);
  }
}
