// The heart of the recorder: announcements and packets of one or two directions → a file, and another one when a track comes or changes that
// the first has no place for. Times are of this computer's clock; it never decodes.

import {
  type AudioMessage,
  type AudioTrackMessage,
  type EncodedPacket,
  type Micros,
  nowUs,
  type TrackMessage,
} from "@simple-video-chat/protocol";

import { type Container, containerOf } from "./container.ts";
import { checkFreeSpace } from "./disk-space.ts";
import { MediaFile, type FileTrack } from "./media-file.ts";
import { localAudioTrack, localVideoTrack, type RecordCommand, type FileEnd, type RecordEvent } from "./record-command.ts";
import { RecordingError } from "./recording-error.ts";
import { freePath } from "./recording-name.ts";
import { SoundFiller } from "./sound-filler.ts";

/** With one picture there, the file begins without the other after this long, µs: its camera may be off. */
const patienceUs = 5_000_000;
/** What waits for the file to begin; far more than comes in that time. */
const maxWaiting = 2_000;

/** A file, as far as a recorder needs it. */
export type RecordedFile = Pick<MediaFile, "path" | "bytes" | "write" | "flush" | "close">;
/** Makes a file. */
export type CreateFile = (path: string, container: Container, tracks: readonly FileTrack[]) => RecordedFile;

/** What a recorder tells. */
export interface RecorderSink {
  readonly onEvent: (event: RecordEvent) => void;
  /** A track must begin with a keyframe, and has none. */
  readonly onKeyframeWanted: (track: number) => void;
}

/** The file that is being written. */
interface OpenFile {
  readonly file: RecordedFile;
  /** Where the file's time begins. */
  readonly originUs: number;
  /** Its tracks by those of the pipe. */
  readonly tracks: ReadonlyMap<number, number>;
  readonly sounds: ReadonlyMap<number, SoundFiller>;
}

interface VideoTrack {
  readonly format: TrackMessage;
  /** What comes before its first keyframe cannot be decoded. */
  isBroken: boolean;
}

/** Records until {@link finish}, or until it cannot. */
export class Recorder {
  readonly #options: Omit<Extract<RecordCommand, { command: "record" }>, "command">;
  readonly #container: Container;
  readonly #sink: RecorderSink;
  readonly #create: CreateFile;
  readonly #nowUs: () => Micros;
  readonly #videos = new Map<number, VideoTrack>();
  readonly #sounds = new Map<number, AudioTrackMessage>();
  /** From the first keyframe on, until there is a file. */
  #waiting: (EncodedPacket | AudioMessage)[] = [];
  #waitingSinceUs: number | undefined;
  #open: OpenFile | undefined;
  #files = 0;
  #bytes = 0;
  #endUs = 0;
  #isOver = false;

  /** @throws RecordingError unknown-format */
  constructor(
    options: Omit<Extract<RecordCommand, { command: "record" }>, "command">,
    sink: RecorderSink,
    { create = MediaFile.create.bind(MediaFile), now = nowUs }: { readonly create?: CreateFile; readonly now?: () => Micros } = {},
  ) {
    this.#options = options;
    this.#container = containerOf(options.path);
    this.#sink = sink;
    this.#create = create;
    this.#nowUs = now;
  }

  /** A video track's packets are of this format from here on, beginning with a keyframe. */
  announce(format: TrackMessage): void {
    const before = this.#videos.get(format.track)?.format;
    this.#videos.set(format.track, { format, isBroken: true });
    if (before !== undefined && before.codec !== format.codec) this.#continueInNext();
  }

  /** A sound track is there, or was switched off or on. */
  announceSound(format: AudioTrackMessage): void {
    this.#sounds.set(format.track, format);
    if (this.#open !== undefined && !this.#open.tracks.has(format.track)) this.#continueInNext();
  }

  /** Takes a packet; its data must not change any more. */
  push(packet: EncodedPacket | AudioMessage): void {
    if (this.#isOver) return;
    if (!("type" in packet)) {
      const video = this.#videos.get(packet.track);
      if (video === undefined) return;
      if (packet.keyframe) video.isBroken = false;
      if (video.isBroken) return;
      if (this.#open !== undefined && !this.#open.tracks.has(packet.track)) this.#continueInNext();
    }
    this.#guard(() => {
      if (this.#open !== undefined) this.#write(this.#open, packet);
      else this.#wait(packet);
    });
  }

  /** Ends a fragment, and looks whether there is room for more; to be called about once a second. */
  tick(): void {
    if (this.#isOver) return;
    this.#guard(() => {
      this.#beginIfReady();
      if (this.#open === undefined) return;
      this.#open.file.flush();
      checkFreeSpace(this.#open.file.path, this.#options.minFreeBytes);
      this.#sink.onEvent({ event: "progress", bytes: this.#bytes + this.#open.file.bytes, durationMs: this.#durationMs(this.#open) });
    });
  }

  /** Ends the file. */
  finish(): void {
    if (this.#isOver) return;
    this.#guard(() => {
      // Who stops at once gets what there is.
      if (this.#open === undefined && this.#waitingSinceUs !== undefined) this.#begin();
      this.#end("stopped");
    });
    this.#done();
  }

  #done(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink.onEvent({ event: "done" });
  }

  /** Runs what writes. Where that fails, the recording is over. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      this.#fail(error);
    }
  }

  #fail(error: RecordingError): void {
    const { code, message } = error;
    if (this.#open === undefined) this.#sink.onEvent({ event: "record-failed", code, message });
    else this.#end(code, message);
    this.#done();
  }

  #wait(packet: EncodedPacket | AudioMessage): void {
    if (this.#waitingSinceUs === undefined) {
      if ("type" in packet) return;
      this.#waitingSinceUs = this.#nowUs();
    }
    if (this.#waiting.length < maxWaiting) this.#waiting.push(packet);
    this.#beginIfReady();
  }

  #beginIfReady(): void {
    if (this.#open !== undefined || this.#waitingSinceUs === undefined) return;
    const isComplete = this.#options.videoTracks.every((track) => this.#videos.get(track)?.isBroken === false);
    if (isComplete || this.#nowUs() - this.#waitingSinceUs >= patienceUs) this.#begin();
  }

  #begin(): void {
    const packets = this.#waiting;
    this.#waiting = [];
    this.#waitingSinceUs = undefined;
    const described: { readonly track: number; readonly fileTrack: FileTrack }[] = [];
    for (const [track, { format }] of byNumber(this.#videos)) {
      const keyframe = packets.find((packet) => packet.track === track && !("type" in packet) && packet.keyframe);
      if (keyframe === undefined) continue;
      const { codec, widthPx, heightPx, frameRate } = format;
      described.push({
        track,
        fileTrack: { kind: "video", codec, widthPx, heightPx, frameRate, keyframe: keyframe.data, title: titleOf(track) },
      });
    }
    for (const [track, { channels }] of byNumber(this.#sounds)) {
      described.push({ track, fileTrack: { kind: "audio", channels, title: titleOf(track) } });
    }
    // The first name is the user's word, and refused if taken; what comes after it finds a free one.
    const path = this.#files === 0 ? this.#options.path : freePath(this.#options.path);
    checkFreeSpace(path, this.#options.minFreeBytes);
    const file = this.#create(
      path,
      this.#container,
      described.map(({ fileTrack }) => fileTrack),
    );
    this.#files++;
    const originUs = Math.min(...packets.flatMap((packet) => ("type" in packet ? [] : [packet.captureUs])));
    const tracks = new Map(described.map(({ track }, index) => [track, index]));
    const sounds = new Map(
      described.flatMap(({ track, fileTrack }, index) => {
        if (fileTrack.kind !== "audio") return [];
        const filler = new SoundFiller((packet) => file.write(index, { ...packet, isKeyframe: true }));
        return [[track, filler] as const];
      }),
    );
    this.#open = { file, originUs, tracks, sounds };
    this.#endUs = originUs;
    this.#sink.onEvent({ event: "file-begun", path });
    for (const packet of packets) this.#write(this.#open, packet);
    file.flush();
  }

  #write({ file, originUs, tracks, sounds }: OpenFile, packet: EncodedPacket | AudioMessage): void {
    const timeUs = packet.captureUs - originUs;
    const { data } = packet;
    if ("type" in packet) sounds.get(packet.track)?.push({ timeUs, durationUs: packet.durationUs, data });
    else {
      const track = tracks.get(packet.track);
      const video = this.#videos.get(packet.track);
      if (track === undefined || video === undefined) return;
      const durationUs = Math.round(1_000_000 / video.format.frameRate);
      file.write(track, { timeUs: Math.max(0, timeUs), durationUs, isKeyframe: packet.keyframe, data });
    }
    this.#endUs = Math.max(this.#endUs, packet.captureUs);
  }

  /** The file has no place for what comes: the next one begins with a keyframe of each track. */
  #continueInNext(): void {
    this.#waiting = [];
    this.#waitingSinceUs = undefined;
    if (this.#open === undefined || this.#isOver) return;
    this.#guard(() => this.#end("continued"));
    for (const [track, video] of this.#videos) {
      video.isBroken = true;
      this.#sink.onKeyframeWanted(track);
    }
  }

  #end(why: FileEnd, message?: string): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const { file, originUs, sounds } = open;
    const durationMs = this.#durationMs(open);
    try {
      // Sound that was off to the last: both tracks end together.
      if (message === undefined) for (const sound of sounds.values()) sound.fillTo(this.#endUs - originUs);
      file.close();
    } catch (error) {
      // Told already, when that is why it ends.
      if (message === undefined && error instanceof RecordingError)
        return this.#ended(file, { durationMs, why: error.code, message: error.message });
    }
    this.#ended(file, { durationMs, why, ...(message !== undefined && { message }) });
  }

  #ended({ path, bytes }: RecordedFile, end: Pick<Extract<RecordEvent, { event: "file-ended" }>, "durationMs" | "why" | "message">): void {
    this.#bytes += bytes;
    this.#sink.onEvent({ event: "file-ended", path, bytes, ...end });
  }

  #durationMs({ originUs }: OpenFile): number {
    return Math.round((this.#endUs - originUs) / 1000);
  }
}

function byNumber<T>(tracks: ReadonlyMap<number, T>): readonly (readonly [number, T])[] {
  return [...tracks].sort(([a], [b]) => a - b);
}

function titleOf(track: number): string {
  return track === localVideoTrack || track === localAudioTrack ? "this end" : "the other end";
}
