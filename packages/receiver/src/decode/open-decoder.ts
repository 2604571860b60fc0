// Opens the decoder of a track. A new codec is one file beside this one, and one line here.

import type { TrackMessage } from "@simple-video-chat/protocol";

import type { VideoDecoder } from "./decoder.ts";
import { openH264Decoder, openVp9Decoder } from "./ffmpeg-decoder.ts";
import { checkH264 } from "./h264-check.ts";
import { checkJpeg } from "./jpeg-check.ts";
import { openAnyJpegDecoder } from "./jpeg-decoder.ts";
import { checkVp9 } from "./vp9-check.ts";

/** Opens a decoder for what a track announced. Native code sees only packets that are what was announced. @throws DecodeError decoder-missing */
export async function openDecoder(track: TrackMessage): Promise<VideoDecoder> {
  switch (track.codec) {
    case "h264":
      return checked(await openH264Decoder(track), (data) => checkH264(data, track));
    case "jpeg":
      return checked(await openAnyJpegDecoder(track), (data) => checkJpeg(data, track));
    case "vp9":
      return checked(await openVp9Decoder(track), (data) => checkVp9(data, track));
  }
}

function checked(decoder: VideoDecoder, check: (data: Uint8Array) => void): VideoDecoder {
  return {
    decode: (data) => {
      check(data);
      return decoder.decode(data);
    },
    picture: () => decoder.picture(),
    close: () => decoder.close(),
  };
}
