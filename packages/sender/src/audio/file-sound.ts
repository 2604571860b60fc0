// A video file's own sound: demuxed, decoded and brought to our rate and channels, half a second ahead of its time.

import { type Micros, nowUs } from "@simple-video-chat/protocol";
import { type ChannelCount, type OpenSoundDevice, SampleQueue, sampleRateHz, SoundError } from "@simple-video-chat/protocol/sound";

import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_SAMPLE_FMT_FLT,
  type AVSampleFormat,
  AVMEDIA_TYPE_AUDIO,
  Codec,
  CodecContext,
  FormatContext,
  Frame,
  Packet,
  SoftwareResampleContext,
} from "../native/ffmpeg.ts";
import { PacedSound } from "./paced-sound.ts";
import type { SoundSourceEvents } from "./sound-source.ts";
import { channelsIn, type SoundSpec } from "./sound-spec.ts";

/** Samples read ahead: half a second, longer than any disk hesitates. */
const aheadSamples = sampleRateHz / 2;
const bytesPerSample = 4;

/**
 * Opens a file's sound.
 * @param startUs when its first sample is due; what is earlier than now is left out
 * @throws SoundError (rejects) sound-device-missing when it is no file with sound
 */
export async function openFileSound(
  spec: Extract<SoundSpec, { kind: "file" }>,
  startUs: number | undefined,
  events: SoundSourceEvents,
): Promise<OpenSoundDevice> {
  const originUs = startUs ?? nowUs();
  const channels = channelsIn(spec);
  const reader = await SoundReader.open(spec.path, channels);
  const queue = new SampleQueue(2 * aheadSamples * channels);
  let reading: Promise<void> | undefined;
  let isAtEnd = false;
  let isClosed = false;
  /** Samples of each channel that are over. */
  let position = 0;
  const readAhead = async (): Promise<void> => {
    while (!isClosed && !isAtEnd && queue.length < aheadSamples * channels) isAtEnd = !(await reader.read(queue));
  };
  const refill = (): void => {
    reading ??= readAhead().finally(() => (reading = undefined));
  };
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    sound.close();
    void Promise.resolve(reading).finally(() => reader.close());
  };
  refill();
  const onDue = (block: Float32Array, captureUs: Micros): void => {
    // What a busy computer missed is over, as it is for the picture.
    const due = Math.round(((captureUs - originUs) * sampleRateHz) / 1_000_000);
    position += queue.drop(Math.max(0, due - position) * channels) / channels;
    const filled = queue.take(block);
    position += filled / channels;
    if (filled === 0 && isAtEnd) {
      close();
      return events.onGone("");
    }
    refill();
    events.onBlock(block, captureUs);
  };
  const sound = new PacedSound(onDue, originUs, channels);
  return { name: "the file's sound", close };
}

/** Reads a file's best sound track. */
class SoundReader {
  readonly #file: FormatContext;
  readonly #stream: number;
  readonly #decoder: CodecContext;
  readonly #channels: ChannelCount;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  readonly #resampled: Buffer;
  #resampler: { readonly context: SoftwareResampleContext; readonly format: string } | undefined;

  private constructor(file: FormatContext, stream: number, decoder: CodecContext, channels: ChannelCount) {
    this.#file = file;
    this.#stream = stream;
    this.#decoder = decoder;
    this.#channels = channels;
    this.#resampled = Buffer.alloc(sampleRateHz * bytesPerSample * channels);
    this.#packet.alloc();
    this.#frame.alloc();
  }

  static async open(path: string, channels: ChannelCount): Promise<SoundReader> {
    const file = new FormatContext();
    const fail = async (reason: string): Promise<never> => {
      await file.closeInput();
      throw new SoundError("sound-device-missing", reason);
    };
    // Behind "file:", so that no name of a file is taken for a protocol.
    if ((await file.openInput(`file:${path}`)) < 0) throw new SoundError("sound-device-missing", "The file cannot be read for its sound.");
    await file.findStreamInfo();
    const index = file.findBestStream(AVMEDIA_TYPE_AUDIO);
    const stream = file.streams[index];
    if (index < 0 || stream === undefined) return await fail("The file has no sound.");
    const codec = Codec.findDecoder(stream.codecpar.codecId);
    if (codec === null) return await fail("The file's sound is of a kind that cannot be decoded here.");
    const decoder = new CodecContext();
    decoder.allocContext3(codec);
    decoder.parametersToContext(stream.codecpar);
    decoder.threadCount = 1;
    if ((await decoder.open2(codec)) < 0) {
      decoder.freeContext();
      return await fail("The file's sound cannot be decoded.");
    }
    return new SoundReader(file, index, decoder, channels);
  }

  /** Decodes one packet into the queue. @returns false at the end */
  async read(queue: SampleQueue): Promise<boolean> {
    const read = await this.#file.readFrame(this.#packet);
    if (read < 0) return false;
    try {
      if (this.#packet.streamIndex !== this.#stream) return true;
      // What a decoder refuses is missing; the rest goes on.
      if ((await this.#decoder.sendPacket(this.#packet)) < 0) return true;
      while ((await this.#decoder.receiveFrame(this.#frame)) >= 0) {
        this.#resample(queue);
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

  #resample(queue: SampleQueue): void {
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
    if (samples > 0) queue.push(new Float32Array(out.buffer, out.byteOffset, samples * this.#channels));
  }
}
