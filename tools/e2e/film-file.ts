// Makes a film with a sound track for tests: white pictures while it beeps, so that what is seen and what is heard can be compared.

import { quietly } from "@simple-video-chat/protocol/engine";
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CODEC_ID_MJPEG,
  AV_CODEC_ID_PCM_S16LE,
  AV_LOG_QUIET,
  AV_PIX_FMT_YUVJ420P,
  AV_SAMPLE_FMT_S16,
  AVIO_FLAG_WRITE,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from "node-av/constants";
import { FormatContext, IOContext, Log, Packet, Rational, type Stream } from "node-av/lib";

/** What is in a film. */
export interface FilmOptions {
  readonly seconds: number;
  /** Pitch of its sound, Hz; without it the film has no sound track. */
  readonly toneHz?: number;
  /** Whether it sounds for the first tenth of each second only, under white pictures, or all the time; default all the time. */
  readonly beeps?: boolean;
  /** The pictures begin so much later than the sound; white is when it beeps all the same. Default 0. */
  readonly picturesFromS?: number;
}

const sampleRateHz = 48_000;
const frameRate = 25;
const packetSamples = 960;
const size = { widthPx: 320, heightPx: 240 } as const;
/** Of its tone, of full scale 1. */
export const filmAmplitude = 0.4;
const beepS = 0.1;

const isBeep = (atS: number): boolean => atS % 1 < beepS - 1e-6;

/** Writes a Matroska file: Motion JPEG, 320x240, 25 pictures a second, and plain samples. @throws Error when it cannot be written */
export async function writeFilm(path: string, { seconds, toneHz, beeps = false, picturesFromS = 0 }: FilmOptions): Promise<void> {
  const [white, dark] = await pictures();
  Log.setLevel(AV_LOG_QUIET);
  const file = new FormatContext();
  const io = new IOContext();
  check(file.allocOutputContext2(null, "matroska", path));
  const video = addVideo(file);
  const audio = toneHz === undefined ? undefined : addAudio(file);
  check(io.open2Sync(path, AVIO_FLAG_WRITE));
  file.pb = io;
  check(file.writeHeaderSync());
  for (let frame = 0; frame < seconds * frameRate; frame++) {
    const atS = picturesFromS + frame / frameRate;
    write(file, video, { atS, durationS: 1 / frameRate, data: isBeep(atS) ? white : dark });
  }
  const packets = audio === undefined ? 0 : ((seconds + picturesFromS) * sampleRateHz) / packetSamples;
  for (let packet = 0; packet < packets; packet++) {
    const data = samples(packet * packetSamples, (atS) => (!beeps || isBeep(atS) ? Math.sin(2 * Math.PI * (toneHz ?? 0) * atS) : 0));
    const times = { atS: (packet * packetSamples) / sampleRateHz, durationS: packetSamples / sampleRateHz };
    if (audio !== undefined) write(file, audio, { ...times, data });
  }
  check(file.writeTrailerSync());
  check(io.closepSync());
  file.pb = null;
  file.freeContext();
}

/** A white and a dark picture, JPEG. */
async function pictures(): Promise<readonly [Buffer, Buffer]> {
  process.env["OPENCV4NODEJS_DISABLE_AUTOBUILD"] ??= "1";
  const { cv } = await quietly(() => import("@u4/opencv4nodejs"));
  const jpeg = (level: number): Buffer => {
    const mat = new cv.Mat(size.heightPx, size.widthPx, cv.CV_8UC3, [level, level, level]);
    const encoded = cv.imencode(".jpg", mat);
    mat.release();
    return encoded;
  };
  return [jpeg(250), jpeg(40)];
}

function addVideo(file: FormatContext): Stream {
  const stream = file.newStream();
  stream.timeBase = new Rational(1, 1000);
  stream.avgFrameRate = new Rational(frameRate, 1);
  const { codecpar } = stream;
  codecpar.codecType = AVMEDIA_TYPE_VIDEO;
  codecpar.codecId = AV_CODEC_ID_MJPEG;
  codecpar.width = size.widthPx;
  codecpar.height = size.heightPx;
  codecpar.format = AV_PIX_FMT_YUVJ420P;
  return stream;
}

function addAudio(file: FormatContext): Stream {
  const stream = file.newStream();
  stream.timeBase = new Rational(1, sampleRateHz);
  const { codecpar } = stream;
  codecpar.codecType = AVMEDIA_TYPE_AUDIO;
  codecpar.codecId = AV_CODEC_ID_PCM_S16LE;
  codecpar.format = AV_SAMPLE_FMT_S16;
  codecpar.sampleRate = sampleRateHz;
  codecpar.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  return stream;
}

function samples(from: number, at: (atS: number) => number): Buffer {
  const data = Buffer.alloc(packetSamples * 2);
  for (let n = 0; n < packetSamples; n++) data.writeInt16LE(Math.round(32_767 * filmAmplitude * at((from + n) / sampleRateHz)), n * 2);
  return data;
}

interface Written {
  readonly atS: number;
  readonly durationS: number;
  readonly data: Buffer;
}

function write(file: FormatContext, stream: Stream, { atS, durationS, data }: Written): void {
  const ticks = (seconds: number): bigint => BigInt(Math.round((seconds * stream.timeBase.den) / stream.timeBase.num));
  const packet = new Packet();
  packet.alloc();
  packet.data = data;
  packet.streamIndex = stream.index;
  packet.pts = ticks(atS);
  packet.dts = packet.pts;
  packet.duration = ticks(durationS);
  packet.isKeyframe = true;
  const written = file.interleavedWriteFrameSync(packet);
  packet.free();
  check(written);
}

function check(result: number): void {
  if (result < 0) throw new Error(`The film cannot be written: FFmpeg says ${result}.`);
}
