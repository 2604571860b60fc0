// A recording as the network process sees it: told of every announcement, it starts a recorder when it is to record, hands it the packets on
// this computer's clock, and starts another one when that dies.

import {
  type AudioMessage,
  type AudioTrackMessage,
  type ClockEstimate,
  type EncodedPacket,
  type Message,
  type Micros,
  micros,
  nowUs,
  toJsonObject,
  type TrackMessage,
} from "@simple-video-chat/protocol";
import {
  audioTrack,
  type Confinement,
  describeDeath,
  EngineHost,
  type EngineHostOptions,
  videoTrack,
} from "@simple-video-chat/protocol/engine";

import { minFreeBytes as defaultMinFreeBytes } from "./recording/disk-space.ts";
import { type FileEnd, localAudioTrack, localVideoTrack, type RecordCommand, type RecordEvent } from "./recording/record-command.ts";
import { freePath } from "./recording/recording-name.ts";
import { SteadyOffset } from "./recording/steady-offset.ts";

/** More than this on its way to the recorder, bytes, and the disk does not keep up: pictures are left out. */
const maxPendingBytes = 32_000_000;
/** How long a recorder may take to end its file, ms. */
const finishTimeoutMs = 5_000;

/** Node, FFmpeg, and what waits while the disk stalls. Folders on other computers are the system's to reach. */
const recorderConfinement: Confinement = { dataMiB: 512, files: 128, network: "none" };

/** Which directions of a call are recorded: what comes, what is sent, or both, each as tracks of its own. */
export type RecordMode = "remote" | "local" | "both";

/** What is to be recorded, and where. */
export interface RecordingOptions {
  /** The file; its ending says what kind it is: .mp4 or .mkv. One that exists is not touched. */
  readonly path: string;
  /** Default "remote". */
  readonly mode?: RecordMode;
  /** Recording ends when the disk has less room, bytes; default 200 MB. */
  readonly minFreeBytes?: number;
}

/** A file of a recording that ended. */
export interface RecordedFileEnd {
  readonly path: string;
  readonly bytes: number;
  readonly durationMs: number;
  /** "continued": in another file, since the pictures' codec changed or a track came late. */
  readonly why: FileEnd | "engine-failed";
  /** A sentence for the user, when it was not to end. */
  readonly message: string | undefined;
}

/** What a recording tells. */
export interface RecordingHostEvents {
  readonly onBegun: (file: { readonly path: string; readonly mode: RecordMode }) => void;
  readonly onEnded: (file: RecordedFileEnd) => void;
  /** It is recorded from now on, or not any more. */
  readonly onChange: () => void;
  /** Nothing, or not all, is recorded: a sentence for the user. */
  readonly onTrouble: (code: string, message: string) => void;
  /** A direction must begin with a keyframe. */
  readonly onKeyframeWanted: (direction: "remote" | "local") => void;
}

/** Of a recording so far. */
export interface RecordingProgress {
  readonly mode: RecordMode;
  readonly path: string;
  readonly bytes: number;
  readonly durationMs: number;
}

/** The recorder's process, as far as this needs it. */
export type RecorderEngine = Pick<EngineHost, "pid" | "send" | "sendPacket" | "stop" | "pendingBytes">;

interface Running {
  readonly engine: RecorderEngine;
  readonly mode: RecordMode;
  readonly minFreeBytes: number;
  /** The file of now; undefined before it has begun. */
  file: { readonly path: string; bytes: number; durationMs: number } | undefined;
  /** As the user named it; should that be cut short, the next file has a number. */
  readonly named: string;
  path: string;
  isBehind: boolean;
  readonly done: Promise<void>;
  readonly onDone: () => void;
}

/** Records a call. */
export class RecordingHost {
  readonly #events: RecordingHostEvents;
  readonly #startEngine: (options: EngineHostOptions) => RecorderEngine;
  readonly #formats = new Map<number, TrackMessage | AudioTrackMessage>();
  readonly #offset = new SteadyOffset();
  /** Pictures of the other end came before the clocks were compared. */
  #hasMissed = false;
  #running: Running | undefined;
  #stopping: Promise<void> = Promise.resolve();

  constructor(
    events: RecordingHostEvents,
    startEngine: (options: EngineHostOptions) => RecorderEngine = (options) => new EngineHost(options),
  ) {
    this.#events = events;
    this.#startEngine = startEngine;
  }

  /** What is recorded now; undefined while nothing is. */
  get progress(): RecordingProgress | undefined {
    if (this.#running === undefined) return undefined;
    const { mode, path, file } = this.#running;
    return { mode, path, bytes: file?.bytes ?? 0, durationMs: file?.durationMs ?? 0 };
  }

  /** The recorder's process id. */
  get enginePid(): number | undefined {
    return this.#running?.engine.pid;
  }

  /** Begins a recording, at the next keyframe, which is asked for. Does nothing while there is one. */
  start({ path, mode = "remote", minFreeBytes = defaultMinFreeBytes }: RecordingOptions): void {
    if (this.#running !== undefined) return;
    let onDone: () => void = () => {};
    const done = new Promise<void>((resolve) => {
      onDone = resolve;
    });
    const engine = this.#startEngine({
      entry: new URL("./engine/recorder-main.js", import.meta.url),
      confinement: recorderConfinement,
      onMessage: (message) => this.#receive(message),
      onRestart: (death) => this.#engineDied(describeDeath(death), false),
      onGiveUp: (death) => this.#engineDied(describeDeath(death), true),
    });
    this.#running = { engine, mode, minFreeBytes, file: undefined, named: path, path, isBehind: false, done, onDone };
    this.#begin(this.#running);
    this.#events.onChange();
  }

  /** Ends the recording; resolves when its file is complete. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return this.#stopping;
    this.#command(running, { command: "finish" });
    this.#stopping = this.#finish(running);
    return this.#stopping;
  }

  /** Another sender is there, whose clock has nothing to do with that of the one before. */
  newSender(): void {
    this.#offset.forget();
    this.#hasMissed = false;
    this.#formats.delete(videoTrack);
    this.#formats.delete(audioTrack);
  }

  /** The format of what comes, or is sent, from here on; video begins with a keyframe. */
  announce(direction: "remote" | "local", format: TrackMessage | AudioTrackMessage): void {
    const marked = { ...format, track: trackOf(direction, format.type === "track" ? "video" : "audio") };
    this.#formats.set(marked.track, marked);
    if (this.#running !== undefined && records(this.#running.mode, direction)) this.#running.engine.send(marked);
  }

  /** A packet that came, with its times on the sender's clock. @param clock how far that is from ours */
  pushRemote(packet: EncodedPacket | AudioMessage, clock: ClockEstimate | undefined): void {
    if (this.#running === undefined || !records(this.#running.mode, "remote")) return;
    const offsetUs = this.#offset.follow(clock?.offsetUs, nowUs());
    // Before the clocks were compared nobody can say when it was. On a short way the first keyframe comes before that, and no other by itself.
    if (offsetUs === undefined) {
      if (!("type" in packet)) this.#hasMissed = true;
      return;
    }
    if (this.#hasMissed) this.#events.onKeyframeWanted("remote");
    this.#hasMissed = false;
    this.#push(this.#running, "remote", packet, micros(Math.max(0, Math.round(packet.captureUs - offsetUs))));
  }

  /** A packet of ours that was sent. */
  pushLocal(packet: EncodedPacket | AudioMessage): void {
    if (this.#running !== undefined && records(this.#running.mode, "local")) this.#push(this.#running, "local", packet, packet.captureUs);
  }

  #push(running: Running, direction: "remote" | "local", packet: EncodedPacket | AudioMessage, captureUs: Micros): void {
    const { engine } = running;
    const isBehind = engine.pendingBytes > maxPendingBytes;
    if (isBehind && !running.isBehind) {
      this.#events.onTrouble("disk-slow", `The disk is too slow for ${running.path}: a part is missing there. The call goes on.`);
    }
    // What follows a hole cannot be decoded before a keyframe: the track begins anew.
    if (running.isBehind && !isBehind) this.#announceAll(running);
    running.isBehind = isBehind;
    if (isBehind) return;
    if ("type" in packet) engine.send({ ...packet, captureUs, track: trackOf(direction, "audio") });
    else engine.sendPacket({ ...packet, captureUs, track: trackOf(direction, "video") });
  }

  #begin(running: Running): void {
    const { path, mode, minFreeBytes } = running;
    running.file = undefined;
    const videoTracks = directionsOf(mode).map((direction) => trackOf(direction, "video"));
    this.#command(running, { command: "record", path, videoTracks, minFreeBytes });
    this.#announceAll(running);
  }

  #announceAll({ engine, mode }: Running): void {
    for (const direction of directionsOf(mode)) {
      for (const kind of ["audio", "video"] as const) {
        const format = this.#formats.get(trackOf(direction, kind));
        if (format === undefined) continue;
        engine.send(format);
        if (kind === "video") this.#events.onKeyframeWanted(direction);
      }
    }
  }

  #command({ engine }: Running, command: RecordCommand): void {
    engine.send({ type: "engine-configure", value: toJsonObject(command) });
  }

  async #finish(running: Running): Promise<void> {
    const timeout = setTimeout(running.onDone, finishTimeoutMs);
    await running.done;
    clearTimeout(timeout);
    await running.engine.stop();
  }

  #over(running: Running): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    running.onDone();
    this.#stopping = running.engine.stop();
    this.#events.onChange();
  }

  #engineDied(how: string, isFinal: boolean): void {
    const running = this.#running;
    if (running === undefined) return;
    const { file } = running;
    if (file !== undefined) this.#events.onEnded({ ...file, why: "engine-failed", message: undefined });
    const next = isFinal
      ? "Nothing more is recorded; the call goes on."
      : "The recording goes on in another file; up to a second is missing.";
    this.#events.onTrouble("recorder-failed", `The recorder ${how}. ${next}`);
    if (isFinal) return this.#over(running);
    running.path = freePath(running.named);
    this.#begin(running);
  }

  #receive(message: Message): void {
    const running = this.#running;
    if (running === undefined) return;
    if (message.type === "keyframe-request") this.#events.onKeyframeWanted(message.track === localVideoTrack ? "local" : "remote");
    else if (message.type === "engine-event") this.#onEvent(running, message.value as unknown as RecordEvent);
  }

  #onEvent(running: Running, event: RecordEvent): void {
    switch (event.event) {
      case "file-begun":
        running.path = event.path;
        running.file = { path: event.path, bytes: 0, durationMs: 0 };
        this.#events.onBegun({ path: event.path, mode: running.mode });
        break;
      case "progress":
        if (running.file !== undefined) {
          running.file.bytes = event.bytes;
          running.file.durationMs = event.durationMs;
        }
        break;
      case "file-ended": {
        const { path, bytes, durationMs, why, message } = event;
        running.file = undefined;
        this.#events.onEnded({ path, bytes, durationMs, why, message });
        break;
      }
      case "record-failed":
        this.#events.onTrouble(event.code, event.message);
        break;
      case "done":
        this.#over(running);
        break;
    }
  }
}

function directionsOf(mode: RecordMode): readonly ("remote" | "local")[] {
  return mode === "both" ? ["remote", "local"] : [mode];
}

function records(mode: RecordMode, direction: "remote" | "local"): boolean {
  return mode === "both" || mode === direction;
}

function trackOf(direction: "remote" | "local", kind: "video" | "audio"): number {
  if (direction === "local") return kind === "video" ? localVideoTrack : localAudioTrack;
  return kind === "video" ? videoTrack : audioTrack;
}
