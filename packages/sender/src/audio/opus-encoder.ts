// Opus by FFmpeg's libopus: 10 to 60 ms of sound in, one packet out.

import { type ChannelCount, sampleRateHz } from "@simple-video-chat/protocol/sound";

import { EncoderError } from "../errors.ts";
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_SAMPLE_FMT_FLT,
  Codec,
  CodecContext,
  Dictionary,
  FF_ENCODER_LIBOPUS,
  Frame,
  Packet,
  Rational,
} from "../native/ffmpeg.ts";

/** How packets are made. libopus in FFmpeg takes neither on the way: another format is another encoder, which decoders do not mind. */
export interface OpusFormat {
  /** 6,000 to 128,000. */
  readonly bitrateBps: number;
  /** 10, 20, 40 or 60. */
  readonly packetMs: number;
  /** Default 1. */
  readonly channels?: ChannelCount;
}

/** Samples of a packet, of each channel. */
export function packetSamples({ packetMs }: OpusFormat): number {
  return (packetMs * sampleRateHz) / 1000;
}

/** An Opus encoder. Its native parts are kept from packet to packet. */
export class OpusEncoder {
  /** What it takes. */
  readonly channels: ChannelCount;
  readonly #context: CodecContext;
  readonly #frame = new Frame();
  readonly #packet = new Packet();
  readonly #plane: Buffer;

  /** @internal */
  constructor(context: CodecContext, samples: number) {
    this.#context = context;
    this.channels = context.channelLayout.nbChannels === 2 ? 2 : 1;
    this.#frame.alloc();
    this.#frame.format = AV_SAMPLE_FMT_FLT;
    this.#frame.nbSamples = samples;
    this.#frame.sampleRate = sampleRateHz;
    this.#frame.channelLayout = context.channelLayout;
    this.#frame.getBuffer(0);
    // The frame's own memory: libopus has read it when sendFrameSync returns.
    this.#plane = this.#frame.data?.[0] ?? Buffer.alloc(0);
    this.#packet.alloc();
  }

  /**
   * Encodes one packet, in about 0.1 ms.
   * @param samples as many of each channel as {@link packetSamples} says
   * @throws EncoderError encode-failed
   */
  encode(samples: Float32Array): Uint8Array {
    this.#plane.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    const sent = this.#context.sendFrameSync(this.#frame);
    const received = sent < 0 ? sent : this.#context.receivePacketSync(this.#packet);
    const { data } = this.#packet;
    if (received < 0 || data === null) throw new EncoderError("encode-failed", `The Opus encoder failed (${received}).`);
    const bytes = Uint8Array.from(data);
    this.#packet.unref();
    return bytes;
  }

  close(): void {
    this.#frame.free();
    this.#packet.free();
    this.#context.freeContext();
  }
}

/** Opens an encoder. @throws EncoderError (rejects) encoder-missing or encoder-refused */
export async function openOpusEncoder(format: OpusFormat): Promise<OpusEncoder> {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBOPUS);
  if (codec === null) throw new EncoderError("encoder-missing", "This FFmpeg has no Opus encoder.");
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = sampleRateHz;
  context.sampleFormat = AV_SAMPLE_FMT_FLT;
  context.channelLayout = format.channels === 2 ? AV_CHANNEL_LAYOUT_STEREO : AV_CHANNEL_LAYOUT_MONO;
  context.bitRate = BigInt(format.bitrateBps);
  context.timeBase = new Rational(1, sampleRateHz);
  // Above 32 kbit/s the coder for music is as good for speech, and 4 ms faster without the model of speech. dtx: next to nothing while nobody
  // speaks. No in-band FEC: on TCP nothing is lost, only late.
  const application = format.bitrateBps >= 32_000 ? "lowdelay" : "voip";
  const options = Dictionary.fromObject({ application, frame_duration: String(format.packetMs), vbr: "on", dtx: "1" });
  const opened = await context.open2(codec, options);
  if (opened < 0) {
    context.freeContext();
    throw new EncoderError("encoder-refused", `The Opus encoder refused ${format.bitrateBps} bit/s (${opened}).`);
  }
  return new OpusEncoder(context, packetSamples(format));
}
