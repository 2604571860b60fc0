// The only file of this package that imports node-av (FFmpeg). Loaded in the capture engine, never in the network process.

import { AV_LOG_QUIET } from "node-av/constants";
import { Log } from "node-av/lib";

export {
  AV_NOPTS_VALUE,
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_FLAG_QSCALE,
  AV_HWDEVICE_TYPE_VAAPI,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_BGR24,
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_VAAPI,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  AV_SAMPLE_FMT_FLT,
  AVSEEK_FLAG_BACKWARD,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  type AVPixelFormat,
  type AVSampleFormat,
  FF_ENCODER_H264_NVENC,
  FF_ENCODER_H264_QSV,
  FF_ENCODER_H264_VAAPI,
  FF_ENCODER_H264_VIDEOTOOLBOX,
  FF_ENCODER_LIBOPUS,
  FF_ENCODER_LIBVPX_VP9,
  FF_ENCODER_LIBX264,
  FF_ENCODER_MJPEG,
  FF_QP2LAMBDA,
  FF_THREAD_SLICE,
  SWS_POINT,
} from "node-av/constants";
export {
  Codec,
  CodecContext,
  Device,
  Dictionary,
  FFmpegError,
  FormatContext,
  getFFmpegInfo,
  Frame,
  HardwareDeviceContext,
  HardwareFramesContext,
  InputFormat,
  Packet,
  Rational,
  SoftwareResampleContext,
  SoftwareScaleContext,
  type Stream,
} from "node-av/lib";

// FFmpeg writes to stderr from C, thousands of lines on bad input.
Log.setLevel(AV_LOG_QUIET);
