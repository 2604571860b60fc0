// The only file of this package that imports node-av (FFmpeg). Loaded in the capture engine, never in the network process.

import { AV_LOG_QUIET } from "node-av/constants";
import { Log } from "node-av/lib";

export { AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE, AV_PIX_FMT_YUV420P, FF_ENCODER_LIBX264, FF_THREAD_SLICE } from "node-av/constants";
export { Codec, CodecContext, Dictionary, FFmpegError, Frame, Packet, Rational } from "node-av/lib";

// FFmpeg writes to stderr from C, thousands of lines on bad input.
Log.setLevel(AV_LOG_QUIET);
