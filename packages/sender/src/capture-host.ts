// The capture engine as the network process sees it: started warm, with the camera open only while somebody watches. Its encoders
// serve the receivers by tiers.

import {
  type EncodedPacket,
  type Message,
  type Micros,
  micros,
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
import type { SourceSpec } from "./capture/source-spec.ts";
import type { CaptureCommand, CaptureEvent, CaptureOptions } from "./engine/capture-command.ts";
import { isRecoverable, isSourceErrorCode } from "./errors.ts";
import type { OutgoingVideo } from "./outgoing-video.ts";
import { SourceHealth, type SourceState } from "./source-health.ts";
import { type Tier, TierPlan } from "./tier-plan.ts";

/** The camera is released this long after the last receiver has left: a receiver that reconnects at once finds it open. */
const idleCloseMs = 1500;
/** How often it is looked at who is to share an encoder with whom, ms. */
const reviewIntervalMs = 250;
/** Tracks for tiers that come later. So many that what is still said of a closed tier is never taken for the word of its successor. */
const laterTracks = 60_000;
/** How long an engine may take to release its source. */
const stopTimeoutMs = 3000;
/** However often its owner changes it, a source is opened anew this often at most, ms: a track is announced each time, which receivers bear once a second. */
const startIntervalMs = 1200;

/** What is captured, and how. */
export type CaptureHostOptions = Omit<CaptureOptions, "barcode"> & {
  /** Left open it is stamped on the test card only. */
  readonly barcode?: boolean;
  /** What {@link CaptureHost.setSource} may be given: the engine has no network unless one of these needs it. */
  readonly otherSources?: readonly SourceSpec[];
};

/** A camera's or a film's pictures and three encoders of 4K fit in twice, and what a graphics card's driver takes. */
export const captureLimits: Pick<Confinement, "dataMiB" | "files"> = { dataMiB: 2048, files: 256 };

/** What a capture tells its owner. */
export interface CaptureHostEvents {
  readonly onEvent: (event: CaptureEvent) => void;
  /**
   * The file that is shown begins, begins again, or was held up: its picture with the timestamp 0 was due at this instant of our clock. undefined:
   * it is not shown any more. Nothing is told of a file that was changed for another one.
   */
  readonly onTimeline?: (originUs: Micros | undefined) => void;
  /** The small pictures for a self-view, when they were asked for. */
  readonly onSelfView?: (message: TrackMessage | EncodedPacket) => void;
  /** The engine died and was started again, or died too often and was given up. */
  readonly onEngineDeath: (death: { readonly isFinal: boolean; readonly reason: string }) => void;
}

/** The engine process, as far as a capture needs it. */
export type CaptureEngine = Pick<EngineHost, "pid" | "send" | "stop">;

/** A capture engine and the receivers that it feeds. */
export class CaptureHost {
  #options: CaptureHostOptions;
  readonly #health = new SourceHealth(() => this.#startIfWanted());
  readonly #events: CaptureHostEvents;
  readonly #engine: CaptureEngine;
  readonly #plan = new TierPlan<OutgoingVideo>();
  /** The planned tiers by their track on the pipe. */
  readonly #tiers = new Map<number, CaptureTier>();
  #selfView = new PacketAssembler();
  /** The last frame that any tier has settled: numbers are never given twice. */
  #frame = 0;
  #isStarted = false;
  /** It was told to release its source, and has not said yet that it did. */
  #isStopping = false;
  /** Nothing is opened until the next one asks for it. */
  #isAtRest = false;
  /** The source was changed: one that cannot be used does not end everything. */
  #hasSwitched = false;
  #startTimer: NodeJS.Timeout | undefined;
  #startedMs = Number.NEGATIVE_INFINITY;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
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
    options: CaptureHostOptions,
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

  /** What is shown. */
  get source(): SourceSpec {
    return this.#options.source;
  }

  /** Whether there are pictures to be expected. */
  get state(): SourceState {
    return this.#health.state;
  }

  /** Calls `handler` whenever that changes; the returned function ends that. */
  onState(handler: (state: SourceState) => void): () => void {
    return this.#health.onState(handler);
  }

  /** Whether the source is switched off: then its device is released, whoever watches. */
  get isOff(): boolean {
    return this.#health.isOff;
  }

  set isOff(isOff: boolean) {
    if (isOff === this.#health.isOff) return;
    this.#health.isOff = isOff;
    this.#notBeforeMs = this.#startedMs + startIntervalMs;
    if (isOff) void this.#stopCapturing();
    else this.#startIfWanted();
  }

  /** Shows something else to the same receivers. Frames are numbered on; one that cannot be opened is lost, not the end. */
  setSource(source: SourceSpec): void {
    this.#hasSwitched = true;
    this.#options = { ...this.#options, source };
    this.#health.rest();
    this.#notBeforeMs = this.#startedMs + startIntervalMs;
    // It begins when the one before is released.
    if (this.#isStarted) void this.#stopCapturing();
    else this.#startIfWanted();
  }

  /** Opens the source now and keeps it open without receivers (the preview window). */
  pin(): void {
    this.#isPinned = true;
    this.#startNow();
  }

  /** Feeds a receiver; opens the source for the first one. */
  add(receiver: OutgoingVideo): void {
    clearTimeout(this.#idleTimer);
    const isNew = this.#plan.tierOf(receiver) === undefined;
    if (isNew) this.#plan.join(receiver);
    if (!this.#isStarted) this.#startNow();
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
    this.#rest();
    await this.#stopCapturing();
  }

  /** Ends the engine; resolves when its process is gone. */
  async close(): Promise<void> {
    this.#rest();
    this.#stopReviews();
    for (const tier of this.#tiers.values()) tier.close();
    await this.#engine.stop();
  }

  #rest(): void {
    this.#isAtRest = true;
    this.#health.rest();
    clearTimeout(this.#startTimer);
    clearTimeout(this.#idleTimer);
  }

  /** Somebody waits for pictures. */
  #startNow(): void {
    this.#isAtRest = false;
    this.#notBeforeMs = Number.NEGATIVE_INFINITY;
    this.#startIfWanted();
  }

  /** Opens the source if somebody is to see it, as soon as it may be. */
  #startIfWanted(): void {
    const isWanted = (this.#plan.size > 0 || this.#isPinned) && !this.#health.isOff && !this.#isAtRest && !this.#isGivenUp;
    if (!isWanted || this.#isStarted || this.#isStopping) return;
    clearTimeout(this.#startTimer);
    const waitMs = this.#notBeforeMs - performance.now();
    if (waitMs > 0) this.#startTimer = setTimeout(() => this.#startIfWanted(), waitMs);
    else this.#start();
  }

  #start(): void {
    const [first, ...others] = this.#tiers.values();
    if (first === undefined) return;
    this.#isStarted = true;
    this.#startedMs = performance.now();
    const { source, otherSources: _, barcode = source.kind === "testcard", preview, ...rest } = this.#options;
    const options: CaptureOptions = { ...rest, source, barcode, preview: preview && !this.#hasDied };
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
    this.#pause();
    this.#events.onTimeline?.(undefined);
  }

  #pause(): void {
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
    this.#isStopping = true;
    this.#stopping = new Promise<void>((resolve) => {
      this.#onStopped = () => {
        clearTimeout(timeout);
        this.#onStopped = undefined;
        this.#isStopping = false;
        resolve();
        this.#startIfWanted();
      };
      // A driver that hangs must not hang whoever wants to end; its engine is killed when it is closed.
      const timeout = setTimeout(this.#onStopped, stopTimeoutMs);
    });
    this.#command({ command: "stop", run: this.#run });
    return this.#stopping;
  }

  #restart(): void {
    this.#hasDied = true;
    this.#selfView = new PacketAssembler();
    // Frames that died with the engine were never told of; the numbers go on behind those that were.
    const wasStarted = this.#isStarted;
    this.#isStarted = false;
    this.#events.onTimeline?.(undefined);
    this.#notBeforeMs = Number.NEGATIVE_INFINITY;
    this.#onStopped?.();
    if (wasStarted) this.#startIfWanted();
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
    // A source that is opened anew counts its small pictures anew.
    if (message.type === "track") this.#selfView = new PacketAssembler();
    const news = message.type === "video" ? this.#selfView.push(message) : message.type === "track" ? message : undefined;
    if (news !== undefined) this.#events.onSelfView?.(news);
  }

  #onEvent(event: CaptureEvent): void {
    // The end of an earlier run is not that of the present one.
    const isPresent = "run" in event && event.run === this.#run;
    if (isPresent && event.event === "stopped") this.#onStopped?.();
    if (isPresent && event.event === "tier-opened") this.#tiers.get(event.track)?.begin(event.frame);
    // What fails while it is being stopped is over anyway.
    if (event.event === "failed" && isPresent && !this.#isStarted) return;
    if (event.event === "timeline" && isPresent && this.#isStarted) this.#events.onTimeline?.(micros(event.originUs));
    if (isPresent && this.#isStarted) this.#noteHealth(event);
    // The last words of a file may be longer than its pictures.
    if (isPresent && event.event === "ended") this.#pause();
    if (isPresent && event.event === "failed") this.#end();
    if (event.event === "failed" && this.#health.state.state === "lost") return;
    this.#events.onEvent(event);
  }

  #noteHealth(event: CaptureEvent): void {
    if (event.event === "opened" || (event.event === "stalled" && !event.isStalled)) this.#health.works();
    if (event.event === "stalled" && event.isStalled) this.#health.lost({ code: "source-stalled", message: event.message }, false);
    if (event.event !== "failed") return;
    // One that was never there, and will not be, is its owner's to end: a file that is no video.
    if (isRecoverable(event.code)) this.#health.lost(event, true);
    else if (this.#hasSwitched && isSourceErrorCode(event.code)) this.#health.lost(event, false);
  }
}

/** A tier's track on the pipe: the first video track, then those after the self-view's, again and again. */
function trackOf({ id }: Tier<OutgoingVideo>): number {
  return id === 1 ? videoTrack : selfViewTrack + 1 + ((id - 2) % laterTracks);
}

/** A source is local unless it is a URL. The helper programs of graphics cards' drivers do not work in a namespace of one's own. */
function networkOfCapture({ source, otherSources = [], encoder, preview }: CaptureHostOptions): Confinement["network"] {
  const kinds = [source, ...otherSources].map(({ kind }) => kind);
  if (kinds.includes("url") || (encoder !== "auto" && encoder !== "software")) return "shared";
  return preview || kinds.includes("screen") ? networkOfDisplay() : "none";
}
