// The recorder with files that only remember: what begins, continues and ends a file.
import { type AudioMessage, type EncodedPacket, micros, type TrackMessage } from "@simple-video-chat/protocol";
import { audioTrack, videoTrack } from "@simple-video-chat/protocol/engine";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

import type { FilePacket, FileTrack } from "../../src/recording/media-file.ts";
import { localVideoTrack, type RecordEvent } from "../../src/recording/record-command.ts";
import { Recorder } from "../../src/recording/recorder.ts";
import { RecordingError } from "../../src/recording/recording-error.ts";

interface FakeFile {
  readonly path: string;
  readonly tracks: readonly FileTrack[];
  readonly packets: { readonly track: number; readonly timeUs: number }[];
  isClosed: boolean;
}

class Scene {
  readonly files: FakeFile[] = [];
  readonly events: RecordEvent[] = [];
  readonly keyframesWanted: number[] = [];
  nowUs = 0;
  failsWith: RecordingError | undefined;
  readonly recorder: Recorder;

  constructor(videoTracks: readonly number[] = [videoTrack], minFreeBytes: number = 0) {
    this.recorder = new Recorder(
      { path: join(tmpdir(), "call.mp4"), videoTracks, minFreeBytes },
      { onEvent: (event) => this.events.push(event), onKeyframeWanted: (track) => this.keyframesWanted.push(track) },
      {
        create: (path, _container, tracks) => {
          const file: FakeFile = { path, tracks, packets: [], isClosed: false };
          this.files.push(file);
          return {
            path,
            bytes: 1,
            write: (track: number, packet: FilePacket) => {
              if (this.failsWith !== undefined) throw this.failsWith;
              file.packets.push({ track, timeUs: packet.timeUs });
            },
            flush: () => {},
            close: () => {
              file.isClosed = true;
            },
          };
        },
        now: () => micros(this.nowUs),
      },
    );
  }

  announce(track: number = videoTrack, codec: TrackMessage["codec"] = "h264"): void {
    this.recorder.announce({ type: "track", track, codec, barcode: false, widthPx: 64, heightPx: 48, frameRate: 30 });
  }

  video(captureUs: number, keyframe: boolean, track: number = videoTrack): void {
    const packet: EncodedPacket = {
      track,
      frame: 1,
      keyframe,
      captureUs: micros(captureUs),
      encodeStartUs: 0,
      encodedUs: 0,
      sentUs: 0,
      data: Uint8Array.of(1),
    };
    this.recorder.push(packet);
  }

  announceSound(): void {
    this.recorder.announceSound({ type: "audio-track", track: audioTrack, channels: 1, muted: false });
  }

  sound(captureUs: number): void {
    const packet: AudioMessage = {
      type: "audio",
      track: audioTrack,
      packet: 1,
      captureUs: micros(captureUs),
      durationUs: 20_000,
      data: Uint8Array.of(1),
    };
    this.recorder.push(packet);
  }

  names(): string[] {
    return this.events.map(({ event }) => event);
  }
}

test("begins with a keyframe, at time 0, with the sound from there on", () => {
  const scene = new Scene();
  scene.announceSound();
  scene.announce();
  scene.sound(900_000);
  scene.video(950_000, false);
  scene.video(1_000_000, true);
  scene.sound(990_000);
  scene.sound(1_010_000);
  scene.video(1_033_000, false);
  scene.recorder.finish();
  assert.is(scene.files.length, 1);
  assert.equal(
    scene.files[0]?.tracks.map(({ kind }) => kind),
    ["video", "audio"],
  );
  assert.equal(scene.files[0]?.packets.slice(0, 3), [
    { track: 0, timeUs: 0 },
    { track: 1, timeUs: 10_000 },
    { track: 0, timeUs: 33_000 },
  ]);
  assert.equal(scene.names(), ["file-begun", "file-ended", "done"]);
  assert.ok(scene.files[0]?.isClosed);
});

test("waits for the other side's keyframe, and begins without it when it does not come", () => {
  const both = new Scene([videoTrack, localVideoTrack]);
  both.announce();
  both.announce(localVideoTrack);
  both.video(1_000_000, true);
  assert.is(both.files.length, 0);
  both.video(1_010_000, true, localVideoTrack);
  assert.is(both.files[0]?.tracks.length, 2);

  const alone = new Scene([videoTrack, localVideoTrack]);
  alone.announce();
  alone.video(1_000_000, true);
  alone.nowUs = 60_000_000;
  alone.recorder.tick();
  assert.is(alone.files[0]?.tracks.length, 1);
});

test("goes on in another file when another codec or a track comes, with a keyframe that it asks for", () => {
  const scene = new Scene();
  scene.announce();
  scene.video(1_000_000, true);
  scene.announce(videoTrack, "vp9");
  assert.equal(scene.keyframesWanted, [videoTrack]);
  scene.video(1_033_000, false);
  assert.is(scene.files.length, 1);
  scene.video(1_066_000, true);
  scene.announceSound();
  scene.video(1_100_000, true);
  assert.equal(
    scene.files.map(({ tracks, isClosed }) => [tracks.length, isClosed]),
    [
      [1, true],
      [1, true],
      [2, false],
    ],
  );
});

test("leaves out what cannot be decoded after a new announcement, in the same file", () => {
  const scene = new Scene();
  scene.announce();
  scene.video(1_000_000, true);
  scene.announce();
  scene.video(1_033_000, false);
  scene.video(1_066_000, true);
  assert.equal(
    scene.files.map(({ packets }) => packets.map(({ timeUs }) => timeUs)),
    [[0, 66_000]],
  );
});

test("ends with the reason when a write fails, and takes nothing more", () => {
  const scene = new Scene();
  scene.announce();
  scene.video(1_000_000, true);
  scene.failsWith = new RecordingError("disk-full", "There is no room.");
  scene.video(1_033_000, false);
  scene.video(1_066_000, true);
  scene.recorder.tick();
  scene.recorder.finish();
  assert.equal(scene.names(), ["file-begun", "file-ended", "done"]);
  const [, ended] = scene.events;
  assert.ok(ended?.event === "file-ended" && ended.why === "disk-full" && ended.message === "There is no room.");
});

test("refuses to begin where the disk has less room than it is to leave", () => {
  const scene = new Scene([videoTrack], 1e18);
  scene.announce();
  scene.video(1_000_000, true);
  assert.is(scene.files.length, 0);
  assert.equal(scene.names(), ["record-failed", "done"]);
});

test("says that it is done when there was nothing to record", () => {
  const scene = new Scene();
  scene.recorder.finish();
  assert.equal(scene.names(), ["done"]);
});

test.run();
