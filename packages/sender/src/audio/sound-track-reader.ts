// Reads the best sound track of a video file: demuxed, decoded and brought to our rate and channels, with the place of each piece beside the pictures.

import { type ChannelCount, sampleRateHz, SoundError } from "@simple-video-chat/protocol/sound";

import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_NOPTS_VALUE,
  AV_SAMPLE_FMT_FLT,
  type AVSampleFormat,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  AVSEEK_FLAG_BACKWARD,
  Codec,
  CodecContext,
  FormatContext,
  Frame,
  Packet,
  SoftwareResampleContext,
  type Stream,
} from "../native/ffmpeg.ts";

const bytesPerSample = 4;
/** A file that began longer ago than this is not read from its beginning, s. */
const seekAfterS = 2;
/** It is read from so much earlier, s: a decoder needs a packet or two before it is right. */
const beforeSeekS = 0.2;

/** Takes a piece, which it may keep: 48 kHz. @param at its place in samples from the timestamp 0 of the pictures; undefined: not known */
export type OnSamples = (samples: Float32Array, at: number | undefined) => void;

/** A file's sound track, from one end to the other. */
export class SoundTrackReader {
  readonly #file: FormatContext;
  readonly #stream: Stream;
  readonly #decoder: CodecContext;
  readonly #zeroS: number;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  readonly #channels: ChannelCount;
  readonly #resampled: Buffer;
  #resampler: { readonly context: SoftwareResampleContext; readonly format: string } | undefined;

  private constructor(file: FormatContext, stream: Stream, decoder: CodecContext, channels: ChannelCount) {
    this.#file = file;
    this.#stream = stream;
    this.#decoder = decoder;
    this.#channels = channels;
    this.#resampled = Buffer.alloc(sampleRateHz * bytesPerSample * channels);
    // Pictures count from their track's beginning, and so does the sound: the two begin apart in many files.
    this.#zeroS = startOf(file.streams[file.findBestStream(AVMEDIA_TYPE_VIDEO)]) ?? startOf(stream) ?? 0;
    this.#packet.alloc();
    this.#frame.alloc();
  }

  /**
   * Opens a file's sound track.
   * @param fromS what is earlier, in seconds, need not be read
   * @param channels of what it gives
   * @throws SoundError (rejects) no-sound-track when the file has none, sound-device-missing when it cannot be read or decoded
   */
  static async open(path: string, fromS: number, channels: ChannelCount): Promise<SoundTrackReader> {
    const file = new FormatContext();
    // Behind "file:", so that no name of a file is taken for a protocol.
    if ((await file.openInput(`file:${path}`)) < 0) throw new SoundError("sound-device-missing", "The file cannot be read for its sound.");
    try {
      await file.findStreamInfo();
      const stream = file.streams[file.findBestStream(AVMEDIA_TYPE_AUDIO)];
      if (stream === undefined) throw new SoundError("no-sound-track", "The file has no sound.");
      const reader = new SoundTrackReader(file, stream, await openDecoder(stream), channels);
      if (fromS > seekAfterS) await reader.#seek(fromS - beforeSeekS);
      return reader;
    } catch (error) {
      await file.closeInput();
      throw error;
    }
  }

  /** Reads and decodes one packet. @returns false at the end */
  async read(onSamples: OnSamples): Promise<boolean> {
    if ((await this.#file.readFrame(this.#packet)) < 0) return false;
    try {
      if (this.#packet.streamIndex !== this.#stream.index) return true;
      // What a decoder refuses is missing; the rest goes on.
      if ((await this.#decoder.sendPacket(this.#packet)) < 0) return true;
      while ((await this.#decoder.receiveFrame(this.#frame)) >= 0) {
        const samples = this.#resample();
        if (samples !== undefined) onSamples(samples, this.#place());
        this.#frame.unref();
      }
    } finally {
      this.#packet.unref();
    }
    return true;
  }

  close(): void {
    this.#packet.free();
    this.#frame.free();
    this.#resampler?.context.free();
    this.#decoder.freeContext();
    void this.#file.closeInput();
  }

  /** Where it cannot be sought, it is read from the beginning. */
  async #seek(toS: number): Promise<void> {
    const { timeBase, index } = this.#stream;
    const timestamp = Math.round(((toS + this.#zeroS) * timeBase.den) / timeBase.num);
    await this.#file.seekFrame(index, BigInt(timestamp), AVSEEK_FLAG_BACKWARD);
  }

  #place(): number | undefined {
    const { bestEffortTimestamp } = this.#frame;
    if (bestEffortTimestamp === AV_NOPTS_VALUE) return undefined;
    return Math.round((secondsOf(bestEffortTimestamp, this.#stream) - this.#zeroS) * sampleRateHz);
  }

  #resample(): Float32Array | undefined {
    const { nbSamples, sampleRate, channelLayout, format, extendedData } = this.#frame;
    const wanted = `${sampleRate} ${channelLayout.nbChannels} ${format}`;
    if (this.#resampler?.format !== wanted) {
      this.#resampler?.context.free();
      const context = new SoftwareResampleContext();
      const layout = this.#channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO;
      context.allocSetOpts2(layout, AV_SAMPLE_FMT_FLT, sampleRateHz, channelLayout, format as AVSampleFormat, sampleRate);
      context.init();
      this.#resampler = { context, format: wanted };
    }
    const out = this.#resampled;
    const room = out.byteLength / bytesPerSample / this.#channels;
    const samples = this.#resampler.context.convertSync([out], room, extendedData, nbSamples);
    return samples > 0 ? new Float32Array(out.buffer, out.byteOffset, samples * this.#channels).slice() : undefined;
  }
}

async function openDecoder(stream: Stream): Promise<CodecContext> {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  if (codec === null) throw new SoundError("sound-device-missing", "The file's sound is of a kind that cannot be decoded here.");
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  decoder.parametersToContext(stream.codecpar);
  // Without it the silence that encoders put before the first sample is taken for sound.
  decoder.pktTimebase = stream.timeBase;
  decoder.threadCount = 1;
  if ((await decoder.open2(codec)) >= 0) return decoder;
  decoder.freeContext();
  throw new SoundError("sound-device-missing", "The file's sound cannot be decoded.");
}

/** When a track begins, s. */
function startOf(stream: Stream | undefined): number | undefined {
  return stream === undefined || stream.startTime === AV_NOPTS_VALUE ? undefined : secondsOf(stream.startTime, stream);
}

function secondsOf(timestamp: bigint, { timeBase }: Stream): number {
  return (Number(timestamp) * timeBase.num) / timeBase.den;
}
