// The capture engine as the network process sees it: started warm, with the camera open only while somebody watches. Its encoders
// serve the receivers by tiers.

import {
  type EncodedPacket,
  type Message,
  type Micros,
  nowUs,
  PacketAssembler,
  type TrackMessage,
  toJsonObject,
} from "@simple-video-chat/protocol";
import {
  type Confinement,
  describeDeath,
  EngineHost,
  type EngineHostOptions,
  networkOfDisplay,
  selfViewTrack,
  videoTrack,
} from "@simple-video-chat/protocol/engine";

import { CaptureTier } from "./capture-tier.ts";
import type { CaptureCommand, CaptureEvent, CaptureOptions } from "./engine/capture-command.ts";
import type { OutgoingVideo } from "./outgoing-video.ts";
import { type Tier, TierPlan } from "./tier-plan.ts";

/** The camera is released this long after the last receiver has left: a receiver that reconnects at once finds it open. */
const idleCloseMs = 1500;
/** How often it is looked at who is to share an encoder with whom, ms. */
const reviewIntervalMs = 250;
/** Tracks for tiers that come later. So many that what is still said of a closed tier is never taken for the word of its successor. */
const laterTracks = 60_000;
/** How long an engine may take to release its source. */
const stopTimeoutMs = 3000;

/** A camera's or a film's pictures and three encoders of 4K fit in twice, and what a graphics card's driver takes. */
export const captureLimits: Pick<Confinement, "dataMiB" | "files"> = { dataMiB: 2048, files: 256 };

/** What a capture tells its owner. */
export interface CaptureHostEvents {
  readonly onEvent: (event: CaptureEvent) => void;
  /** The small pictures for a self-view, when they were asked for. */
  readonly onSelfView?: (message: TrackMessage | EncodedPacket) => void;
  /** The engine died and was started again, or died too often and was given up. */
  readonly onEngineDeath: (death: { readonly isFinal: boolean; readonly reason: string }) => void;
}

/** The engine process, as far as a capture needs it. */
export type CaptureEngine = Pick<EngineHost, "pid" | "send" | "stop">;

/** A capture engine and the receivers that it feeds. */
export class CaptureHost {
  readonly #options: CaptureOptions;
  readonly #events: CaptureHostEvents;
  readonly #engine: CaptureEngine;
  readonly #plan = new TierPlan<OutgoingVideo>();
  /** The planned tiers by their track on the pipe. */
  readonly #tiers = new Map<number, CaptureTier>();
  #selfView = new PacketAssembler();
  /** The last frame that any tier has settled: numbers are never given twice. */
  #frame = 0;
  #isStarted = false;
  /** The engine died too often: there will be no more pictures. */
  #isGivenUp = false;
  /** Numbers the starts: what an engine still says of an earlier one means nothing for the present one. */
  #run = 0;
  #isPinned = false;
  /** The preview window is not opened again after a death: it may have been the reason. */
  #hasDied = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #reviewTimer: NodeJS.Timeout | undefined;
  #onStopped: (() => void) | undefined;
  #stopping: Promise<void> = Promise.resolve();

  constructor(
    options: CaptureOptions,
    events: CaptureHostEvents,
    startEngine: (engine: EngineHostOptions) => CaptureEngine = (engine) => new EngineHost(engine),
  ) {
    this.#options = options;
    this.#events = events;
    this.#followPlan();
    this.#engine = startEngine({
      entry: new URL("./engine/main.js", import.meta.url),
      confinement: { ...captureLimits, network: networkOfCapture(options) },
      onMessage: (message) => this.#receive(message),
      onRestart: (death) => {
        events.onEngineDeath({ isFinal: false, reason: describeDeath(death) });
        this.#restart();
      },
      onGiveUp: (death) => {
        this.#isGivenUp = true;
        this.#end();
        this.#onStopped?.();
        events.onEngineDeath({ isFinal: true, reason: describeDeath(death) });
      },
    });
  }

  /** The engine's process id. */
  get enginePid(): number | undefined {
    return this.#engine.pid;
  }

  /** How many encoders the receivers need. */
  get tiers(): number {
    return this.#tiers.size;
  }

  /** The present format for a receiver; undefined until its encoder is open. */
  formatFor(receiver: OutgoingVideo): TrackMessage | undefined {
    return this.#tierOf(receiver)?.format;
  }

  /** Opens the source now and keeps it open without receivers (the preview window). */
  pin(): void {
    this.#isPinned = true;
    this.#start();
  }

  /** Feeds a receiver; opens the source for the first one. */
  add(receiver: OutgoingVideo): void {
    clearTimeout(this.#idleTimer);
    const isNew = this.#plan.tierOf(receiver) === undefined;
    if (isNew) this.#plan.join(receiver);
    if (!this.#isStarted) this.#start();
    else if (isNew) this.#tierOf(receiver)?.welcome(receiver);
    // One alone has an encoder of its own: there is nothing to look at.
    if (this.#plan.size > 1) this.#reviewTimer ??= setInterval(() => this.review(), reviewIntervalMs);
  }

  /** Stops feeding a receiver; releases the source soon after the last one. */
  remove(receiver: OutgoingVideo): void {
    this.#plan.leave(receiver);
    this.#followPlan();
    if (this.#plan.size <= 1) this.#stopReviews();
    if (this.#plan.size > 0 || this.#isPinned) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => void this.#stopCapturing(), idleCloseMs);
  }

  /** A receiver may have room for another packet. */
  offerRoom(receiver: OutgoingVideo): void {
    this.#tierOf(receiver)?.offerRoom([receiver]);
  }

  /** A receiver needs a keyframe. */
  requestKeyframe(receiver: OutgoingVideo): void {
    this.#tierOf(receiver)?.requestKeyframe();
  }

  /** @internal Looks at who is to share an encoder with whom; it does so by itself. */
  review(atUs: Micros = nowUs()): void {
    const moved = this.#plan.review(atUs);
    if (moved.length === 0) return;
    this.#followPlan();
    for (const receiver of moved) this.#tierOf(receiver)?.welcome(receiver);
  }

  /** Releases the source, after everything captured was given to the receivers. */
  async stopCapturing(): Promise<void> {
    this.#isPinned = false;
    clearTimeout(this.#idleTimer);
    await this.#stopCapturing();
  }

  /** Ends the engine; resolves when its process is gone. */
  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    this.#stopReviews();
    for (const tier of this.#tiers.values()) tier.close();
    await this.#engine.stop();
  }

  #start(): void {
    if (this.#isStarted || this.#isGivenUp) return;
    this.#isStarted = true;
    const options = this.#hasDied ? { ...this.#options, preview: false } : this.#options;
    const [first, ...others] = this.#tiers.values();
    if (first === undefined) return;
    this.#command({ command: "start", options, firstFrame: this.#frame + 1, track: first.track, run: ++this.#run });
    for (const tier of others) this.#open(tier);
    first.begin(this.#frame);
  }

  #open(tier: CaptureTier): void {
    tier.reopen();
    this.#command({ command: "open-tier", track: tier.track, bitrateBps: tier.targetBitrateBps, run: this.#run });
  }

  /** The engine captures no more, or is told not to. */
  #end(): void {
    this.#isStarted = false;
    for (const tier of this.#tiers.values()) tier.pause();
  }

  #stopReviews(): void {
    clearInterval(this.#reviewTimer);
    this.#reviewTimer = undefined;
  }

  /** Opens the encoders of new tiers, and closes those of tiers that are no more. */
  #followPlan(): void {
    const planned = new Map(this.#plan.tiers.map((tier) => [trackOf(tier), tier]));
    for (const [track, { receivers }] of planned) {
      if (this.#tiers.has(track)) continue;
      const { bitrateBps: idleBitrateBps } = this.#options;
      const tier = new CaptureTier({ track, receivers, idleBitrateBps, send: (message) => this.#engine.send(message) });
      this.#tiers.set(track, tier);
      if (this.#isStarted) this.#open(tier);
    }
    for (const [track, tier] of this.#tiers) {
      if (planned.has(track)) continue;
      tier.close();
      this.#tiers.delete(track);
      if (this.#isStarted) this.#command({ command: "close-tier", track, run: this.#run });
    }
  }

  #tierOf(receiver: OutgoingVideo): CaptureTier | undefined {
    const tier = this.#plan.tierOf(receiver);
    return tier && this.#tiers.get(trackOf(tier));
  }

  #stopCapturing(): Promise<void> {
    if (!this.#isStarted) return this.#stopping;
    this.#end();
    this.#stopping = new Promise<void>((resolve) => {
      // A driver that hangs must not hang whoever wants to end; its engine is killed when it is closed.
      const timeout = setTimeout(resolve, stopTimeoutMs);
      this.#onStopped = () => {
        clearTimeout(timeout);
        resolve();
      };
    });
    this.#command({ command: "stop", run: this.#run });
    return this.#stopping;
  }

  #restart(): void {
    this.#hasDied = true;
    this.#selfView = new PacketAssembler();
    this.#onStopped?.();
    if (!this.#isStarted) return;
    // Frames that died with the engine were never told of; the numbers go on behind those that were.
    this.#isStarted = false;
    this.#start();
  }

  #command(command: CaptureCommand): void {
    this.#engine.send({ type: "engine-configure", value: toJsonObject(command) });
  }

  #receive(message: Message): void {
    if (message.type === "engine-event") this.#onEvent(message.value as unknown as CaptureEvent);
    else if (!("track" in message)) return;
    else if (message.track === selfViewTrack) this.#receiveSelfView(message);
    else {
      // A tier that is closed may have something to say yet.
      const tier = this.#tiers.get(message.track);
      tier?.receive(message);
      this.#frame = Math.max(this.#frame, tier?.frame ?? 0);
    }
  }

  #receiveSelfView(message: Message): void {
    const news = message.type === "video" ? this.#selfView.push(message) : message.type === "track" ? message : undefined;
    if (news !== undefined) this.#events.onSelfView?.(news);
  }

  #onEvent(event: CaptureEvent): void {
    // The end of an earlier run is not that of the present one.
    const isPresent = "run" in event && event.run === this.#run;
    if (isPresent && event.event === "stopped") {
      this.#onStopped?.();
      this.#onStopped = undefined;
    }
    if (isPresent && event.event === "tier-opened") this.#tiers.get(event.track)?.begin(event.frame);
    if (isPresent && (event.event === "ended" || event.event === "failed")) this.#end();
    this.#events.onEvent(event);
  }
}

/** A tier's track on the pipe: the first video track, then those after the self-view's, again and again. */
function trackOf({ id }: Tier<OutgoingVideo>): number {
  return id === 1 ? videoTrack : selfViewTrack + 1 + ((id - 2) % laterTracks);
}

/** A source is local unless it is a URL. The helper programs of graphics cards' drivers do not work in a namespace of one's own. */
function networkOfCapture({ source, encoder, preview }: CaptureOptions): Confinement["network"] {
  if (source.kind === "url" || (encoder !== "auto" && encoder !== "software")) return "shared";
  return preview ? networkOfDisplay() : "none";
}
