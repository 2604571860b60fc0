// A process that loads the native libraries of this package, says whether they work, and ends.

import { answerLibraries } from "@simple-video-chat/protocol/engine";

await answerLibraries({
  opencv: async () => {
    const { loadOpenCv } = await import("../native/opencv.ts");
    const { version } = await loadOpenCv();
    return `${version.major}.${version.minor}.${version.revision}`;
  },
  ffmpeg: async () => {
    const { Codec, FF_ENCODER_LIBX264, getFFmpegInfo } = await import("../native/ffmpeg.ts");
    if (Codec.findEncoderByName(FF_ENCODER_LIBX264) === null) throw new Error("it has no H.264 encoder");
    return getFFmpegInfo().version;
  },
});
