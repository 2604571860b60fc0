// ffmpeg to ffmpeg over TCP: the recipe that one finds everywhere, and the best that was found for delay.

import type { Peer, PeerRequest } from "./peer.ts";
import type { Address } from "./measure-pair.ts";
import { pipePeer } from "./pipe-peer.ts";

/** What of the encoder is told. */
interface Encoder {
  readonly preset: "superfast" | "ultrafast";
  /** undefined: x264's constant quality. */
  readonly bitrateBps?: number;
}

/** Seconds of the bitrate that x264 may be ahead: as in our sender. */
const rateBufferS = 0.1;

function encoderArguments({ preset, bitrateBps }: Encoder): readonly string[] {
  const rate =
    bitrateBps === undefined
      ? []
      : ["-b:v", String(bitrateBps), "-maxrate", String(bitrateBps), "-bufsize", String(Math.round(bitrateBps * rateBufferS))];
  return ["-an", "-c:v", "libx264", "-preset", preset, "-tune", "zerolatency", "-pix_fmt", "yuv420p", ...rate];
}

function rawInput({ footage: { widthPx, heightPx }, frameRate }: PeerRequest): readonly string[] {
  return [
    "-f",
    "rawvideo",
    "-pix_fmt",
    "bgr24",
    "-video_size",
    `${widthPx}x${heightPx}`,
    "-framerate",
    String(frameRate || 30),
    "-i",
    "pipe:0",
  ];
}

const quiet = ["ffmpeg", "-nostdin", "-loglevel", "error"];
const rawOutput = ["-f", "rawvideo", "-pix_fmt", "bgr24"];

function best(name: string, label: string, encoder: Encoder): Peer {
  return pipePeer({
    name,
    label,
    program: "ffmpeg",
    packages: "ffmpeg",
    sender: ({ host, port }, request) => [
      ...[...quiet, "-fflags", "nobuffer", "-threads", "1", ...rawInput(request), ...encoderArguments(encoder), "-g", "60"],
      ...["-f", "flv", "-flush_packets", "1", "-flvflags", "no_duration_filesize", `tcp://${host}:${port}?tcp_nodelay=1`],
    ],
    receiver: ({ port }) => [
      ...[...quiet, "-fflags", "nobuffer", "-flags", "low_delay", "-probesize", "4096", "-analyzeduration", "0", "-threads", "1"],
      ...["-f", "flv", "-i", listenAt(port), "-an", "-fps_mode", "passthrough", "-c:v", "rawvideo", "-threads", "1"],
      ...[...rawOutput, "-flush_packets", "1", "pipe:1"],
    ],
  });
}

function listenAt(port: Address["port"]): string {
  return `tcp://0.0.0.0:${port}?listen=1`;
}

/** The best recipe for delay: FLV, nothing buffered, one thread around the codec. */
export const ffmpegBest: Peer = best("ffmpeg", "ffmpeg, its best recipe, ultrafast", { preset: "ultrafast" });

/** The best recipe with our encoder's preset. */
export const ffmpegSuperfast: Peer = best("ffmpegSuperfast", "ffmpeg, its best recipe, superfast", { preset: "superfast" });

/** The best recipe with our encoder's preset and rate: what the same work costs there. */
export const ffmpegSame: Peer = best("ffmpegSame", "ffmpeg, its best recipe, superfast, 2 Mbit/s", {
  preset: "superfast",
  bitrateBps: 2_000_000,
});

/** The best recipe told beforehand what the link carries. */
export const ffmpegTold: Peer = best("ffmpegTold", "ffmpeg, its best recipe, ultrafast, told 1.5 Mbit/s", {
  preset: "ultrafast",
  bitrateBps: 1_500_000,
});

/** The recipe that answers and tutorials give: MPEG-TS, low-delay flags, the rest as it comes. */
export const ffmpegUsual: Peer = pipePeer({
  name: "ffmpegUsual",
  label: "ffmpeg, the usual MPEG-TS recipe",
  program: "ffmpeg",
  packages: "ffmpeg",
  sender: ({ host, port }, request) => [
    ...quiet,
    ...rawInput(request),
    ...encoderArguments({ preset: "ultrafast" }),
    "-f",
    "mpegts",
    `tcp://${host}:${port}`,
  ],
  receiver: ({ port }) => [...quiet, "-fflags", "nobuffer", "-flags", "low_delay", "-i", listenAt(port), ...rawOutput, "pipe:1"],
});
