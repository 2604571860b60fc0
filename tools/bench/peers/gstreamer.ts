// GStreamer to GStreamer over TCP, with GDP around the packets: one thread on each side, which is its best.

import type { Peer } from "./peer.ts";
import { pipePeer } from "./pipe-peer.ts";

/** x264 at ultrafast and constant quality, which its bitrate would cut short. Told I420, or it would encode 4:4:4. */
export const gstreamer: Peer = pipePeer({
  name: "gstreamer",
  label: "GStreamer, its best recipe, ultrafast",
  program: "gst-launch-1.0",
  packages:
    "gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav",
  sender: ({ host, port }, { footage: { widthPx, heightPx }, frameRate }) =>
    launch(
      `fdsrc fd=0 do-timestamp=true blocksize=${widthPx * heightPx * 3}`,
      `rawvideoparse format=bgr width=${widthPx} height=${heightPx} framerate=${frameRate || 30}/1`,
      "videoconvert",
      "video/x-raw,format=I420",
      "x264enc tune=zerolatency speed-preset=ultrafast pass=qual quantizer=23 bitrate=50000 key-int-max=60 threads=1",
      "gdppay",
      `tcpclientsink host=${host} port=${port} sync=false`,
    ),
  receiver: ({ port }) =>
    launch(
      `tcpserversrc host=0.0.0.0 port=${port}`,
      "gdpdepay",
      "h264parse",
      "avdec_h264 max-threads=1",
      "videoconvert",
      "video/x-raw,format=BGR",
      "fdsink fd=1 sync=false",
    ),
});

function launch(...elements: readonly string[]): readonly string[] {
  return ["gst-launch-1.0", "-q", ...elements.flatMap((element, index) => [...(index === 0 ? [] : ["!"]), ...element.split(" ")])];
}
