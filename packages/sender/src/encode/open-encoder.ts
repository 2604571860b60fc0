// Opens the encoder of a codec. A new codec is one file beside this one, and one line here.

import type { VideoCodec } from "@simple-video-chat/protocol";

import { EncoderError } from "../errors.ts";
import type { EncoderFormat, VideoEncoder } from "./encoder.ts";
import { openH264Encoder } from "./h264-encoder.ts";
import { openJpegEncoder } from "./jpeg-encoder.ts";

/** Opens an encoder. @throws EncoderError */
export function openEncoder(codec: VideoCodec, format: EncoderFormat): Promise<VideoEncoder> {
  switch (codec) {
    case "h264":
      return openH264Encoder(format);
    case "jpeg":
      return openJpegEncoder(format);
    case "vp9":
      throw new EncoderError("encoder-missing", "VP9 cannot be encoded yet. Use --video-codec h264 or jpeg.");
  }
}
