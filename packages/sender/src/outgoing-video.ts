// One receiver's share of the video: which packets it gets, how much may be on its way, and the account of its frames.

import {
  type CaptureCountMessage,
  type EncodedPacket,
  nowUs,
  RateMeter,
  type ReceivedMessage,
  type ReportMessage,
  SendWindow,
  type Session,
  type TrackMessage,
} from "@simple-video-chat/protocol";
import { videoTrack } from "@simple-video-chat/protocol/engine";

/** How often a receiver is told the account of its frames while the call lives, ms. */
const accountIntervalMs = 1000;

/** What an outgoing video asks of the capture. */
export interface OutgoingVideoHooks {
  /** There may be room for another packet now. */
  readonly onRoom: () => void;
  readonly onKeyframeWanted: () => void;
}

/** What was made of the frames captured for one receiver; the four counters sum up to lastFrame − firstFrame + 1. */
export interface OutgoingAccount {
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly notEncoded: number;
  readonly encoderDropped: number;
  readonly notSent: number;
  readonly sent: number;
}

const emptyAccount: OutgoingAccount = { firstFrame: 0, lastFrame: 0, notEncoded: 0, encoderDropped: 0, notSent: 0, sent: 0 };

/** The video to one receiver. */
export class OutgoingVideo {
  readonly #session: Session;
  readonly #maxLatencyMs: number;
  readonly #hooks: OutgoingVideoHooks;
  readonly #timer: NodeJS.Timeout;
  readonly #sentRate = new RateMeter();
  readonly #sentBitRate = new RateMeter();
  #window: SendWindow;
  #isConnected = false;
  #isStopped = false;
  #needsKeyframe = true;
  /** The capture's count when this receiver joined; undefined: it joins at the next count. */
  #base: CaptureCountMessage | undefined;
  #sent = 0;
  #notSent = 0;
  #account = emptyAccount;
  #report: ReportMessage | undefined;

  constructor(session: Session, options: { readonly maxLatencyMs: number }, hooks: OutgoingVideoHooks) {
    this.#session = session;
    this.#maxLatencyMs = options.maxLatencyMs;
    this.#hooks = hooks;
    this.#window = new SendWindow(options);
    this.#timer = setInterval(() => this.#sendAccount(false), accountIntervalMs);
  }

  /** The account up to the last settled frame. */
  get account(): OutgoingAccount {
    return this.#account;
  }

  /** What the receiver last said of what it showed. */
  get report(): ReportMessage | undefined {
    return this.#report;
  }

  /** Packets sent a second, over the last two seconds. */
  sentRate(): number {
    return this.#sentRate.perSecond(nowUs());
  }

  /** Video bits sent a second, over the last two seconds. */
  sentBitrateBps(): number {
    return this.#sentBitRate.perSecond(nowUs());
  }

  /** A connection is up, the first or a new one: what was on its way is gone, and the receiver needs a keyframe. */
  connected(track: TrackMessage | undefined): void {
    this.#window = new SendWindow({ maxLatencyMs: this.#maxLatencyMs });
    this.#isConnected = true;
    this.#needsKeyframe = true;
    if (track !== undefined) this.announce(track);
    this.#hooks.onKeyframeWanted();
    this.#hooks.onRoom();
  }

  /** The connection is gone; frames are counted as not sent until there is a new one. */
  disconnected(): void {
    this.#isConnected = false;
  }

  /** The packets from here on are of this format. */
  announce(track: TrackMessage): void {
    if (this.#isConnected && !this.#isStopped) this.#session.send(track);
    this.#needsKeyframe = true;
  }

  /** Whether another packet may go on its way now. */
  hasRoom(): boolean {
    return this.#isConnected && !this.#isStopped && this.#window.room(nowUs());
  }

  /** Sends a packet, or counts it as not sent when there is no room or its keyframe is missing. */
  offer(packet: EncodedPacket): void {
    if (this.#base === undefined || this.#isStopped) return;
    if (packet.keyframe && this.#isConnected) this.#needsKeyframe = false;
    // A keyframe that was asked for goes out even when the window is full: it ends the wait, and it was made small.
    const isSendable = this.#isConnected && !this.#needsKeyframe && (packet.keyframe || this.hasRoom());
    const bytes = isSendable ? this.#session.sendVideo(packet) : 0;
    if (bytes > 0) {
      this.#sent++;
      this.#sentRate.add(1, nowUs());
      this.#sentBitRate.add(bytes * 8, nowUs());
      this.#window.onSent(bytes, nowUs());
      return;
    }
    this.#notSent++;
    // The chain of delta frames is broken for this receiver.
    this.#needsKeyframe = true;
    if (this.#isConnected) this.#hooks.onKeyframeWanted();
  }

  /** All frames up to `count.frame` are settled. A receiver joins at such a point, where everything offered is also counted. */
  settle(count: CaptureCountMessage): void {
    if (this.#isStopped) return;
    if (this.#base === undefined) {
      this.#base = count;
      return;
    }
    const base = this.#base;
    if (count.frame === base.frame) return;
    this.#account = {
      firstFrame: base.frame + 1,
      lastFrame: count.frame,
      notEncoded: count.notEncoded - base.notEncoded,
      encoderDropped: count.encoderDropped - base.encoderDropped,
      notSent: this.#notSent,
      sent: this.#sent,
    };
  }

  /** Handles what the receiver says of the video. */
  receive(message: ReceivedMessage): void {
    switch (message.type) {
      case "ack":
        this.#window.onAck(message.bytes, nowUs());
        this.#hooks.onRoom();
        break;
      case "report":
        this.#report = message;
        break;
      case "keyframe-request":
        this.#needsKeyframe = true;
        this.#hooks.onKeyframeWanted();
        break;
      case "stop":
        this.stop();
        break;
      default:
        // The rest is not about outgoing video.
        break;
    }
  }

  /** Sends the final account; nothing is sent after it. */
  stop(): void {
    if (this.#isStopped) return;
    this.#sendAccount(true);
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  #sendAccount(final: boolean): void {
    if (!this.#isConnected || (this.#account.firstFrame === 0 && !final)) return;
    this.#session.send({ type: "account", track: videoTrack, final, ...this.#account });
  }
}
