// Cameras, files and URLs: everything that OpenCV's VideoCapture reads.

import { existsSync } from "node:fs";
import { basename } from "node:path";

import { type Micros, nowUs } from "@simple-video-chat/protocol";

import { SourceError } from "../errors.ts";
import { loadOpenCv, type Mat, type OpenCv } from "../native/opencv.ts";
import { chooseCameraFormat, usualCameraSize } from "./camera-format.ts";
import { holderSentence } from "./camera-holder.ts";
import { findCamera, missingCamera } from "./cameras.ts";
import { Pacer } from "./pacer.ts";
import type { RawFrame, Source, SourceFormat } from "./source.ts";
import type { SourceSpec } from "./source-spec.ts";
import { openSystemCamera } from "./system-camera.ts";

type VideoCapture = InstanceType<OpenCv["VideoCapture"]>;

/** What a camera or file that does not say its frame rate is taken to give, Hz. */
const unknownFrameRate = 30;
/** A camera that gives this many empty pictures one after the other is gone. */
const maxEmptyReads = 10;

/** A live source that gave nothing for so long is stuck, ms: longer than the dimmest camera exposes, and a card is shown within two seconds. */
const stuckAfterMs = 1500;
/** How long a read may take to end after the source was closed, ms; it is then left to itself. */
const closePatienceMs = 1000;

/** How the three kinds differ once they are open. */
interface Reading {
  readonly name: string;
  /** The capture time of the picture just read. */
  readonly stamp: (capture: VideoCapture) => Promise<Micros>;
  /** Waits before a picture is read; the last one took `readUs`. */
  readonly rest?: (readUs: number, periodUs: number) => Promise<void>;
  /** What no picture means: the end (undefined), or an error. */
  readonly onEmpty: () => SourceError | undefined;
  /** Lets go of a {@link stamp} that waits. */
  readonly onClose?: () => void;
  readonly stuckAfterMs?: number;
  /** Reopens at the end, for a file in a loop. */
  readonly reopen?: () => VideoCapture;
}

/** Opens a camera. @throws SourceError camera-missing or camera-busy, with the cameras that there are */
export async function openCamera(spec: Extract<SourceSpec, { kind: "camera" }>): Promise<Source> {
  // Elsewhere OpenCV knows cameras by their number only.
  if (process.platform !== "linux") return openSystemCamera(spec);
  const cv = await loadOpenCv();
  const camera = findCamera(spec.camera);
  const device = typeof camera.device === "number" ? `/dev/video${camera.device}` : camera.device;
  const capture = openCapture(
    cv,
    camera.device,
    () =>
      new SourceError(
        camera.present ? "camera-busy" : "camera-missing",
        camera.present ? busyCamera(camera.name, device) : missingCamera(spec.camera),
      ),
  );
  const { widthPx = usualCameraSize.widthPx, heightPx = usualCameraSize.heightPx, frameRate = unknownFrameRate } = spec;
  chooseCameraFormat(capture, { widthPx, heightPx, frameRate }, cv);
  // A driver queues up to four pictures; one is enough for us, a queue is old pictures.
  capture.set(cv.CAP_PROP_BUFFERSIZE, 1);
  let emptyReads = 0;
  return new VideoCaptureSource(
    cv,
    capture,
    {
      name: camera.name,
      stuckAfterMs,
      stamp: () => {
        emptyReads = 0;
        return Promise.resolve(nowUs());
      },
      onEmpty: () =>
        ++emptyReads > maxEmptyReads
          ? new SourceError("camera-lost", `The camera ${camera.name} stopped giving pictures. Was it unplugged?`)
          : undefined,
    },
    "retry",
  );
}

/**
 * Opens a video file, paced by its own timestamps.
 * @param onTimeline see {@link Pacer}
 * @throws SourceError file-missing or not-a-video
 */
export async function openFile(spec: Extract<SourceSpec, { kind: "file" }>, onTimeline?: (originUs: Micros) => void): Promise<Source> {
  if (!existsSync(spec.path)) throw new SourceError("file-missing", `There is no file ${spec.path}.`);
  const cv = await loadOpenCv();
  const pacer = new Pacer(onTimeline);
  const open = (): VideoCapture =>
    openCapture(cv, spec.path, () => new SourceError("not-a-video", `${spec.path} is not a video that can be read.`));
  return new VideoCaptureSource(
    cv,
    open(),
    {
      name: basename(spec.path),
      stamp: (capture) => pacer.wait(capture.get(cv.CAP_PROP_POS_MSEC) * 1000),
      rest: (readUs, periodUs) => pacer.rest(readUs, periodUs),
      onClose: () => pacer.close(),
      onEmpty: () => undefined,
      ...(spec.loop && {
        reopen: () => {
          pacer.restart();
          return open();
        },
      }),
    },
    "end",
  );
}

/** Opens a network stream. Only ever called for a URL that the user wrote. @throws SourceError url-unreachable */
export async function openUrl(spec: Extract<SourceSpec, { kind: "url" }>): Promise<Source> {
  const cv = await loadOpenCv();
  const host = URL.canParse(spec.url) ? new URL(spec.url).host : "the stream";
  const capture = openCapture(
    cv,
    spec.url,
    () => new SourceError("url-unreachable", `The stream at ${host} does not open. Is the address right, and is it running?`),
  );
  return new VideoCaptureSource(
    cv,
    capture,
    { name: host, stuckAfterMs, stamp: () => Promise.resolve(nowUs()), onEmpty: () => undefined },
    "end",
  );
}

function busyCamera(name: string, device: string): string {
  const holder = holderSentence(device);
  const why = holder === undefined ? "another program may be using it, or you may not (group video)" : holder;
  return `The camera ${name} does not open: ${why}. Close that program, or choose another camera with --camera.`;
}

function openCapture(cv: OpenCv, target: string | number, fail: () => SourceError): VideoCapture {
  try {
    const capture = new cv.VideoCapture(target);
    return capture;
  } catch {
    // The binding throws a plain Error that only says that the capture did not open.
    throw fail();
  }
}

class VideoCaptureSource implements Source {
  readonly format: SourceFormat;
  readonly name: string;
  readonly stuckAfterMs?: number;
  readonly #reading: Reading;
  readonly #atEnd: "retry" | "end";
  #capture: VideoCapture;
  #closed = false;
  #reads = 0;
  #isReading = false;
  #readUs = 0;
  #abandonRead: () => void = () => {};

  constructor(cv: OpenCv, capture: VideoCapture, reading: Reading, atEnd: "retry" | "end") {
    this.#capture = capture;
    this.#reading = reading;
    this.#atEnd = atEnd;
    this.name = reading.name;
    if (reading.stuckAfterMs !== undefined) this.stuckAfterMs = reading.stuckAfterMs;
    const frameRate = capture.get(cv.CAP_PROP_FPS);
    this.format = {
      widthPx: capture.get(cv.CAP_PROP_FRAME_WIDTH),
      heightPx: capture.get(cv.CAP_PROP_FRAME_HEIGHT),
      frameRate: frameRate > 0 && frameRate <= 240 ? frameRate : unknownFrameRate,
    };
  }

  async next(): Promise<RawFrame | undefined> {
    while (!this.#closed) {
      await this.#reading.rest?.(this.#readUs, 1_000_000 / this.format.frameRate);
      if (this.#closed) break;
      const mat = await this.#read();
      if (this.#closed) {
        mat?.release();
        if (!this.#isReading) this.#capture.release();
        break;
      }
      if (mat !== undefined) {
        const captureUs = await this.#reading.stamp(this.#capture);
        if (!this.#closed) return { mat, captureUs };
        mat.release();
        break;
      }
      const error = this.#reading.onEmpty();
      if (error !== undefined) throw error;
      if (this.#atEnd === "retry") continue;
      // A file without a single picture would begin again for ever.
      if (this.#reading.reopen === undefined || this.#reads === 0) break;
      this.#capture.release();
      this.#capture = this.#reading.reopen();
      this.#reads = 0;
    }
    return undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reading.onClose?.();
    // A device must not be released under the thread that reads it: then next() does it as soon as the read is over.
    if (!this.#isReading) this.#capture.release();
    else setTimeout(() => this.#abandonRead(), closePatienceMs).unref();
  }

  async #read(): Promise<Mat | undefined> {
    this.#isReading = true;
    const startUs = nowUs();
    const reading = this.#capture.readAsync().finally(() => {
      this.#isReading = false;
    });
    const abandoned = new Promise<undefined>((resolve) => (this.#abandonRead = () => resolve(undefined)));
    const mat = await Promise.race([reading, abandoned]);
    if (mat === undefined) {
      // The driver is stuck, and gives its device back when it gets on.
      void reading
        .then(
          (late) => late.release(),
          () => {},
        )
        .finally(() => this.#capture.release());
      return undefined;
    }
    this.#readUs = nowUs() - startUs;
    if (!mat.empty) {
      this.#reads++;
      return mat;
    }
    mat.release();
    return undefined;
  }
}
