// A camera that can be pulled out: a named pipe that JPEG pictures come out of, 30 a second. To our programs it is a device by its path, as
// a /dev path is; what a driver does is not tried with it.

import { execFileSync } from "node:child_process";
import { constants, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { quietly } from "@simple-video-chat/protocol/engine";

const periodMs = 1000 / 30;

/** Makes FFmpeg, which reads the pipe, content with the first pictures: set it in the program's environment. */
export const fifoEnvironment = { OPENCV_FFMPEG_CAPTURE_OPTIONS: "probesize;40000|analyzeduration;100000" } as const;

/** The camera. Unplug it in the end. */
export class FifoCamera {
  readonly path: string;
  readonly #jpeg: Buffer;
  /** Changes with each plugging: a feeder that is still at it ends. */
  #plugged = 0;
  #isStuck = false;

  private constructor(path: string, jpeg: Buffer) {
    this.path = path;
    this.#jpeg = jpeg;
  }

  /** @param path what `--camera` is given; it ends in .mjpeg */
  static async plug(path: string): Promise<FifoCamera> {
    process.env["OPENCV4NODEJS_DISABLE_AUTOBUILD"] ??= "1";
    const { cv } = await quietly(() => import("@u4/opencv4nodejs"));
    const picture = new cv.Mat(240, 320, cv.CV_8UC3, [60, 90, 120]);
    picture.drawCircle(new cv.Point2(160, 120), 60, new cv.Vec3(255, 255, 255), -1);
    const camera = new FifoCamera(path, cv.imencode(".jpg", picture));
    picture.release();
    camera.plug();
    return camera;
  }

  /** Plugs it in again. */
  plug(): void {
    execFileSync("mkfifo", [this.path]);
    void this.#feed(++this.#plugged);
  }

  /** Pulls it out. */
  unplug(): void {
    this.#plugged++;
    rmSync(this.path, { force: true });
  }

  /** It gives no pictures, and no error either; or it does again. */
  set isStuck(isStuck: boolean) {
    this.#isStuck = isStuck;
  }

  async #feed(turn: number): Promise<void> {
    while (turn === this.#plugged) {
      let pipe: FileHandle | undefined;
      try {
        // Without waiting for a reader: that would hold a thread for ever.
        pipe = await open(this.path, constants.O_WRONLY | constants.O_NONBLOCK);
        while (turn === this.#plugged) {
          if (!this.#isStuck) await this.#write(pipe);
          await sleep(periodMs);
        }
      } catch {
        // Nobody reads yet, or any more.
        await sleep(20);
      } finally {
        await pipe?.close();
      }
    }
  }

  /** A picture; what a reader does not take is left out, as a camera does. */
  async #write(pipe: FileHandle): Promise<void> {
    for (let rest = this.#jpeg; rest.byteLength > 0;) {
      try {
        const { bytesWritten } = await pipe.write(rest);
        rest = rest.subarray(bytesWritten);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        await sleep(5);
      }
    }
  }
}
