// Opus by FFmpeg's libopus: one packet in, its sound out. The decoder itself mixes stereo down to one channel, or gives both channels what is mono:
// packets say what they are, and may change.

import { type ChannelCount, sampleRateHz } from "@simple-video-chat/protocol/sound";

import { DecodeError } from "../errors.ts";
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_SAMPLE_FMT_S16,
  Codec,
  CodecContext,
  FF_DECODER_LIBOPUS,
  Frame,
  Packet,
} from "../native/ffmpeg.ts";
import { checkOpus } from "./opus-check.ts";

/** An Opus decoder. Its native parts are kept from packet to packet. */
export class OpusDecoder {
  readonly #context: CodecContext;
  readonly #channels: ChannelCount;
  readonly #packet = new Packet();
  readonly #frame = new Frame();

  /** @internal */
  constructor(context: CodecContext, channels: ChannelCount) {
    this.#context = context;
    this.#channels = channels;
    this.#frame.alloc();
    this.#packet.alloc();
  }

  /**
   * Decodes one packet, in about 0.1 ms.
   * @param data from the network; it must not change during the call
   * @returns 2.5 to 120 ms of sound, 48 kHz, the caller's
   * @throws DecodeError undecodable
   */
  decode(data: Uint8Array): Float32Array {
    checkOpus(data);
    // The native side keeps no reference: the packet's own copy is dropped below.
    this.#packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const sent = this.#context.sendPacketSync(this.#packet);
    this.#packet.unref();
    const received = sent < 0 ? sent : this.#context.receiveFrameSync(this.#frame);
    if (received < 0) throw new DecodeError("undecodable", `The Opus decoder refused a packet of ${data.byteLength} bytes (${received}).`);
    const { nbSamples, format } = this.#frame;
    const plane = this.#frame.data?.[0];
    const count = nbSamples * this.#channels;
    const isReadable = format === AV_SAMPLE_FMT_S16 && plane !== undefined && plane.byteLength >= count * 2;
    // FFmpeg aligns its memory far beyond two bytes.
    const samples = isReadable ? new Int16Array(plane.buffer, plane.byteOffset, count) : undefined;
    const sound = new Float32Array(samples?.length ?? 0);
    for (let at = 0; at < sound.length; at++) sound[at] = (samples?.[at] ?? 0) / 32_768;
    this.#frame.unref();
    if (samples === undefined) throw new DecodeError("undecodable", "The Opus decoder gave sound of a kind that was not asked for.");
    return sound;
  }

  close(): void {
    this.#frame.free();
    this.#packet.free();
    this.#context.freeContext();
  }
}

/** Opens a decoder. @throws DecodeError (rejects) decoder-missing */
export async function openOpusDecoder(channels: ChannelCount = 1): Promise<OpusDecoder> {
  const codec = Codec.findDecoderByName(FF_DECODER_LIBOPUS);
  if (codec === null) throw new DecodeError("decoder-missing", "This FFmpeg has no Opus decoder.");
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = sampleRateHz;
  context.channelLayout = channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO;
  const opened = await context.open2(codec);
  if (opened < 0) {
    context.freeContext();
    throw new DecodeError("decoder-missing", `The Opus decoder does not open (${opened}).`);
  }
  return new OpusDecoder(context, channels);
}
