// A file that is being recorded: packets as they came, in MP4 or Matroska by FFmpeg's muxers. What was written before the last flush() plays,
// whatever becomes of this process.

import { closeSync, openSync, rmSync, statSync, truncateSync } from "node:fs";

import type { VideoCodec } from "@simple-video-chat/protocol";

import { RecordingError, systemErrorCode } from "./recording-error.ts";
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_MJPEG,
  AV_CODEC_ID_OPUS,
  AV_CODEC_ID_VP9,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  AVIO_FLAG_WRITE,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  Dictionary,
  FormatContext,
  IOContext,
  Packet,
  Rational,
  type Stream,
} from "../native/ffmpeg.ts";
import type { Container } from "./container.ts";
import { parameterSets } from "./parameter-sets.ts";

/** A track of a file. */
export type FileTrack =
  | {
      readonly kind: "video";
      readonly codec: VideoCodec;
      /** Of its first pictures; later ones may be of another size. */
      readonly widthPx: number;
      readonly heightPx: number;
      /** Nominal, Hz. */
      readonly frameRate: number;
      /** Its first packet, a keyframe. */
      readonly keyframe: Uint8Array;
      readonly title: string;
    }
  | { readonly kind: "audio"; readonly channels: number; readonly title: string };

/** A packet of a track. */
export interface FilePacket {
  /** Since the file's beginning, µs; rising within a track. */
  readonly timeUs: number;
  /** Of the track's last packet; that of others is the time to the next. */
  readonly durationUs: number;
  /** Whether decoding can start here. */
  readonly isKeyframe: boolean;
  readonly data: Uint8Array;
}

/** The last packet of a track, with its time in ticks of the track's clock. */
interface HeldPacket {
  readonly time: bigint;
  readonly packet: FilePacket;
}

/** Its owner alone may read it, whatever the folder. */
const ownerOnly = 0o600;
const sampleRateHz = 48_000;
const videoClockHz = 90_000;

const videoCodecIds = { h264: AV_CODEC_ID_H264, jpeg: AV_CODEC_ID_MJPEG, vp9: AV_CODEC_ID_VP9 } as const;

/**
 * frag_custom: a fragment ends where we say. frag_discont: times count from the file's beginning, not from each track's own first packet.
 * The header comes first and is never written again.
 */
const muxerOptions: Readonly<Record<Container, Record<string, string>>> = {
  mp4: { movflags: "frag_custom+empty_moov+default_base_moof+frag_discont" },
  // Clusters end where we say; these are above anything that lies between.
  matroska: { cluster_time_limit: "30000", cluster_size_limit: "1000000000" },
};

/** An open file. */
export class MediaFile {
  readonly path: string;
  readonly #context: FormatContext;
  readonly #io: IOContext;
  readonly #packet = new Packet();
  readonly #tracks: { readonly stream: Stream; readonly held: HeldPacket | undefined }[];
  /** The file's length at the last flush: up to there it plays. */
  #goodBytes = 0;

  private constructor(path: string, context: FormatContext, io: IOContext, streams: readonly Stream[]) {
    this.path = path;
    this.#context = context;
    this.#io = io;
    this.#tracks = streams.map((stream) => ({ stream, held: undefined }));
  }

  /**
   * Makes a new file; none that exists is touched.
   *
   * @throws RecordingError file-exists, not-writable or disk-full
   */
  static create(path: string, container: Container, tracks: readonly FileTrack[]): MediaFile {
    makeFile(path);
    const context = new FormatContext();
    const io = new IOContext();
    try {
      check(path, context.allocOutputContext2(null, container, `file:${path}`));
      const streams = tracks.map((track) => addStream(context, track, container));
      check(path, io.open2Sync(`file:${path}`, AVIO_FLAG_WRITE));
      context.pb = io;
      const file = new MediaFile(path, context, io, streams);
      check(path, context.writeHeaderSync(Dictionary.fromObject(muxerOptions[container])));
      file.flush();
      return file;
    } catch (error) {
      io.closepSync();
      context.pb = null;
      context.freeContext();
      // Nothing of it plays.
      rmSync(path, { force: true });
      throw error;
    }
  }

  /** Length of what plays, bytes. */
  get bytes(): number {
    return this.#goodBytes;
  }

  /**
   * Adds a packet to a track. It is written when the next one of that track comes: until then nobody knows how long it is shown, and a muxer that
   * is told so wrongly moves the first packet of the next fragment to where this one ends.
   *
   * @param packet its data must not change any more
   * @throws RecordingError disk-full or disk-failed
   */
  write(track: number, packet: FilePacket): void {
    const { stream, held } = this.#tracks[track] ?? {};
    if (stream === undefined) throw new RangeError(`the file has no track ${track}`);
    const ticks = inTicks(packet.timeUs, stream.timeBase);
    // Muxers want rising times: of two within one tick the second comes a tick later.
    const time = held === undefined || ticks > held.time ? ticks : held.time + 1n;
    if (held !== undefined) this.#write(stream, held, time - held.time);
    this.#tracks[track] = { stream, held: { time, packet } };
  }

  /** Ends the fragment or cluster: all that was written is in the file. @throws RecordingError disk-full or disk-failed */
  flush(): void {
    check(this.path, this.#context.writeFrameSync(null));
    this.#io.flushSync();
    check(this.path, this.#io.error);
    this.#goodBytes = statSync(this.path).size;
  }

  /** Ends the file. After an error what does not play is cut off. */
  close(): void {
    try {
      for (const { stream, held } of this.#tracks)
        if (held !== undefined) this.#write(stream, held, inTicks(held.packet.durationUs, stream.timeBase));
      this.flush();
      check(this.path, this.#context.writeTrailerSync());
      check(this.path, this.#io.closepSync());
      this.#goodBytes = statSync(this.path).size;
    } catch (error) {
      this.#io.closepSync();
      truncateSync(this.path, this.#goodBytes);
      throw error;
    } finally {
      this.#context.pb = null;
      this.#context.freeContext();
      this.#packet.free();
    }
  }

  #write(stream: Stream, { time, packet: { isKeyframe, data } }: HeldPacket, duration: bigint): void {
    const packet = this.#packet;
    packet.alloc();
    packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    packet.streamIndex = stream.index;
    packet.pts = time;
    packet.dts = time;
    packet.duration = duration;
    packet.isKeyframe = isKeyframe;
    const written = this.#context.writeFrameSync(packet);
    packet.unref();
    check(this.path, written);
  }
}

function makeFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", ownerOnly));
  } catch (error) {
    throw RecordingError.of(path, systemErrorCode(error), error);
  }
}

function addStream(context: FormatContext, track: FileTrack, container: Container): Stream {
  const stream = context.newStream();
  describe(stream, track, container);
  // What a player lists its tracks by.
  stream.metadata = Dictionary.fromObject(container === "mp4" ? { handler_name: track.title } : { title: track.title });
  return stream;
}

function describe(stream: Stream, track: FileTrack, container: Container): void {
  const { codecpar } = stream;
  if (track.kind === "audio") {
    stream.timeBase = new Rational(1, sampleRateHz);
    codecpar.codecType = AVMEDIA_TYPE_AUDIO;
    codecpar.codecId = AV_CODEC_ID_OPUS;
    codecpar.sampleRate = sampleRateHz;
    codecpar.channelLayout = track.channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO;
    codecpar.extradata = opusHead(track.channels);
    return;
  }
  stream.timeBase = new Rational(1, videoClockHz);
  codecpar.codecType = AVMEDIA_TYPE_VIDEO;
  codecpar.codecId = videoCodecIds[track.codec];
  codecpar.width = track.widthPx;
  codecpar.height = track.heightPx;
  codecpar.format = track.codec === "jpeg" ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
  stream.avgFrameRate = new Rational(Math.round(track.frameRate * 1000), 1000);
  if (track.codec !== "h264") return;
  codecpar.extradata = Buffer.from(parameterSets(track.keyframe));
  // avc3: parameter sets may come among the pictures (ISO/IEC 14496-15, 5.3.3), as they do when the size changes.
  if (container === "mp4") codecpar.codecTag = "avc3";
}

/** What says that a track is Opus (RFC 7845, 5.1). */
function opusHead(channels: number): Buffer {
  const head = Buffer.alloc(19);
  head.write("OpusHead", "latin1");
  head.writeUInt8(1, 8);
  head.writeUInt8(channels, 9);
  head.writeUInt32LE(sampleRateHz, 12);
  return head;
}

function inTicks(us: number, { num, den }: Rational): bigint {
  return BigInt(Math.round((us * den) / num / 1_000_000));
}

/** @throws RecordingError when FFmpeg gave an error */
function check(path: string, result: number): void {
  if (result < 0) throw RecordingError.of(path, systemErrorCode(result), new Error(`FFmpeg: ${result}`));
}
