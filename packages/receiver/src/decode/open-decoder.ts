// Opens the decoder of a track. A new codec is one file beside this one, and one line here.

import type { TrackMessage } from "@simple-video-chat/protocol";

import { DecodeError } from "../errors.ts";
import type { VideoDecoder } from "./decoder.ts";
import { openH264Decoder, openJpegDecoder } from "./ffmpeg-decoder.ts";
import { checkJpeg } from "./jpeg-check.ts";

/** Opens a decoder for what a track announced. @throws DecodeError decoder-missing */
export async function openDecoder(track: TrackMessage): Promise<VideoDecoder> {
  switch (track.codec) {
    case "h264":
      return openH264Decoder(track);
    case "jpeg": {
      const decoder = await openJpegDecoder(track);
      return {
        decode: (data) => {
          checkJpeg(data, track);
          return decoder.decode(data);
        },
        picture: () => decoder.picture(),
        close: () => decoder.close(),
      };
    }
    case "vp9":
      throw new DecodeError("decoder-missing", "VP9 cannot be decoded yet.");
  }
}
