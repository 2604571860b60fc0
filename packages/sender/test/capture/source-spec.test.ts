import assert from "node:assert/strict";
import { suite } from "uvu";

import { type SourceOptions, sourceSpec, type SourceSpec } from "../../src/capture/source-spec.ts";

const test = suite("source spec");

const sizePx = { widthPx: 640, heightPx: 360 };
const table: readonly (readonly [Partial<SourceOptions>, SourceSpec])[] = [
  [{ source: "camera" }, { kind: "camera", camera: "0" }],
  [
    { source: "camera", camera: "/dev/video2" },
    { kind: "camera", camera: "/dev/video2" },
  ],
  [
    { source: "camera", camera: "logi", sizePx },
    { kind: "camera", camera: "logi", widthPx: 640, heightPx: 360 },
  ],
  [{ source: "testcard" }, { kind: "testcard", widthPx: 1280, heightPx: 720, frameRate: 30 }],
  [
    { source: "motion", sizePx, frameRate: 15 },
    { kind: "motion", widthPx: 640, heightPx: 360, frameRate: 15 },
  ],
  [
    { source: "camera:Studio Cam", frameRate: 60 },
    { kind: "camera", camera: "Studio Cam", frameRate: 60 },
  ],
  [{ source: "screen" }, { kind: "screen", frameRate: 30 }],
  [
    { source: "screen:My editor: a file", frameRate: 10 },
    { kind: "screen", window: "My editor: a file", frameRate: 10 },
  ],
  [{ source: "screen:640x360+10+0" }, { kind: "screen", area: { leftPx: 10, topPx: 0, widthPx: 640, heightPx: 360 }, frameRate: 30 }],
  [{ source: "screen:640x360" }, { kind: "screen", window: "640x360", frameRate: 30 }],
  [{ source: "screen.mp4" }, { kind: "file", path: "screen.mp4", loop: false }],
  [{ source: "film.mp4" }, { kind: "file", path: "film.mp4", loop: false }],
  [
    { source: "/a/film.mp4", loop: true },
    { kind: "file", path: "/a/film.mp4", loop: true },
  ],
  [{ source: "./camera" }, { kind: "file", path: "./camera", loop: false }],
  [{ source: "Camera" }, { kind: "file", path: "Camera", loop: false }],
  [{ source: "http:film" }, { kind: "file", path: "http:film", loop: false }],
  [{ source: "C:\\film.avi" }, { kind: "file", path: "C:\\film.avi", loop: false }],
  [{ source: "" }, { kind: "file", path: "", loop: false }],
  [{ source: "rtsp://host/stream" }, { kind: "url", url: "rtsp://host/stream" }],
  [{ source: "HTTP://host/stream" }, { kind: "url", url: "HTTP://host/stream" }],
];

for (const [options, spec] of table) {
  test(`turns ${JSON.stringify(options)} into ${JSON.stringify(spec)}`, () => {
    assert.deepEqual(sourceSpec({ source: "camera", camera: "0", loop: false, ...options }), spec);
  });
}

test.run();
