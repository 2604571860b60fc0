import assert from "node:assert/strict";
import { suite } from "uvu";

import { type CameraSettings, chooseCameraFormat, type WantedFormat } from "../../src/capture/camera-format.ts";

const test = suite("camera format");

const numbers = { CAP_PROP_FRAME_WIDTH: 3, CAP_PROP_FRAME_HEIGHT: 4, CAP_PROP_FPS: 5, CAP_PROP_FOURCC: 6 };
const [yuyv, mjpg] = [0x56595559, 0x47504a4d];

type Modes = Readonly<Record<number, readonly WantedFormat[]>>;

/** A camera that takes the mode nearest to what is set, as a V4L2 driver does. */
class Camera implements CameraSettings {
  readonly #modes: Modes;
  readonly #set = new Map<number, number>([
    [3, 640],
    [4, 480],
    [5, 30],
    [6, yuyv],
  ]);

  constructor(modes: Modes) {
    this.#modes = modes;
    this.#set.set(6, yuyv in modes ? yuyv : mjpg);
  }

  set(property: number, value: number): void {
    if (property !== 6 || value in this.#modes) this.#set.set(property, value);
  }

  get(property: number): number {
    const { widthPx, heightPx, frameRate } = this.mode;
    return { 3: widthPx, 4: heightPx, 5: frameRate, 6: this.#set.get(6) ?? 0 }[property] ?? 0;
  }

  get format(): string {
    const { widthPx, heightPx, frameRate } = this.mode;
    return `${this.#set.get(6) === mjpg ? "MJPG" : "YUYV"} ${widthPx}x${heightPx} ${frameRate}`;
  }

  private get mode(): WantedFormat {
    const area = (this.#set.get(3) ?? 0) * (this.#set.get(4) ?? 0);
    const modes = this.#modes[this.#set.get(6) ?? 0] ?? [];
    const nearest = Math.min(...modes.map(({ widthPx, heightPx }) => Math.abs(widthPx * heightPx - area)));
    const ofSize = modes.filter(({ widthPx, heightPx }) => Math.abs(widthPx * heightPx - area) === nearest);
    const rate = this.#set.get(5) ?? 0;
    const [mode] = ofSize.toSorted((a, b) => Math.abs(a.frameRate - rate) - Math.abs(b.frameRate - rate));
    assert.ok(mode);
    return mode;
  }
}

const mode = (widthPx: number, heightPx: number, frameRate: number): WantedFormat => ({ widthPx, heightPx, frameRate });
const wanted = mode(1280, 720, 30);

const table: readonly (readonly [string, Modes, WantedFormat, string])[] = [
  [
    "compressed where raw ones are fewer",
    { [yuyv]: [mode(640, 480, 30), mode(1280, 720, 9)], [mjpg]: [mode(640, 480, 30), mode(1280, 720, 30)] },
    wanted,
    "MJPG 1280x720 30",
  ],
  ["raw where there are as many", { [yuyv]: [mode(1280, 720, 30)], [mjpg]: [mode(1280, 720, 30)] }, wanted, "YUYV 1280x720 30"],
  [
    "raw where drivers differ in a hair",
    { [yuyv]: [mode(1280, 720, 29.97)], [mjpg]: [mode(1280, 720, 30)] },
    wanted,
    "YUYV 1280x720 29.97",
  ],
  [
    "raw where more than are wanted is all that is gained",
    { [yuyv]: [mode(640, 480, 30)], [mjpg]: [mode(640, 480, 120)] },
    mode(640, 480, 30),
    "YUYV 640x480 30",
  ],
  ["compressed where only they have the size", { [yuyv]: [mode(640, 480, 30)], [mjpg]: [mode(1280, 720, 15)] }, wanted, "MJPG 1280x720 15"],
  ["what there is, without compressed ones", { [yuyv]: [mode(640, 480, 30)] }, wanted, "YUYV 640x480 30"],
  ["compressed where there is nothing else", { [mjpg]: [mode(640, 480, 30)] }, wanted, "MJPG 640x480 30"],
];
for (const [name, modes, wish, format] of table) {
  test(`takes ${name}`, () => {
    const camera = new Camera(modes);
    chooseCameraFormat(camera, wish, numbers);
    assert.equal(camera.format, format);
  });
}

test.run();
