// The only file of this package that imports node-av (FFmpeg). Loaded in the playback engine, never in the network process.

import { AV_LOG_QUIET } from "node-av/constants";
import { Log } from "node-av/lib";

export {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_MJPEG,
  AV_CODEC_ID_OPUS,
  AV_CODEC_ID_VP9,
  AV_PIX_FMT_BGR24,
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  AV_PIX_FMT_YUVJ422P,
  AV_PIX_FMT_YUVJ444P,
  AV_SAMPLE_FMT_S16,
  AVIO_FLAG_WRITE,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  type AVCodecID,
  type AVPixelFormat,
  FF_DECODER_LIBOPUS,
  FF_ENCODER_PNG,
  FF_THREAD_SLICE,
  SWS_POINT,
} from "node-av/constants";
export {
  Codec,
  CodecContext,
  Dictionary,
  FormatContext,
  Frame,
  getFFmpegInfo,
  IOContext,
  Packet,
  Rational,
  SoftwareScaleContext,
  type Stream,
} from "node-av/lib";

// FFmpeg writes to stderr from C, thousands of lines on bad input.
Log.setLevel(AV_LOG_QUIET);
