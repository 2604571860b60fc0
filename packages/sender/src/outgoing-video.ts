// One receiver's share of the video: which packets it gets, how much may be on its way, and the account of its frames.

import {
  accountIntervalMs,
  type AckMessage,
  type EncodedPacket,
  type Micros,
  micros,
  noDrainMs,
  nowUs,
  RateController,
  RateMeter,
  type ReceivedMessage,
  SendWindow,
  type Session,
  type TrackMessage,
} from "@simple-video-chat/protocol";
import { videoTrack } from "@simple-video-chat/protocol/engine";

import { emptyAccount, extended, type FrameCounts, noFrames, type OutgoingAccount, since } from "./outgoing-account.ts";

/** A receiver that acknowledges nothing for so long takes nothing: a slow link needs less for one packet. */
const stalledUs = 3_000_000;
/**
 * One that acknowledges nothing for so long is cut: it is looked at once a second, and at {@link noDrainMs} it is over. Its socket cannot tell,
 * since the system takes all that is under way. Whoever was only slow comes back.
 */
const maxStalledUs = (noDrainMs - accountIntervalMs) * 1_000;
/**
 * A packet of an encoder that others share comes when they have room. Who has none just then takes it all the same, up to so many windows:
 * a frame of delay costs less than a broken chain, and the keyframe that mends it costs everybody.
 */
const stretch = 2;
/** Pictures are short of bits that are given less than this share of the cap, and use more than that share of what they are given. */
const shortShare = 0.95;
const usedShare = 0.6;

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
export type OutgoingVideoSession = Pick<Session, "send" | "sendVideo" | "cut" | "close" | "clock">;

/** What an outgoing video asks of the capture. */
export interface OutgoingVideoHooks {
  /** There may be room for another packet now. */
  readonly onRoom: () => void;
  readonly onKeyframeWanted: () => void;
  /** Is given what goes on its way, formats and packets; those must not change. */
  readonly onSent?: (message: TrackMessage | EncodedPacket) => void;
}

/** Where the picture begins again that had to wait for the sound, bits a second: next to nothing, since nothing was too much. */
const afterHoldBps = 60_000;

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
  #isHeld = false;
  #needsKeyframe = true;
  /** A keyframe was asked for, and has not come yet. */
  #hasAsked = false;
  /** Bytes of packets on the present connection, as acknowledgements count them. */
  #connectionBytes = 0;
  /** The last settled frame; undefined: it has not joined yet. */
  #settled: number | undefined;
  /** What became of the packet that was offered since then. */
  #offered: "sent" | "notSent" | undefined;
  /** When something was last acknowledged, or nothing was under way. */
  #heardUs = nowUs();
  /** When the last second was over. */
  #secondUs = nowUs();
  #account = emptyAccount;
  /** As much of it as the receiver was told, or was lost with a connection: accounts follow each other without gaps. */
  #told = emptyAccount;

  constructor(session: OutgoingVideoSession, options: OutgoingVideoOptions, hooks: OutgoingVideoHooks) {
    this.#session = session;
    this.#options = options;
    this.#hooks = hooks;
    this.#window = new SendWindow(options);
    this.#rate = new RateController(options);
    this.#timer = setInterval(() => this.#onSecond(), accountIntervalMs);
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
    if (this.#isAnnounced) this.#hooks.onSent?.(track);
    this.#needsKeyframe = true;
  }

  /** No picture goes on its way (true), since the link has room for the sound only; or they do again. */
  hold(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    // What it took before is what was too much.
    if (isHeld) this.#rate = new RateController({ ...this.#options, startBitrateBps: afterHoldBps });
    if (isHeld || this.#isStopped) return;
    if (this.#needsKeyframe) this.#askForKeyframe();
    this.#hooks.onRoom();
  }

  /** Whether another packet may go on its way now. */
  hasRoom(): boolean {
    return this.#isConnected && !this.#isStopped && !this.#isHeld && this.#window.room(this.#rate.targetBps, nowUs());
  }

  /** What the encoder should aim at for this receiver, bits a second. */
  get targetBitrateBps(): number {
    return this.#rate.targetBps;
  }

  /** Whether the pictures could use more than the link gives them. Cheap. */
  get isShort(): boolean {
    if (this.#isHeld) return true;
    const { targetBps } = this.#rate;
    return targetBps < shortShare * this.#options.maxBitrateBps && this.sentBitrateBps() > usedShare * targetBps;
  }

  /** Whether nothing arrives there: the connection is lost, or nothing was acknowledged for long. */
  get isStalled(): boolean {
    return !this.#isConnected || this.#unheardUs() > stalledUs;
  }

  /**
   * From now on it gets the packets of an encoder, another one perhaps, whose frames are settled up to `frame`. Frames that fall
   * between two encoders count as not sent.
   */
  enter(frame: number): void {
    if (this.#isStopped) return;
    const before = this.#settled;
    this.#settled = Math.max(frame, before ?? 0);
    this.#needsKeyframe = true;
    this.#hasAsked = false;
    if (before !== undefined && frame > before) this.#count(frame, { ...noFrames, notSent: frame - before });
    this.#askForKeyframe();
  }

  /**
   * Sends a packet, or counts it as not sent when there is no room or its keyframe is missing. Each packet is settled before the
   * next one is offered. Of an encoder that is behind the one before, nothing is taken until it has caught up.
   *
   * @param isShared others get it too
   */
  offer(packet: EncodedPacket, isShared: boolean = false): void {
    if (this.#settled === undefined || this.#isStopped) return;
    if (packet.keyframe) this.#hasAsked = false;
    if (packet.frame > this.#settled) {
      const isSendable = (packet.keyframe || !this.#needsKeyframe) && (this.hasRoom() || this.#admits(packet, isShared));
      // Before it is sent: on a busy computer time passes meanwhile, and a way that looks shorter than it is makes a queue of the rest.
      const sentUs = nowUs();
      const bytes = isSendable ? this.#session.sendVideo(packet) : 0;
      this.#offered = bytes > 0 ? "sent" : "notSent";
      if (bytes > 0) {
        this.#onSent(bytes, sentUs);
        this.#hooks.onSent?.(packet);
        return;
      }
    }
    // The chain of delta frames is broken for this receiver.
    this.#needsKeyframe = true;
    this.#askForKeyframe();
  }

  /**
   * All frames up to `frame` are settled: offered, or left out by the encoder (at most `encoderDropped` of them), or else not encoded.
   */
  settle(frame: number, encoderDropped: number): void {
    if (this.#isStopped || this.#settled === undefined || frame <= this.#settled) return;
    const offered = this.#offered === undefined ? 0 : 1;
    const captured = frame - this.#settled;
    const dropped = Math.min(encoderDropped, captured - offered);
    const notEncoded = captured - offered - dropped;
    const notSent = this.#offered === "notSent" ? 1 : 0;
    this.#count(frame, { notEncoded, encoderDropped: dropped, notSent, sent: offered - notSent });
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

  /** Whether it takes a packet without having room: its own was encoded because there was room, and one of others is a delta frame. */
  #admits({ keyframe }: EncodedPacket, isShared: boolean): boolean {
    if (!this.#isConnected || this.#isHeld || (isShared && keyframe)) return false;
    return this.#window.admits(isShared ? stretch : 1, this.#rate.targetBps, nowUs());
  }

  #onSent(bytes: number, sentUs: Micros): void {
    this.#needsKeyframe = false;
    this.#connectionBytes += bytes;
    this.#sentRate.add(1, sentUs);
    this.#sentBitRate.add(bytes * 8, sentUs);
    if (this.#window.inFlightBytes === 0) this.#heardUs = sentUs;
    this.#window.onSent(bytes, this.#rate.targetBps, sentUs);
  }

  #count(frame: number, counted: FrameCounts): void {
    this.#account = extended(this.#account, frame, counted);
    this.#settled = frame;
    this.#offered = undefined;
  }

  #acknowledged(ack: AckMessage): void {
    if (ack.bytes > this.#connectionBytes) {
      void this.#session.close("malformed", "more was acknowledged than was sent");
      return;
    }
    const now = nowUs();
    this.#heardUs = now;
    if (this.#session.clock !== undefined) this.#window.onPing(this.#session.clock);
    this.#window.onAck(ack, now);
    this.#rate.onAck(this.#window, now);
    if (this.#needsKeyframe) this.#askForKeyframe();
    this.#hooks.onRoom();
  }

  /** Not before there is room for it: a receiver that cannot keep up would cost all others a keyframe after the other. */
  #askForKeyframe(): void {
    if (this.#hasAsked || !this.hasRoom()) return;
    this.#hasAsked = true;
    this.#hooks.onKeyframeWanted();
  }

  /** For how long nothing was acknowledged although something is under way. */
  #unheardUs(): number {
    return this.#window.inFlightBytes > 0 ? nowUs() - this.#heardUs : 0;
  }

  #onSecond(): void {
    const now = nowUs();
    const sleptUs = now - this.#secondUs;
    this.#secondUs = now;
    // It was we who were stopped: what was acknowledged meanwhile is not read yet.
    if (sleptUs > 2_000 * accountIntervalMs) this.#heardUs = micros(this.#heardUs + sleptUs);
    if (this.#isConnected && this.#unheardUs() >= maxStalledUs) this.#session.cut("the other end takes nothing");
    else this.#sendAccount(false);
  }

  #sendAccount(final: boolean): void {
    const news = since(this.#told, this.#account);
    if (!this.#isConnected || !this.#isAnnounced) return;
    if (this.#session.send({ type: "account", track: videoTrack, final, ...news })) this.#told = this.#account;
  }
}
