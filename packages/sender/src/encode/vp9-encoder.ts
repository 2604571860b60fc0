// VP9 by libvpx, realtime: a quarter to a half of H.264's bytes for the same picture, twice its time. libvpx by FFmpeg hears of no new
// bitrate once it is open, but it takes the time between pictures from their timestamps: a clock that runs at half the speed halves the
// bitrate, from the next picture on (docs/decisions/0013-vp9.md).

import { FF_ENCODER_LIBVPX_VP9, Rational } from "../native/ffmpeg.ts";
import { loadOpenCv } from "../native/opencv.ts";
import type { EncodeOptions, EncoderFormat, VideoEncoder } from "./encoder.ts";
import { FfmpegEncoder, openContext, setRate } from "./ffmpeg-encoder.ts";

/** The rate buffer, and what is in it for the first keyframe, in seconds of the bitrate. */
const rateBufferS = 0.2;
const firstPictureS = 0.1;
/**
 * FFmpeg tells libvpx a constant duration of pictures, made from this rate. libvpx only takes a new rate at once when a picture's time
 * differs from it by more than a tenth, and averages otherwise: so it is one that no picture comes near.
 */
const impossibleFrameRate = 1000;
/**
 * libvpx spends several pictures' bits on the picture after a keyframe, whatever its buffer: 60 kB at 2 Mbit/s. Both get a small share of
 * their time, then they fit the budget and quality is back half a second later.
 */
const leanShare = 0.1;
const leanPictures = 2;
/**
 * A picture may make use of this much more than the mean time between pictures: they are left out when the link is full, and the next one
 * must not be larger for it. A camera that gives fewer than it said is followed within a few pictures.
 */
const mostShare = 1.25;
const leastPeriods = 0.2;
const meanWeight = 1 / 8;
/** A longer pause is no frame rate. */
const longestPeriods = 8;

/** Opens a VP9 encoder. @throws EncoderError */
export async function openVp9Encoder(format: EncoderFormat): Promise<VideoEncoder> {
  const cv = await loadOpenCv();
  const context = await openContext({
    name: FF_ENCODER_LIBVPX_VP9,
    format,
    options: {
      deadline: "realtime",
      "cpu-used": "8",
      "lag-in-frames": "0",
      // Cyclic refresh: bits where the last picture was left coarse.
      "aq-mode": "3",
      rc_init_occupancy: String(Math.round(format.bitrateBps * firstPictureS)),
    },
    prepare: (unopened) => {
      unopened.framerate = new Rational(impossibleFrameRate, 1);
      setRate(unopened, format.bitrateBps, rateBufferS);
      // Constant bitrate is what libvpx does when all three are the same.
      unopened.rcMinRate = unopened.rcMaxRate;
    },
  });
  const clock = new RateClock(format);
  return new FfmpegEncoder(cv, {
    codec: "vp9",
    name: "VP9",
    context,
    format,
    setBitrate: (bitrateBps) => clock.setBitrate(bitrateBps),
    ptsOf: (options) => clock.tick(options),
  });
}

/** The clock that libvpx is told: as much faster or slower than ours as the bitrate is higher or lower than the one it was opened for. */
export class RateClock {
  readonly #openedBps: number;
  readonly #periodUs: number;
  #bitrateBps: number;
  #lastCaptureUs: number | undefined;
  #meanUs: number;
  #nowUs = 0;
  #lean = 0;

  constructor({ bitrateBps, frameRate }: Pick<EncoderFormat, "bitrateBps" | "frameRate">) {
    this.#openedBps = bitrateBps;
    this.#bitrateBps = bitrateBps;
    this.#periodUs = 1_000_000 / frameRate;
    this.#meanUs = this.#periodUs;
  }

  /** Bits a second, from the next picture on. */
  setBitrate(bitrateBps: number): void {
    this.#bitrateBps = bitrateBps;
  }

  /** The timestamp for a picture, µs, always later than the one before. */
  tick({ captureUs, keyframe }: EncodeOptions): number {
    const isFirst = this.#lastCaptureUs === undefined;
    const elapsedUs = captureUs - (this.#lastCaptureUs ?? captureUs - this.#periodUs);
    this.#lastCaptureUs = captureUs;
    // The first one has its share by the buffer's occupancy.
    if (keyframe && !isFirst) this.#lean = leanPictures;
    const share = this.#lean > 0 ? leanShare : 1;
    if (this.#lean > 0) this.#lean--;
    const usefulUs = Math.min(mostShare * this.#meanUs, Math.max(leastPeriods * this.#periodUs, elapsedUs));
    this.#meanUs += (Math.min(longestPeriods * this.#periodUs, elapsedUs) - this.#meanUs) * meanWeight;
    this.#nowUs += Math.max(1, Math.round(usefulUs * share * (this.#bitrateBps / this.#openedBps)));
    return this.#nowUs;
  }
}
