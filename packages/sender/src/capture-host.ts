// The capture engine as the network process sees it: started warm, with the camera open only while somebody watches; its packets
// go to every receiver, its credits come from all of them.

import {
  type CaptureCountMessage,
  type EncodedPacket,
  type Message,
  nowUs,
  PacketAssembler,
  type TrackMessage,
  toJsonObject,
} from "@simple-video-chat/protocol";
import { describeDeath, EngineHost, type EngineHostOptions, selfViewTrack, videoTrack } from "@simple-video-chat/protocol/engine";

import type { CaptureCommand, CaptureEvent, CaptureOptions } from "./engine/capture-command.ts";
import type { OutgoingVideo } from "./outgoing-video.ts";

/** The camera is released this long after the last receiver has left: a receiver that reconnects at once finds it open. */
const idleCloseMs = 1500;
/** Keyframes are made at most this often, however many receivers ask. */
const keyframeIntervalUs = 300_000;
/** How long an engine may take to release its source. */
const stopTimeoutMs = 3000;

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
  readonly #receivers = new Set<OutgoingVideo>();
  #assembler = new PacketAssembler();
  #track: TrackMessage | undefined;
  #count: CaptureCountMessage = { type: "capture-count", track: videoTrack, frame: 0, notEncoded: 0, encoderDropped: 0 };
  /** The count at which the present engine run began: an engine counts from 0. */
  #runBase = this.#count;
  #grantedPackets = 0;
  #isStarted = false;
  /** The engine died too often: there will be no more pictures. */
  #isGivenUp = false;
  /** Numbers the starts: what an engine still says of an earlier one means nothing for the present one. */
  #run = 0;
  #isPinned = false;
  /** The preview window is not opened again after a death: it may have been the reason. */
  #hasDied = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #keyframeTimer: NodeJS.Timeout | undefined;
  #lastKeyframeUs = 0;
  #onStopped: (() => void) | undefined;
  #stopping: Promise<void> = Promise.resolve();

  constructor(
    options: CaptureOptions,
    events: CaptureHostEvents,
    startEngine: (engine: EngineHostOptions) => CaptureEngine = (engine) => new EngineHost(engine),
  ) {
    this.#options = options;
    this.#events = events;
    this.#engine = startEngine({
      entry: new URL("./engine/main.js", import.meta.url),
      onMessage: (message) => this.#receive(message),
      onRestart: (death) => {
        events.onEngineDeath({ isFinal: false, reason: describeDeath(death) });
        this.#restart();
      },
      onGiveUp: (death) => {
        this.#isGivenUp = true;
        this.#isStarted = false;
        this.#onStopped?.();
        events.onEngineDeath({ isFinal: true, reason: describeDeath(death) });
      },
    });
  }

  /** The engine's process id. */
  get enginePid(): number | undefined {
    return this.#engine.pid;
  }

  /** The present format; undefined until the source is open. */
  get track(): TrackMessage | undefined {
    return this.#track;
  }

  /** Opens the source now and keeps it open without receivers (the preview window). */
  pin(): void {
    this.#isPinned = true;
    this.#start();
  }

  /** Feeds a receiver; opens the source for the first one. */
  add(receiver: OutgoingVideo): void {
    clearTimeout(this.#idleTimer);
    this.#receivers.add(receiver);
    this.#start();
    receiver.settle(this.#count);
  }

  /** Stops feeding a receiver; releases the source soon after the last one. */
  remove(receiver: OutgoingVideo): void {
    this.#receivers.delete(receiver);
    if (this.#receivers.size > 0 || this.#isPinned) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => void this.#stopCapturing(), idleCloseMs);
  }

  /** A receiver may have room: grants the encoder one more packet, unless it has a grant in hand. */
  offerRoom(): void {
    if (!this.#isStarted || this.#grantedPackets > 0) return;
    if (this.#receivers.size > 0 && ![...this.#receivers].some((receiver) => receiver.hasRoom())) return;
    this.#grantedPackets++;
    this.#engine.send({ type: "credit", track: videoTrack, packets: 1, targetBitrateBps: this.#targetBitrateBps() });
  }

  /** One encoder serves all: it aims at what the best connected receiver takes; the others leave frames out. */
  #targetBitrateBps(): number {
    if (this.#receivers.size === 0) return this.#options.bitrateBps;
    return Math.round(Math.max(...[...this.#receivers].map((receiver) => receiver.targetBitrateBps)));
  }

  /** Asks for a keyframe, now or as soon as the last one is old enough. */
  requestKeyframe(): void {
    if (this.#keyframeTimer !== undefined) return;
    const waitMs = Math.max(0, (this.#lastKeyframeUs + keyframeIntervalUs - nowUs()) / 1000);
    this.#keyframeTimer = setTimeout(() => {
      this.#keyframeTimer = undefined;
      this.#engine.send({ type: "keyframe-request", track: videoTrack, reason: "joined" });
    }, waitMs);
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
    clearTimeout(this.#keyframeTimer);
    await this.#engine.stop();
  }

  #start(): void {
    if (this.#isStarted || this.#isGivenUp) return;
    this.#isStarted = true;
    this.#runBase = this.#count;
    const options = this.#hasDied ? { ...this.#options, preview: false } : this.#options;
    this.#command({ command: "start", options, firstFrame: this.#count.frame + 1, run: ++this.#run });
    this.#grantedPackets = 0;
    this.offerRoom();
  }

  #stopCapturing(): Promise<void> {
    if (!this.#isStarted) return this.#stopping;
    this.#isStarted = false;
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
    this.#assembler = new PacketAssembler();
    this.#grantedPackets = 0;
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
    switch (message.type) {
      case "video": {
        const packet = this.#assembler.push(message);
        if (packet === undefined) break;
        if (packet.track === selfViewTrack) this.#events.onSelfView?.(packet);
        else this.#distribute(packet);
        break;
      }
      case "track":
        if (message.track === selfViewTrack) this.#events.onSelfView?.(message);
        else {
          this.#track = message;
          for (const receiver of this.#receivers) receiver.announce(message);
        }
        break;
      case "capture-count":
        this.#settle({
          ...message,
          notEncoded: this.#runBase.notEncoded + message.notEncoded,
          encoderDropped: this.#runBase.encoderDropped + message.encoderDropped,
        });
        break;
      case "engine-event":
        this.#onEvent(message.value as unknown as CaptureEvent);
        break;
      default:
        // An engine says nothing else.
        break;
    }
  }

  #distribute(packet: EncodedPacket): void {
    this.#grantedPackets = Math.max(0, this.#grantedPackets - 1);
    if (packet.keyframe) this.#lastKeyframeUs = nowUs();
    for (const receiver of this.#receivers) receiver.offer(packet);
    // The engine counts after each packet, and after each frame that its encoder drops: what a packet skips was not encoded.
    const skipped = packet.frame - this.#count.frame - 1;
    this.#settle({ ...this.#count, frame: packet.frame, notEncoded: this.#count.notEncoded + skipped });
    this.offerRoom();
  }

  #settle(count: CaptureCountMessage): void {
    if (count.frame === this.#count.frame) return;
    this.#count = count;
    for (const receiver of this.#receivers) receiver.settle(count);
  }

  #onEvent(event: CaptureEvent): void {
    // The end of an earlier run is not that of the present one.
    const isPresent = "run" in event && event.run === this.#run;
    if (isPresent && event.event === "stopped") {
      this.#onStopped?.();
      this.#onStopped = undefined;
    }
    if (isPresent && (event.event === "ended" || event.event === "failed")) this.#isStarted = false;
    this.#events.onEvent(event);
  }
}
