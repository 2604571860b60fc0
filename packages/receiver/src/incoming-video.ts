// The video from one sender: joins its packets, acknowledges them, has them played, and keeps the account and the figures.

import {
  type AccountMessage,
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
  type TrackMessage,
  type VideoCodec,
  videoFixedBytes,
  type VideoMessage,
} from "@simple-video-chat/protocol";

import { FrameAccount, type FrameTotals } from "./frame-account.ts";
import { type LatencyMs, type LatencyStages, PictureTimes, type ShownPicture } from "./picture-times.ts";
import { PictureWatch } from "./picture-watch.ts";
import { countsSince, noPlayback } from "./playback-counts.ts";
import type { PlaybackHost } from "./playback-host.ts";

/**
 * With this many packets in the playback engine acknowledgements wait for it: a computer that decodes too slowly slows the sender
 * down like a link that does, instead of queueing old pictures.
 */
const maxInPlayback = 4;
/**
 * Within a packet its chunks are acknowledged this often: on a slow link each tells how it goes, on a fast one they come in the same breath
 * and the packet's end says it all. Never are more bytes than the second behind (docs/protocol.md).
 */
const ackIntervalUs = 5_000;
const maxUnacknowledgedBytes = 49_152;
/** The sender hears of pictures shown this often. Nothing waits for it, and each is a record to be written and read at both ends. */
const reportIntervalUs = 100_000;
/** Announcements that may come at once, beyond {@link maxFormatChangesPerS}: a source that is opened again is announced again. */
const announcementBurst = 5;

/** Figures of an incoming video. Latencies are capture → display, in milliseconds. */
export interface IncomingStats extends FrameTotals {
  /** Shown a second, over the last two. */
  readonly fps: number;
  /** Video bits a second as they came, over the last two seconds. */
  readonly bitrateBps: number;
  /** How it is encoded; undefined before the first picture. */
  readonly codec: VideoCodec | undefined;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Over the last ten seconds; undefined before the first picture. */
  readonly latencyMs: LatencyMs | undefined;
  /** What has to be added to our clock to get the sender's, ms. */
  readonly clockOffsetMs: number | undefined;
  /** How wrong the latencies can be: half the round trip over which the clocks were compared, ms. */
  readonly clockErrorMs: number | undefined;
  readonly rttMs: number | undefined;
  readonly stages: LatencyStages | undefined;
}

/** What the whole call's incoming video came to. */
export interface IncomingSummary extends FrameTotals {
  readonly fps: number;
  readonly bitrateBps: number;
  readonly latencyMs: LatencyMs | undefined;
}

/** What is too slow for live pictures: the way here, or this computer, whose decoder does not keep up. */
export type SlowPart = "link" | "computer";

/** What this needs of a session. */
export type IncomingSession = Pick<Session, "send" | "status" | "clock">;

/** The incoming video of a call, over all its connections and, when the sender is restarted, sessions. */
export class IncomingVideo {
  readonly #playback: Pick<PlaybackHost, "announce" | "play" | "setClock">;
  readonly #times = new PictureTimes();
  readonly #watch = new PictureWatch();
  readonly #bitRate = new RateMeter();
  #session: IncomingSession | undefined;
  #assembler = new PacketAssembler();
  #track: TrackMessage | undefined;
  /** Video bytes of the present connection, as the sender counts them. */
  #connectionBytes = 0;
  #callBytes = 0;
  #newestComplete = 0;
  #heldAck: number | undefined;
  #hasPlaybackEnded = false;
  /** Bytes that were acknowledged on the present connection, and when. */
  #acknowledged = { bytes: 0, atUs: nowUs() };
  /** What the sender has not been told of yet, and when it was told. */
  #unreported: ReportMessage | undefined;
  #reportedUs = Number.NEGATIVE_INFINITY;
  readonly #account = new FrameAccount();
  /** Tracks announced on the present connection. The first of them is played, and the others are left alone. */
  #announced = new Set<number>();
  #announcements = { left: announcementBurst, atUs: nowUs() };
  /** The last frame of the present connection's last account; 0 before the first. */
  #accountedTo = 0;
  /** What was played before the present connection: reports count from there. */
  #playedBefore = noPlayback;
  #onFinalAccount: (() => void) | undefined;

  /** @param playback - takes the packets; its reports come back by {@link played} */
  constructor(playback: Pick<PlaybackHost, "announce" | "play" | "setClock">) {
    this.#playback = playback;
  }

  /** When the first picture was shown. */
  get firstShownUs(): Micros | undefined {
    return this.#times.firstShownUs;
  }

  /** A connection of `session` is up. `isNew`: the session is a new one, whose frames are counted from its beginning. */
  connected(session: IncomingSession, isNew: boolean): void {
    if (isNew && this.#session !== undefined) {
      this.#account.newSession();
      this.#times.forget();
    }
    // A session that goes on is with the same computer, and its clock.
    if (isNew) this.#playback.setClock(undefined);
    this.#watch.forget();
    this.#session = session;
    this.#announced = new Set();
    this.#accountedTo = 0;
    this.#playedBefore = this.#account.playedCounts;
    this.#assembler = new PacketAssembler();
    this.#connectionBytes = 0;
    this.#newestComplete = 0;
    this.#heldAck = undefined;
    this.#acknowledged = { bytes: 0, atUs: nowUs() };
    this.#unreported = undefined;
    this.#reportedUs = Number.NEGATIVE_INFINITY;
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

  /** Takes what the playback engine says; returns the picture that was shown, unless it was told of before. */
  played(report: ReportMessage): ShownPicture | undefined {
    if (this.#hasPlaybackEnded) return undefined;
    this.#account.played(report);
    const picture = this.#times.played(report, this.#session?.clock);
    if (picture !== undefined) this.#watch.shown(report.frame, nowUs());
    this.#unreported = report;
    if (nowUs() - this.#reportedUs >= reportIntervalUs) this.#report();
    if (this.#heldAck !== undefined && this.#account.inPlayback < maxInPlayback) this.#acknowledge(this.#heldAck);
    return picture;
  }

  /** The playback engine died; its successor needs a keyframe. */
  playbackDied(): void {
    this.#account.playbackDied();
    this.requestKeyframe("gap");
    if (this.#heldAck !== undefined) this.#acknowledge(this.#heldAck);
  }

  /** No playback shows anything any more: what it had, or what came when it had been given up, nobody has seen. */
  playbackEnded(): void {
    this.#hasPlaybackEnded = true;
    this.#account.playbackDied();
  }

  /** What keeps newer pictures from being shown, if the one that is shown is no live one any more. */
  frozenBy(): SlowPart | undefined {
    if (!this.#watch.isFrozen(nowUs())) return undefined;
    return this.#heldAck === undefined ? "link" : "computer";
  }

  /** The picture was taken away. */
  pictureGone(): void {
    this.#watch.forget();
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
    this.#report();
    this.#session.send({ type: "stop", track });
    const timeout = setTimeout(() => this.#onFinalAccount?.(), timeoutMs);
    await closed;
    clearTimeout(timeout);
  }

  /** The present figures. */
  stats(): IncomingStats {
    const clock = this.#session?.clock;
    return {
      ...this.#account.totals(),
      fps: this.#times.shownPerSecond(),
      bitrateBps: this.#bitRate.perSecond(nowUs()),
      codec: this.#track?.codec,
      widthPx: this.#track?.widthPx ?? 0,
      heightPx: this.#track?.heightPx ?? 0,
      latencyMs: this.#times.latencyMs(),
      clockOffsetMs: clock && clock.offsetUs / 1000,
      clockErrorMs: clock && clock.errorUs / 1000,
      rttMs: clock && clock.rttUs / 1000,
      stages: this.#times.stages(),
    };
  }

  /** The whole call's figures. */
  summary(): IncomingSummary {
    const totals = this.#account.totals();
    const seconds = this.#times.shownSeconds;
    return {
      ...totals,
      fps: seconds > 0 ? (totals.shown - 1) / seconds : 0,
      bitrateBps: seconds > 0 ? (this.#callBytes * 8) / seconds : 0,
      latencyMs: this.#times.callLatencyMs(),
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
    this.#watch.heard(message.frame, nowUs());
    const packet = this.#assembler.push(message);
    if (packet !== undefined) {
      this.#newestComplete = packet.frame;
      this.#account.arrived(packet.frame);
      this.#times.arrived(packet, nowUs());
      const clock = this.#session?.clock;
      if (clock !== undefined) this.#playback.setClock(clock);
      this.#playback.play(packet);
    }
    if (this.#account.inPlayback > maxInPlayback) this.#heldAck = message.track;
    else if (packet !== undefined || this.#mustAcknowledge()) this.#acknowledge(message.track);
  }

  #mustAcknowledge(): boolean {
    const { bytes, atUs } = this.#acknowledged;
    return this.#connectionBytes - bytes >= maxUnacknowledgedBytes || nowUs() - atUs >= ackIntervalUs;
  }

  #acknowledge(track: number): void {
    this.#heldAck = undefined;
    const receivedUs = nowUs();
    this.#acknowledged = { bytes: this.#connectionBytes, atUs: receivedUs };
    this.#session?.send({ type: "ack", track, bytes: this.#connectionBytes, frame: this.#newestComplete, receivedUs });
  }

  #report(): void {
    if (this.#unreported === undefined || this.#track === undefined) return;
    const counts = countsSince(this.#playedBefore, this.#account.playedCounts);
    this.#session?.send({ ...this.#unreported, ...counts, track: this.#track.track });
    this.#unreported = undefined;
    this.#reportedUs = nowUs();
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
    this.#watch.accounted(lastFrame, nowUs());
    if (!account.final) return;
    this.#watch.forget();
    this.#onFinalAccount?.();
  }
}
