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
import { describeDeath, EngineHost, selfViewTrack, videoTrack } from "@simple-video-chat/protocol/engine";

import type { CaptureCommand, CaptureEvent, CaptureOptions } from "./engine/capture-command.ts";
import type { OutgoingVideo } from "./outgoing-video.ts";

/** The camera is released this long after the last receiver has left: a receiver that reconnects at once finds it open. */
const idleCloseMs = 1500;
/** Keyframes are made at most this often, however many receivers ask. */
const keyframeIntervalUs = 300_000;

/** What a capture tells its owner. */
export interface CaptureHostEvents {
  readonly onEvent: (event: CaptureEvent) => void;
  /** The small pictures for a self-view, when they were asked for. */
  readonly onSelfView?: (message: TrackMessage | EncodedPacket) => void;
  /** The engine died and was started again, or died too often and was given up. */
  readonly onEngineDeath: (death: { readonly isFinal: boolean; readonly reason: string }) => void;
}

/** A capture engine and the receivers that it feeds. */
export class CaptureHost {
  readonly #options: CaptureOptions;
  readonly #events: CaptureHostEvents;
  readonly #engine: EngineHost;
  readonly #receivers = new Set<OutgoingVideo>();
  #assembler = new PacketAssembler();
  #track: TrackMessage | undefined;
  #count: CaptureCountMessage = { type: "capture-count", track: videoTrack, frame: 0, notEncoded: 0, encoderDropped: 0 };
  /** The count at which the present engine run began: an engine counts from 0. */
  #runBase = this.#count;
  #lastPacketFrame = 0;
  #grantedPackets = 0;
  #isStarted = false;
  #isPinned = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #keyframeTimer: NodeJS.Timeout | undefined;
  #lastKeyframeUs = 0;
  #onStopped: (() => void) | undefined;

  constructor(options: CaptureOptions, events: CaptureHostEvents) {
    this.#options = options;
    this.#events = events;
    this.#engine = new EngineHost({
      entry: new URL("./engine/main.js", import.meta.url),
      onMessage: (message) => this.#receive(message),
      onRestart: (death) => {
        events.onEngineDeath({ isFinal: false, reason: describeDeath(death) });
        this.#restart();
      },
      onGiveUp: (death) => events.onEngineDeath({ isFinal: true, reason: describeDeath(death) }),
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
    // Between a packet and its count a receiver would be offered more than is counted: it then joins at the count.
    if (this.#lastPacketFrame <= this.#count.frame) receiver.settle(this.#count);
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
    this.#engine.send({ type: "credit", track: videoTrack, packets: 1, targetBitrateBps: this.#options.bitrateBps });
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
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#runBase = this.#count;
    this.#command({ command: "start", options: this.#options, firstFrame: this.#count.frame + 1 });
    this.#grantedPackets = 0;
    this.offerRoom();
  }

  async #stopCapturing(): Promise<void> {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    const stopped = new Promise<void>((resolve) => {
      this.#onStopped = resolve;
    });
    this.#command({ command: "stop" });
    await stopped;
  }

  #restart(): void {
    this.#assembler = new PacketAssembler();
    this.#grantedPackets = 0;
    this.#onStopped?.();
    // Frames that died with the engine were never told of; the numbers go on behind those that were.
    if (this.#lastPacketFrame > this.#count.frame) this.#settle({ ...this.#count, frame: this.#lastPacketFrame });
    if (!this.#isStarted) return;
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
    this.#lastPacketFrame = packet.frame;
    if (packet.keyframe) this.#lastKeyframeUs = nowUs();
    for (const receiver of this.#receivers) receiver.offer(packet);
    this.offerRoom();
  }

  #settle(count: CaptureCountMessage): void {
    this.#count = count;
    for (const receiver of this.#receivers) receiver.settle(count);
  }

  #onEvent(event: CaptureEvent): void {
    if (event.event === "stopped") {
      this.#onStopped?.();
      this.#onStopped = undefined;
    }
    if (event.event === "ended" || event.event === "failed") this.#isStarted = false;
    this.#events.onEvent(event);
  }
}
