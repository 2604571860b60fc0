// A process that loads the native libraries of this package, says whether they work, and ends.

import { answerLibraries } from "@simple-video-chat/protocol/engine";

await answerLibraries({
  opencv: async () => {
    const { loadOpenCv } = await import("../native/opencv.ts");
    const { version } = await loadOpenCv();
    return `${version.major}.${version.minor}.${version.revision}`;
  },
  ffmpeg: async () => {
    const { AV_CODEC_ID_H264, Codec, getFFmpegInfo } = await import("../native/ffmpeg.ts");
    if (Codec.findDecoder(AV_CODEC_ID_H264) === null) throw new Error("it has no H.264 decoder");
    return getFFmpegInfo().version;
  },
});
