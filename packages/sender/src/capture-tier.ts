// One encoder of the capture engine as the network process sees it, and the receivers that it serves: their room becomes its credit,
// its packets become theirs.

import { type EncodedPacket, type Message, nowUs, PacketAssembler, type TrackMessage } from "@simple-video-chat/protocol";
import { videoTrack } from "@simple-video-chat/protocol/engine";

import type { OutgoingVideo } from "./outgoing-video.ts";
import { type Tier, tierBitrateBps } from "./tier-plan.ts";

/** An encoder makes keyframes at most this often, however many receivers ask. */
const keyframeIntervalUs = 300_000;

/** What a tier needs of its capture. */
export interface CaptureTierParts {
  /** What its messages are marked with on the pipe. Receivers know one track only, whoever encodes it. */
  readonly track: number;
  readonly receivers: Tier<OutgoingVideo>["receivers"];
  /** Bits a second to aim at while nobody watches. */
  readonly idleBitrateBps: number;
  readonly send: (message: Message) => void;
}

/** A tier of receivers. */
export class CaptureTier {
  readonly #parts: CaptureTierParts;
  #assembler = new PacketAssembler();
  #format: TrackMessage | undefined;
  /** The last settled frame; undefined until the engine has opened the tier. */
  #frame: number | undefined;
  /** As the engine counts it, from its present start on. */
  #encoderDropped = 0;
  /** The engine may make one more packet. */
  #hasGrant = false;
  #isPaused = false;
  /** The encoder has made nothing yet: its first packet is a keyframe unasked. */
  #isFresh = true;
  #keyframeTimer: NodeJS.Timeout | undefined;
  #lastKeyframeUs = 0;

  constructor(parts: CaptureTierParts) {
    this.#parts = parts;
  }

  get track(): number {
    return this.#parts.track;
  }

  /** The present format, as receivers are told it; undefined until the encoder is open. */
  get format(): TrackMessage | undefined {
    return this.#format;
  }

  /** The last settled frame; 0 until the engine has opened the tier. */
  get frame(): number {
    return this.#frame ?? 0;
  }

  /** What the encoder is to aim at, bits a second. */
  get targetBitrateBps(): number {
    return Math.round(tierBitrateBps(this.#parts.receivers) ?? this.#parts.idleBitrateBps);
  }

  /** The engine begins it with the frame after this one. */
  begin(frame: number): void {
    this.#assembler = new PacketAssembler();
    this.#frame = frame;
    this.#encoderDropped = 0;
    this.#hasGrant = false;
    this.#isPaused = false;
    this.#isFresh = true;
    for (const receiver of this.#parts.receivers) receiver.enter(frame);
    this.offerRoom();
  }

  /** Grants nothing more until it begins anew. */
  pause(): void {
    this.#isPaused = true;
  }

  /** The engine that had it is gone; the next one tells where it begins. */
  reopen(): void {
    this.#frame = undefined;
  }

  /** One of its receivers has come from elsewhere. */
  welcome(receiver: OutgoingVideo): void {
    if (this.#format !== undefined) receiver.announce(this.#format);
    if (this.#frame === undefined) return;
    receiver.enter(this.#frame);
    this.offerRoom();
  }

  /** Its receivers may have room: grants the encoder one more packet, unless it has a grant in hand. Without any they are not asked. */
  offerRoom(receivers: Iterable<OutgoingVideo> = this.#parts.receivers): void {
    if (this.#frame === undefined || this.#isPaused || this.#hasGrant) return;
    if (this.#parts.receivers.size > 0 && !someHasRoom(receivers)) return;
    this.#hasGrant = true;
    const { track, send } = this.#parts;
    send({ type: "credit", track, packets: 1, targetBitrateBps: this.targetBitrateBps });
  }

  /** Asks for a keyframe, now or as soon as the last one is old enough. */
  requestKeyframe(): void {
    if (this.#isFresh || this.#keyframeTimer !== undefined) return;
    const waitMs = Math.max(0, (this.#lastKeyframeUs + keyframeIntervalUs - nowUs()) / 1000);
    this.#keyframeTimer = setTimeout(() => {
      this.#keyframeTimer = undefined;
      const { track, send } = this.#parts;
      send({ type: "keyframe-request", track, reason: "joined" });
    }, waitMs);
  }

  /** Takes what the engine says on this track. */
  receive(message: Message): void {
    switch (message.type) {
      case "video": {
        const packet = this.#assembler.push(message);
        if (packet !== undefined && this.#frame !== undefined) this.#distribute(packet, this.#frame);
        break;
      }
      case "track":
        this.#format = { ...message, track: videoTrack };
        for (const receiver of this.#parts.receivers) receiver.announce(this.#format);
        break;
      case "capture-count": {
        const dropped = message.encoderDropped - this.#encoderDropped;
        this.#encoderDropped = message.encoderDropped;
        this.#settle(message.frame, dropped);
        break;
      }
      default:
        // An engine says nothing else of a track.
        break;
    }
  }

  /** Ends its timer. */
  close(): void {
    clearTimeout(this.#keyframeTimer);
  }

  #distribute(packet: EncodedPacket, settled: number): void {
    this.#hasGrant = false;
    this.#isFresh = false;
    if (packet.keyframe) this.#lastKeyframeUs = nowUs();
    const sent = { ...packet, track: videoTrack };
    const { receivers } = this.#parts;
    for (const receiver of receivers) receiver.offer(sent, receivers.size > 1);
    // The engine has counted all others: what a packet skips was not encoded.
    if (packet.frame > settled) this.#settle(packet.frame, 0);
    this.offerRoom();
  }

  #settle(frame: number, encoderDropped: number): void {
    if (this.#frame === undefined || frame <= this.#frame) return;
    this.#frame = frame;
    for (const receiver of this.#parts.receivers) receiver.settle(frame, encoderDropped);
  }
}

function someHasRoom(receivers: Iterable<OutgoingVideo>): boolean {
  for (const receiver of receivers) if (receiver.hasRoom()) return true;
  return false;
}
