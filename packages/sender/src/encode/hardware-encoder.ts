// H.264 by the graphics card: NVENC, VAAPI, Quick Sync or VideoToolbox. Whether one is there, and gives a packet for each picture at
// once, shows only when it is tried: openHardwareEncoder does, with a picture of its own.

import { EncoderError } from "../errors.ts";
import {
  AV_HWDEVICE_TYPE_VAAPI,
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_VAAPI,
  type CodecContext,
  FF_ENCODER_H264_NVENC,
  FF_ENCODER_H264_QSV,
  FF_ENCODER_H264_VAAPI,
  FF_ENCODER_H264_VIDEOTOOLBOX,
  Frame,
  HardwareDeviceContext,
  HardwareFramesContext,
} from "../native/ffmpeg.ts";
import { loadOpenCv } from "../native/opencv.ts";
import type { EncoderFormat, HardwareEncoder, VideoEncoder } from "./encoder.ts";
import { type ContextOptions, FfmpegEncoder, openContext, setRate } from "./ffmpeg-encoder.ts";
import { interleaveChroma } from "./planar-picture.ts";

/** As x264's. */
const rateBufferS = 0.1;
/** Surfaces in the card's memory: one in use by the encoder, one being filled, and a reference or two. */
const surfaces = 4;

interface HardwareKind {
  readonly name: string;
  readonly encoder: ContextOptions["name"];
  readonly options: Readonly<Record<string, string>>;
  /** Whether FFmpeg passes a new bitrate on to the open encoder. */
  readonly followsBitrate: boolean;
}

/** Speed and low delay before all; a forced keyframe must be one to begin with (IDR). */
const kinds: Readonly<Record<HardwareEncoder, HardwareKind>> = {
  nvenc: {
    name: "NVENC",
    encoder: FF_ENCODER_H264_NVENC,
    options: { preset: "p3", tune: "ull", rc: "cbr", zerolatency: "1", delay: "0", "forced-idr": "1" },
    followsBitrate: true,
  },
  qsv: {
    name: "Quick Sync",
    encoder: FF_ENCODER_H264_QSV,
    options: { preset: "veryfast", async_depth: "1", low_delay_brc: "1", look_ahead: "0", forced_idr: "1" },
    followsBitrate: true,
  },
  vaapi: { name: "VAAPI", encoder: FF_ENCODER_H264_VAAPI, options: { rc_mode: "CBR", async_depth: "1" }, followsBitrate: false },
  videotoolbox: {
    name: "VideoToolbox",
    encoder: FF_ENCODER_H264_VIDEOTOOLBOX,
    options: { realtime: "1", prio_speed: "1", allow_sw: "0" },
    followsBitrate: false,
  },
};

/** What people call it. */
export function hardwareName(hardware: HardwareEncoder): string {
  return kinds[hardware].name;
}

/** Opens a hardware encoder, and tries it on a picture. @throws EncoderError when it is not there or does not do */
export async function openHardwareEncoder(hardware: HardwareEncoder, format: EncoderFormat): Promise<VideoEncoder> {
  const cv = await loadOpenCv();
  const kind = kinds[hardware];
  const memory = hardware === "vaapi" ? openCardMemory(format) : undefined;
  let context: CodecContext;
  try {
    context = await openContext({
      name: kind.encoder,
      format,
      options: kind.options,
      prepare: (unopened) => {
        unopened.pixelFormat = memory === undefined ? AV_PIX_FMT_NV12 : AV_PIX_FMT_VAAPI;
        if (memory !== undefined) unopened.hwFramesCtx = memory.frames;
        setRate(unopened, format.bitrateBps, rateBufferS);
      },
    });
  } catch (error) {
    memory?.free();
    throw error;
  }
  const encoder = new FfmpegEncoder(cv, {
    codec: "h264",
    name: kind.name,
    context,
    format,
    setBitrate: (bitrateBps) => {
      if (kind.followsBitrate) setRate(context, bitrateBps, rateBufferS);
    },
    layout: { format: AV_PIX_FMT_NV12, from: (planar) => interleaveChroma(planar, format) },
    ...(memory !== undefined && { upload: memory.upload, onClose: memory.free }),
    ...(!kind.followsBitrate && { fixedBitrateBps: format.bitrateBps }),
  });
  try {
    await tryOut(encoder, new cv.Mat(format.heightPx, format.widthPx, cv.CV_8UC3, [64, 64, 64]), kind.name);
  } catch (error) {
    encoder.close();
    throw error;
  }
  return encoder;
}

/** One that holds pictures back, to encode them later, is of no use here. */
async function tryOut(encoder: VideoEncoder, mat: Parameters<VideoEncoder["encode"]>[0], name: string): Promise<void> {
  try {
    const picture = await encoder.encode(mat, { captureUs: 0, keyframe: true });
    if (picture === undefined) throw new EncoderError("encoder-refused", `${name} holds pictures back.`);
  } finally {
    mat.release();
  }
}

/** Memory of the card for pictures on their way to its encoder. @throws EncoderError */
function openCardMemory(format: EncoderFormat): {
  readonly frames: HardwareFramesContext;
  readonly upload: (frame: Frame) => Promise<Frame>;
  readonly free: () => void;
} {
  const device = new HardwareDeviceContext();
  const created = device.create(AV_HWDEVICE_TYPE_VAAPI);
  if (created < 0) throw new EncoderError("encoder-missing", `There is no VAAPI device (${created}).`);
  const frames = new HardwareFramesContext();
  frames.alloc(device);
  frames.format = AV_PIX_FMT_VAAPI;
  frames.swFormat = AV_PIX_FMT_NV12;
  frames.width = format.widthPx;
  frames.height = format.heightPx;
  frames.initialPoolSize = surfaces;
  const surface = new Frame();
  surface.alloc();
  const free = (): void => {
    surface.free();
    frames.free();
    device.free();
  };
  if (frames.init() < 0) {
    free();
    throw new EncoderError("encoder-refused", `VAAPI has no memory for ${format.widthPx}x${format.heightPx}.`);
  }
  const upload = async (frame: Frame): Promise<Frame> => {
    if (frames.getBuffer(surface) < 0 || (await frames.transferData(surface, frame)) < 0) {
      surface.unref();
      throw new EncoderError("encode-failed", "A picture does not get to the graphics card.");
    }
    return surface;
  };
  return { frames, upload, free };
}
