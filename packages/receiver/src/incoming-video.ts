// The video from one sender: joins its packets, acknowledges them, has them played, and keeps the account and the figures.

import {
  type AccountMessage,
  CallPercentiles,
  headerBytes,
  type Micros,
  nowUs,
  PacketAssembler,
  RateMeter,
  type ReceivedMessage,
  type ReportMessage,
  type Session,
  SlidingPercentiles,
  type TrackMessage,
  videoFixedBytes,
  type VideoMessage,
} from "@simple-video-chat/protocol";

import { addTotals, FrameAccount, type FrameTotals } from "./frame-account.ts";
import type { PlaybackHost } from "./playback-host.ts";

/**
 * With this many packets in the playback engine acknowledgements wait for it: a computer that decodes too slowly slows the sender
 * down like a link that does, instead of queueing old pictures.
 */
const maxInPlayback = 4;
/** Packets whose capture time is remembered until they are shown. Far more than can be on their way. */
const maxRemembered = 512;

/** Where the time between capture and display went, µs; of the last picture shown. */
export interface LatencyStages {
  readonly captureWaitUs: number;
  readonly encodeUs: number;
  readonly sendQueueUs: number;
  readonly networkUs: number;
  readonly decodeUs: number;
  readonly displayWaitUs: number;
}

/** Figures of an incoming video. Latencies are capture → display, in milliseconds. */
export interface IncomingStats extends FrameTotals {
  /** Shown a second, over the last two. */
  readonly fps: number;
  /** Video bits a second as they came, over the last two seconds. */
  readonly bitrateBps: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Over the last ten seconds; undefined before the first picture. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | undefined;
  /** How wrong the latencies can be: half the round trip over which the clocks were compared, ms. */
  readonly clockErrorMs: number | undefined;
  readonly rttMs: number | undefined;
  readonly stages: LatencyStages | undefined;
}

/** What the whole call's incoming video came to. */
export interface IncomingSummary extends FrameTotals {
  readonly fps: number;
  readonly bitrateBps: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | undefined;
}

interface Remembered {
  readonly captureUs: Micros;
  readonly encodeStartUs: number;
  readonly encodedUs: number;
  readonly sentUs: number;
  readonly receivedUs: Micros;
}

/** The incoming video of a call, over all its connections and, when the sender is restarted, sessions. */
export class IncomingVideo {
  readonly #playback: PlaybackHost;
  readonly #shownRate = new RateMeter();
  readonly #bitRate = new RateMeter();
  readonly #latencies = new SlidingPercentiles();
  readonly #callLatencies = new CallPercentiles();
  readonly #remembered = new Map<number, Remembered>();
  #session: Session | undefined;
  #assembler = new PacketAssembler();
  #track: TrackMessage | undefined;
  /** Video bytes of the present connection, as the sender counts them. */
  #connectionBytes = 0;
  #callBytes = 0;
  #newestComplete = 0;
  #heldAck: number | undefined;
  #pastTotals: FrameTotals | undefined;
  #account = new FrameAccount();
  #stages: LatencyStages | undefined;
  #firstShownUs: Micros | undefined;
  #lastShownUs: Micros | undefined;
  #onFinalAccount: (() => void) | undefined;

  constructor(playback: PlaybackHost) {
    this.#playback = playback;
  }

  /** When the first picture was shown. */
  get firstShownUs(): Micros | undefined {
    return this.#firstShownUs;
  }

  /** A connection of `session` is up. `isNew`: the session is a new one, whose frames are counted from its beginning. */
  connected(session: Session, isNew: boolean): void {
    if (isNew && this.#session !== undefined) {
      this.#pastTotals = this.#totals();
      this.#account = new FrameAccount();
    }
    this.#session = session;
    this.#assembler = new PacketAssembler();
    this.#connectionBytes = 0;
    this.#newestComplete = 0;
    this.#heldAck = undefined;
  }

  /** Handles what the sender says of the video. */
  receive(message: ReceivedMessage): void {
    switch (message.type) {
      case "track":
        this.#track = message;
        this.#playback.announce(message);
        break;
      case "video":
        this.#receiveVideo(message);
        break;
      case "account":
        this.#receiveAccount(message);
        break;
      default:
        // The rest is not about incoming video.
        break;
    }
  }

  /** What the playback engine says. */
  played(report: ReportMessage): void {
    const isShown = this.#remembered.has(report.frame);
    this.#account.played(report);
    if (isShown) this.#measure(report);
    if (this.#track !== undefined) this.#session?.send({ ...report, track: this.#track.track });
    if (this.#heldAck !== undefined && this.#account.inPlayback < maxInPlayback) this.#acknowledge(this.#heldAck);
  }

  /** The playback engine died; its successor needs a keyframe. */
  playbackDied(): void {
    this.#account.playbackDied();
    this.requestKeyframe("gap");
    if (this.#heldAck !== undefined) this.#acknowledge(this.#heldAck);
  }

  /** Asks the sender for a keyframe. */
  requestKeyframe(reason: "joined" | "undecodable" | "gap"): void {
    if (this.#track !== undefined) this.#session?.send({ type: "keyframe-request", track: this.#track.track, reason });
  }

  /** Asks the sender to stop; resolves when its final account has come, or after `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    const track = this.#track?.track;
    if (track === undefined || this.#session?.status !== "live") return;
    const closed = new Promise<void>((resolve) => {
      this.#onFinalAccount = resolve;
    });
    this.#session.send({ type: "stop", track });
    const timeout = setTimeout(() => this.#onFinalAccount?.(), timeoutMs);
    await closed;
    clearTimeout(timeout);
  }

  /** The present figures. */
  stats(): IncomingStats {
    const now = nowUs();
    const clock = this.#session?.clock;
    return {
      ...this.#totals(),
      fps: this.#shownRate.perSecond(now),
      bitrateBps: this.#bitRate.perSecond(now),
      widthPx: this.#track?.widthPx ?? 0,
      heightPx: this.#track?.heightPx ?? 0,
      latencyMs: inMs(this.#latencies.read(now)),
      clockErrorMs: clock && clock.errorUs / 1000,
      rttMs: clock && clock.rttUs / 1000,
      stages: this.#stages,
    };
  }

  /** The whole call's figures. */
  summary(): IncomingSummary {
    const totals = this.#totals();
    const seconds =
      this.#firstShownUs === undefined || this.#lastShownUs === undefined ? 0 : (this.#lastShownUs - this.#firstShownUs) / 1e6;
    return {
      ...totals,
      fps: seconds > 0 ? (totals.shown - 1) / seconds : 0,
      bitrateBps: seconds > 0 ? (this.#callBytes * 8) / seconds : 0,
      latencyMs: inMs(this.#callLatencies.read()),
    };
  }

  #totals(): FrameTotals {
    const totals = this.#account.totals();
    return this.#pastTotals === undefined ? totals : addTotals(this.#pastTotals, totals);
  }

  #receiveVideo(message: VideoMessage): void {
    const bytes = headerBytes + videoFixedBytes + message.data.byteLength;
    this.#connectionBytes += bytes;
    this.#callBytes += bytes;
    this.#bitRate.add(bytes * 8, nowUs());
    const packet = this.#assembler.push(message);
    if (packet !== undefined) {
      this.#newestComplete = packet.frame;
      this.#account.arrived(packet.frame);
      this.#remember(packet.frame, { ...packet, receivedUs: nowUs() });
      this.#playback.play(packet);
    }
    if (this.#account.inPlayback > maxInPlayback) this.#heldAck = message.track;
    else this.#acknowledge(message.track);
  }

  #acknowledge(track: number): void {
    this.#heldAck = undefined;
    this.#session?.send({ type: "ack", track, bytes: this.#connectionBytes, frame: this.#newestComplete, receivedUs: nowUs() });
  }

  #receiveAccount(account: AccountMessage): void {
    this.#account.accounted(account);
    if (account.final) this.#onFinalAccount?.();
  }

  #remember(frame: number, { captureUs, encodeStartUs, encodedUs, sentUs, receivedUs }: Remembered): void {
    this.#remembered.set(frame, { captureUs, encodeStartUs, encodedUs, sentUs, receivedUs });
    if (this.#remembered.size <= maxRemembered) return;
    const oldest = this.#remembered.keys().next().value;
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }

  #measure({ frame, shownUs, decodeUs, displayWaitUs }: ReportMessage): void {
    const packet = this.#remembered.get(frame);
    if (packet === undefined) return;
    for (const older of this.#remembered.keys()) {
      if (older > frame) break;
      this.#remembered.delete(older);
    }
    this.#firstShownUs ??= shownUs;
    this.#lastShownUs = shownUs;
    const now = nowUs();
    this.#shownRate.add(1, now);
    const clock = this.#session?.clock;
    if (clock === undefined) return;
    const latencyUs = shownUs + clock.offsetUs - packet.captureUs;
    this.#latencies.add(latencyUs, now);
    this.#callLatencies.add(latencyUs);
    this.#stages = {
      captureWaitUs: packet.encodeStartUs,
      encodeUs: packet.encodedUs - packet.encodeStartUs,
      sendQueueUs: packet.sentUs - packet.encodedUs,
      networkUs: Math.round(packet.receivedUs + clock.offsetUs - packet.captureUs - packet.sentUs),
      decodeUs,
      displayWaitUs,
    };
  }
}

function inMs(us: { readonly p50: number; readonly p95: number; readonly p99: number } | undefined): IncomingStats["latencyMs"] {
  const ms = (value: number): number => Math.round(value / 10) / 100;
  return us && { p50: ms(us.p50), p95: ms(us.p95), p99: ms(us.p99) };
}
