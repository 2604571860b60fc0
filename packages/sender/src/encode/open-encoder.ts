// Opens the encoder of a codec. A new codec is one file beside this one, and one line here.

import type { VideoCodec } from "@simple-video-chat/protocol";

import { EncoderError } from "../errors.ts";
import type { EncoderChoice, EncoderFormat, VideoEncoder } from "./encoder.ts";
import { openH264Encoder } from "./h264-encoder.ts";
import { hardwareName, openHardwareEncoder } from "./hardware-encoder.ts";
import { openJpegEncoder } from "./jpeg-encoder.ts";
import { openVp9Encoder } from "./vp9-encoder.ts";

/** Opens a codec's software encoder. @throws EncoderError */
export function openEncoder(codec: VideoCodec, format: EncoderFormat): Promise<VideoEncoder> {
  switch (codec) {
    case "h264":
      return openH264Encoder(format);
    case "jpeg":
      return openJpegEncoder(format);
    case "vp9":
      return openVp9Encoder(format);
    default:
      throw new EncoderError("encoder-missing", `There is no encoder for ${String(codec)}.`);
  }
}

/** An encoder, and why it is not the one that was asked for, as a sentence for the user. */
export interface ChosenEncoder {
  readonly encoder: VideoEncoder;
  readonly fallback?: string;
}

/**
 * Opens the encoder that the user chose; the software one when that cannot be had.
 *
 * @param open opens a hardware encoder; a test gives another one
 * @throws EncoderError when there is no software encoder either
 */
export async function openChosenEncoder(
  choice: EncoderChoice,
  codec: VideoCodec,
  format: EncoderFormat,
  open: typeof openHardwareEncoder = openHardwareEncoder,
): Promise<ChosenEncoder> {
  if (choice === "auto" || choice === "software") return { encoder: await openEncoder(codec, format) };
  const software = "Encoding in software instead.";
  if (codec !== "h264") {
    return { encoder: await openEncoder(codec, format), fallback: `${hardwareName(choice)} is used for H.264 only. ${software}` };
  }
  try {
    return { encoder: await open(choice, format) };
  } catch (error) {
    if (!(error instanceof EncoderError)) throw error;
    return { encoder: await openEncoder(codec, format), fallback: `${hardwareName(choice)} does not work here. ${software}` };
  }
}
