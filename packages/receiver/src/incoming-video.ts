// The video from one sender: joins its packets, acknowledges them, has them played, and keeps the account and the figures.

import {
  type AccountMessage,
  CallPercentiles,
  headerBytes,
  maxFormatChangesPerS,
  maxTracks,
  type Micros,
  nowUs,
  PacketAssembler,
  ProtocolError,
  RateMeter,
  type ReceivedMessage,
  type ReportMessage,
  type Session,
  SlidingPercentiles,
  type TrackMessage,
  videoFixedBytes,
  type VideoMessage,
} from "@simple-video-chat/protocol";

import { FrameAccount, type FrameTotals, type PlaybackCounts } from "./frame-account.ts";
import type { PlaybackHost } from "./playback-host.ts";

/**
 * With this many packets in the playback engine acknowledgements wait for it: a computer that decodes too slowly slows the sender
 * down like a link that does, instead of queueing old pictures.
 */
const maxInPlayback = 4;
/** Packets whose capture time is remembered until they are shown. Far more than can be on their way. */
const maxRemembered = 512;
/** Announcements that may come at once, beyond {@link maxFormatChangesPerS}: a source that is opened again is announced again. */
const announcementBurst = 5;

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

/** One picture that was shown. */
export interface ShownPicture {
  /** Its number, from 1. */
  readonly frame: number;
  /** When, on this computer's monotonic clock. */
  readonly shownUs: Micros;
  /** Capture → display, wrong by as much as the clocks are. */
  readonly latencyMs: number;
  /** Of its packet. */
  readonly bytes: number;
}

/** What this needs of a session. */
export type IncomingSession = Pick<Session, "send" | "status" | "clock">;

interface Remembered {
  readonly captureUs: Micros;
  readonly encodeStartUs: number;
  readonly encodedUs: number;
  readonly sentUs: number;
  readonly receivedUs: Micros;
  readonly bytes: number;
}

const noPlayback: PlaybackCounts = { shown: 0, superseded: 0, waitingForKeyframe: 0, undecodable: 0 };

/** The incoming video of a call, over all its connections and, when the sender is restarted, sessions. */
export class IncomingVideo {
  readonly #playback: Pick<PlaybackHost, "announce" | "play">;
  readonly #onShown: ((picture: ShownPicture) => void) | undefined;
  readonly #shownRate = new RateMeter();
  readonly #bitRate = new RateMeter();
  readonly #latencies = new SlidingPercentiles();
  readonly #callLatencies = new CallPercentiles();
  readonly #remembered = new Map<number, Remembered>();
  #session: IncomingSession | undefined;
  #assembler = new PacketAssembler();
  #track: TrackMessage | undefined;
  /** Video bytes of the present connection, as the sender counts them. */
  #connectionBytes = 0;
  #callBytes = 0;
  #newestComplete = 0;
  #heldAck: number | undefined;
  readonly #account = new FrameAccount();
  /** Tracks announced on the present connection. The first of them is played, and the others are left alone. */
  #announced = new Set<number>();
  #announcements = { left: announcementBurst, atUs: nowUs() };
  /** The last frame of the present connection's last account; 0 before the first. */
  #accountedTo = 0;
  /** What was played before the present connection: reports count from there. */
  #playedBefore = noPlayback;
  #stages: LatencyStages | undefined;
  #firstShownUs: Micros | undefined;
  #lastShownUs: Micros | undefined;
  #onFinalAccount: (() => void) | undefined;

  /**
   * @param playback - takes the packets; its reports come back by {@link played}
   * @param onShown - called for each picture whose latency is known
   */
  constructor(playback: Pick<PlaybackHost, "announce" | "play">, onShown?: (picture: ShownPicture) => void) {
    this.#playback = playback;
    this.#onShown = onShown;
  }

  /** When the first picture was shown. */
  get firstShownUs(): Micros | undefined {
    return this.#firstShownUs;
  }

  /** A connection of `session` is up. `isNew`: the session is a new one, whose frames are counted from its beginning. */
  connected(session: IncomingSession, isNew: boolean): void {
    if (isNew && this.#session !== undefined) {
      this.#account.newSession();
      this.#remembered.clear();
    }
    this.#session = session;
    this.#announced = new Set();
    this.#accountedTo = 0;
    this.#playedBefore = this.#playedSoFar();
    this.#assembler = new PacketAssembler();
    this.#connectionBytes = 0;
    this.#newestComplete = 0;
    this.#heldAck = undefined;
  }

  /**
   * Handles what the sender says of the video.
   *
   * @throws ProtocolError unannounced-track, too-many-tracks, track-flood, bad-value, or what PacketAssembler throws
   */
  receive(message: ReceivedMessage): void {
    switch (message.type) {
      case "track":
        this.#receiveTrack(message);
        break;
      case "video":
        this.#checkAnnounced(message.track);
        if (message.track === this.#track?.track) this.#receiveVideo(message);
        break;
      case "account":
        this.#checkAnnounced(message.track);
        if (message.track === this.#track?.track) this.#receiveAccount(message);
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
    if (this.#track !== undefined) this.#session?.send({ ...report, ...this.#playedHere(), track: this.#track.track });
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
      ...this.#account.totals(),
      fps: this.#shownRate.perSecond(now),
      bitrateBps: this.#bitRate.perSecond(now),
      widthPx: this.#track?.widthPx ?? 0,
      heightPx: this.#track?.heightPx ?? 0,
      latencyMs: allInMs(this.#latencies.read(now)),
      clockErrorMs: clock && clock.errorUs / 1000,
      rttMs: clock && clock.rttUs / 1000,
      stages: this.#stages,
    };
  }

  /** The whole call's figures. */
  summary(): IncomingSummary {
    const totals = this.#account.totals();
    const seconds =
      this.#firstShownUs === undefined || this.#lastShownUs === undefined ? 0 : (this.#lastShownUs - this.#firstShownUs) / 1e6;
    return {
      ...totals,
      fps: seconds > 0 ? (totals.shown - 1) / seconds : 0,
      bitrateBps: seconds > 0 ? (this.#callBytes * 8) / seconds : 0,
      latencyMs: allInMs(this.#callLatencies.read()),
    };
  }

  #playedSoFar(): PlaybackCounts {
    const { shown, dropped } = this.#account.totals();
    const { superseded, waitingForKeyframe, undecodable } = dropped;
    return { shown, superseded, waitingForKeyframe, undecodable };
  }

  /** What was played since the present connection began. */
  #playedHere(): PlaybackCounts {
    const now = this.#playedSoFar();
    const before = this.#playedBefore;
    return {
      shown: now.shown - before.shown,
      superseded: now.superseded - before.superseded,
      waitingForKeyframe: now.waitingForKeyframe - before.waitingForKeyframe,
      undecodable: now.undecodable - before.undecodable,
    };
  }

  #receiveTrack(message: TrackMessage): void {
    const now = nowUs();
    const { left, atUs } = this.#announcements;
    const refilled = Math.min(announcementBurst, left + ((now - atUs) / 1e6) * maxFormatChangesPerS);
    if (refilled < 1) throw new ProtocolError("track-flood", "a track was announced again and again");
    this.#announcements = { left: refilled - 1, atUs: now };
    if (!this.#announced.has(message.track) && this.#announced.size === maxTracks) {
      throw new ProtocolError("too-many-tracks", `more than ${maxTracks} tracks`);
    }
    const isOurs = this.#announced.size === 0 || message.track === this.#track?.track;
    this.#announced.add(message.track);
    if (!isOurs) return;
    this.#track = message;
    this.#playback.announce(message);
  }

  #checkAnnounced(track: number): void {
    if (!this.#announced.has(track)) throw new ProtocolError("unannounced-track", `video of track ${track}, which was not announced`);
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
      this.#remember(packet.frame, { ...packet, bytes: packet.data.byteLength, receivedUs: nowUs() });
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
    const { firstFrame, lastFrame } = account;
    if (firstFrame !== 0) {
      if (this.#accountedTo !== 0 && firstFrame !== this.#accountedTo + 1) {
        throw new ProtocolError("bad-value", `an account from frame ${firstFrame} on came after one up to frame ${this.#accountedTo}`);
      }
      this.#accountedTo = lastFrame;
    }
    this.#account.accounted(account);
    if (account.final) this.#onFinalAccount?.();
  }

  #remember(frame: number, { captureUs, encodeStartUs, encodedUs, sentUs, receivedUs, bytes }: Remembered): void {
    this.#remembered.set(frame, { captureUs, encodeStartUs, encodedUs, sentUs, receivedUs, bytes });
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
    this.#onShown?.({ frame, shownUs, latencyMs: inMs(latencyUs), bytes: packet.bytes });
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

function allInMs(us: { readonly p50: number; readonly p95: number; readonly p99: number } | undefined): IncomingStats["latencyMs"] {
  return us && { p50: inMs(us.p50), p95: inMs(us.p95), p99: inMs(us.p99) };
}

function inMs(us: number): number {
  return Math.round(us / 10) / 100;
}
