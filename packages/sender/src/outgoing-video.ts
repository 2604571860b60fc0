// One receiver's share of the video: which packets it gets, how much may be on its way, and the account of its frames.

import {
  accountIntervalMs,
  type AckMessage,
  type CaptureCountMessage,
  type EncodedPacket,
  nowUs,
  RateController,
  RateMeter,
  type ReceivedMessage,
  SendWindow,
  type Session,
  type TrackMessage,
} from "@simple-video-chat/protocol";
import { videoTrack } from "@simple-video-chat/protocol/engine";

/** The user's limits. */
export interface OutgoingVideoOptions {
  /** Delay from capture to display to keep within, ms. */
  readonly maxLatencyMs: number;
  /** Most video bits a second. */
  readonly maxBitrateBps: number;
  /** Where to begin, bits a second. */
  readonly startBitrateBps?: number;
}

/** What an outgoing video needs of its session. */
export type OutgoingVideoSession = Pick<Session, "send" | "sendVideo" | "close" | "clock">;

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
  readonly #session: OutgoingVideoSession;
  readonly #options: OutgoingVideoOptions;
  readonly #hooks: OutgoingVideoHooks;
  readonly #timer: NodeJS.Timeout;
  readonly #sentRate = new RateMeter();
  readonly #sentBitRate = new RateMeter();
  #window: SendWindow;
  #rate: RateController;
  #isConnected = false;
  /** The present connection was told the format. Before that nothing may be said of the track, its account included. */
  #isAnnounced = false;
  #isStopped = false;
  #needsKeyframe = true;
  /** A keyframe was asked for, and has not come yet. */
  #hasAsked = false;
  /** Bytes of packets on the present connection, as acknowledgements count them. */
  #connectionBytes = 0;
  /** The capture's count when this receiver joined; undefined: it joins at the next count. */
  #base: CaptureCountMessage | undefined;
  #sent = 0;
  #notSent = 0;
  #account = emptyAccount;
  /** As much of it as the receiver was told, or was lost with a connection: accounts follow each other without gaps. */
  #told = emptyAccount;

  constructor(session: OutgoingVideoSession, options: OutgoingVideoOptions, hooks: OutgoingVideoHooks) {
    this.#session = session;
    this.#options = options;
    this.#hooks = hooks;
    this.#window = new SendWindow(options);
    this.#rate = new RateController(options);
    this.#timer = setInterval(() => this.#sendAccount(false), accountIntervalMs);
  }

  /** The account up to the last settled frame. */
  get account(): OutgoingAccount {
    return this.#account;
  }

  /** Whether the final account was given: nothing is sent any more. */
  get isStopped(): boolean {
    return this.#isStopped;
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
    this.#window = new SendWindow(this.#options);
    this.#rate = new RateController(this.#options);
    this.#connectionBytes = 0;
    this.#isConnected = true;
    this.#isAnnounced = false;
    this.#needsKeyframe = true;
    this.#hasAsked = false;
    if (this.#isStopped) return;
    if (track !== undefined) this.announce(track);
    this.#askForKeyframe();
    this.#hooks.onRoom();
  }

  /** The connection is gone; frames are counted as not sent until there is a new one. */
  disconnected(): void {
    this.#isConnected = false;
    // Nobody knows how much of it has arrived; the next connection is told of what comes from here on.
    this.#told = this.#account;
  }

  /** The packets from here on are of this format. */
  announce(track: TrackMessage): void {
    if (this.#isConnected && !this.#isStopped) this.#isAnnounced = this.#session.send(track);
    this.#needsKeyframe = true;
  }

  /** Whether another packet may go on its way now. */
  hasRoom(): boolean {
    return this.#isConnected && !this.#isStopped && this.#window.room(this.#rate.targetBps, nowUs());
  }

  /** What the encoder should aim at for this receiver, bits a second. */
  get targetBitrateBps(): number {
    return this.#rate.targetBps;
  }

  /**
   * Sends a packet, or counts it as not sent when there is no room or its keyframe is missing. Each packet is settled before the
   * next one is offered.
   */
  offer(packet: EncodedPacket): void {
    if (this.#base === undefined || this.#isStopped) return;
    if (packet.keyframe) this.#hasAsked = false;
    const isSendable = this.#admits() && (packet.keyframe || !this.#needsKeyframe);
    // Before it is sent: on a busy computer time passes meanwhile, and a round trip that looks shorter than it can be makes a queue of the rest.
    const sentUs = nowUs();
    const bytes = isSendable ? this.#session.sendVideo(packet) : 0;
    if (bytes > 0) {
      this.#needsKeyframe = false;
      this.#sent++;
      this.#connectionBytes += bytes;
      this.#sentRate.add(1, sentUs);
      this.#sentBitRate.add(bytes * 8, sentUs);
      this.#window.onSent(bytes, this.#rate.targetBps, sentUs);
      return;
    }
    this.#notSent++;
    // The chain of delta frames is broken for this receiver.
    this.#needsKeyframe = true;
    this.#askForKeyframe();
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
        this.#acknowledged(message);
        break;
      case "keyframe-request":
        this.#needsKeyframe = true;
        this.#askForKeyframe();
        break;
      case "stop":
        this.stop();
        break;
      default:
        // The rest is not about outgoing video.
        break;
    }
  }

  /** Sends the final account; nothing is sent after it. Safe to call again. */
  stop(): void {
    if (this.#isStopped) return;
    this.#sendAccount(true);
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  #admits(): boolean {
    return this.#isConnected && this.#window.admits(this.#rate.targetBps, nowUs());
  }

  #acknowledged(ack: AckMessage): void {
    if (ack.bytes > this.#connectionBytes) {
      void this.#session.close("malformed", "more was acknowledged than was sent");
      return;
    }
    if (this.#session.clock !== undefined) this.#window.onPing(this.#session.clock.rttUs);
    this.#window.onAck(ack, nowUs());
    this.#rate.onAck(this.#window, nowUs());
    if (this.#needsKeyframe) this.#askForKeyframe();
    this.#hooks.onRoom();
  }

  /** Not before there is room for it: a receiver that cannot keep up would cost all others a keyframe after the other. */
  #askForKeyframe(): void {
    if (this.#hasAsked || !this.hasRoom()) return;
    this.#hasAsked = true;
    this.#hooks.onKeyframeWanted();
  }

  #sendAccount(final: boolean): void {
    const news = since(this.#told, this.#account);
    if (!this.#isConnected || !this.#isAnnounced) return;
    if (this.#session.send({ type: "account", track: videoTrack, final, ...news })) this.#told = this.#account;
  }
}

/** What has come to an account since it was `told`. */
function since(told: OutgoingAccount, now: OutgoingAccount): OutgoingAccount {
  if (told.lastFrame === now.lastFrame) return emptyAccount;
  return {
    firstFrame: told.lastFrame === 0 ? now.firstFrame : told.lastFrame + 1,
    lastFrame: now.lastFrame,
    notEncoded: now.notEncoded - told.notEncoded,
    encoderDropped: now.encoderDropped - told.encoderDropped,
    notSent: now.notSent - told.notSent,
    sent: now.sent - told.sent,
  };
}
