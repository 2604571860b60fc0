// H.264 by libx264: no lookahead, no B-frames, no periodic keyframes, so that each picture leaves at once and costs no burst.

import { availableParallelism } from "node:os";

import { EncoderError } from "../errors.ts";
import { FF_ENCODER_LIBX264, FF_THREAD_SLICE } from "../native/ffmpeg.ts";
import { loadOpenCv } from "../native/opencv.ts";
import type { EncoderFormat, VideoEncoder } from "./encoder.ts";
import { FfmpegEncoder, openContext, setRate } from "./ffmpeg-encoder.ts";

/**
 * x264's rate buffer in seconds of the bitrate: a picture may take this long to send. 0.1 s keeps a keyframe within the delay budget
 * at the price of a coarser first picture, which is fine again a few pictures later.
 */
const rateBufferS = 0.1;

/**
 * Not x264's average bitrate, which together with a rate buffer stays a quarter below what it is told: a constant quality, capped by the
 * rate buffer. Pictures that need less than the cap for this quality get no more: nobody sees more than 17 or 18 (x264's "visually
 * lossless"), and a little finer leaves something for the next picture to build on (docs/decisions/0016-rate-control.md).
 */
const finestQuality = "15";
/** Half of x264's usual: 0.5 to 1 dB more PSNR at the same bitrate and the same SSIM, flat areas as clean (docs/decisions/0005-encoder-preset.md). */
const adaptiveQuantization = "0.5";
/** Two slices, each on its own thread, take a 720p picture from 7.0 to 5.2 ms. Of fewer pixels than this each is too little work. */
const slicePx = 300_000;
const slices = 2;

/** Opens an H.264 encoder. @throws EncoderError */
export async function openH264Encoder(format: EncoderFormat): Promise<VideoEncoder> {
  const cv = await loadOpenCv();
  // superfast: a third of ultrafast's bytes at the same quality for 2 ms more a picture (docs/decisions/0005-encoder-preset.md).
  const preset = format.isHurried === true ? "ultrafast" : "superfast";
  const context = await openContext({
    name: FF_ENCODER_LIBX264,
    format,
    options: { preset, tune: "zerolatency", "forced-idr": "1", crf: finestQuality, "aq-strength": adaptiveQuantization },
    prepare: (unopened) => {
      unopened.threadType = FF_THREAD_SLICE;
      unopened.threadCount = sliceThreads(format);
      setRate(unopened, format.bitrateBps, rateBufferS);
    },
  }).catch((error: unknown) => {
    if (!(error instanceof EncoderError) || error.code !== "encoder-missing") throw error;
    throw new EncoderError("encoder-missing", "This FFmpeg has no H.264 encoder. Use --video-codec jpeg.", { cause: error });
  });
  return new FfmpegEncoder(cv, {
    codec: "h264",
    name: "H.264",
    context,
    format,
    setBitrate: (bitrateBps) => setRate(context, bitrateBps, rateBufferS),
  });
}

/** How many threads, and so slices, a picture of this size is worth. */
function sliceThreads({ widthPx, heightPx }: EncoderFormat): number {
  return widthPx * heightPx < slicePx ? 1 : Math.min(slices, availableParallelism());
}
