// Small pictures of what is captured, for the corner of peer's window. They go to the playback engine as JPEG packets of their
// own track: raw frames never cross a process boundary.

import { type EncodedPacket, type Micros, nowUs, type TrackMessage } from "@simple-video-chat/protocol";
import { selfViewTrack } from "@simple-video-chat/protocol/engine";

import type { Mat, OpenCv } from "../native/opencv.ts";

/** Wide enough for its place in a 1280 pixel picture, cheap enough to encode (0.3 ms). */
const widthPx = 320;
const frameRate = 15;
const quality = 75;
/** What is shown when nothing is captured, BGR. */
const blank = [40, 32, 28] as const;

/** Makes the self-view's packets. */
export class SelfView {
  readonly #cv: OpenCv;
  readonly #onTrack: (track: TrackMessage) => void;
  readonly #onPacket: (packet: EncodedPacket) => void;
  #frame = 0;
  #heightPx = 0;
  #dueUs = 0;

  constructor(cv: OpenCv, onTrack: (track: TrackMessage) => void, onPacket: (packet: EncodedPacket) => void) {
    this.#cv = cv;
    this.#onTrack = onTrack;
    this.#onPacket = onPacket;
  }

  /** Takes a captured picture; encodes it when the last one is old enough. The picture is not kept. */
  offer(mat: Mat): void {
    const captureUs = nowUs();
    if (captureUs < this.#dueUs) return;
    this.#dueUs = captureUs + 1_000_000 / frameRate - 1000;
    const heightPx = Math.max(2, Math.round((widthPx * mat.rows) / mat.cols));
    if (heightPx !== this.#heightPx) {
      this.#heightPx = heightPx;
      this.#onTrack({ type: "track", track: selfViewTrack, codec: "jpeg", barcode: false, widthPx, heightPx, frameRate });
    }
    const small = mat.resize(heightPx, widthPx, 0, 0, this.#cv.INTER_AREA);
    this.#send(small, captureUs);
  }

  /** The source is released: nobody shall think that it still looks. */
  close(): void {
    if (this.#heightPx === 0) return;
    this.#send(new this.#cv.Mat(this.#heightPx, widthPx, this.#cv.CV_8UC3, [...blank]), nowUs());
  }

  /** Sends a picture, and releases it. */
  #send(small: Mat, captureUs: Micros): void {
    const data = this.#cv.imencode(".jpg", small, [this.#cv.IMWRITE_JPEG_QUALITY, quality]);
    small.release();
    const encodedUs = nowUs() - captureUs;
    this.#onPacket({ track: selfViewTrack, frame: ++this.#frame, keyframe: true, captureUs, encodeStartUs: 0, encodedUs, sentUs: 0, data });
  }
}
