// Reads a recording back: every picture with its time, size and barcode, and the beeps of every sound track.

import { type Barcode, readBarcode } from "@simple-video-chat/protocol";
import { AV_PIX_FMT_BGR24, AV_SAMPLE_FMT_S16, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_VIDEO, SWS_POINT } from "node-av/constants";
import { Codec, CodecContext, FormatContext, Frame, Packet, SoftwareScaleContext, type Stream } from "node-av/lib";

/** A picture of a recording. */
export interface RecordedPicture {
  readonly timeUs: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** undefined where there is none that can be read. */
  readonly barcode: Barcode | undefined;
}

/** A track of a recording. */
export type RecordedTrack =
  | { readonly kind: "video"; readonly codec: string; readonly pictures: readonly RecordedPicture[] }
  | {
      readonly kind: "audio";
      readonly codec: string;
      /** When loud sound begins after a silence, µs. */
      readonly beepsUs: readonly number[];
      readonly beginUs: number;
      readonly endUs: number;
      /** The loudest sample of each channel; full scale is 32,768. */
      readonly peaks: readonly number[];
    };

/** Sound above this is loud: −24 dB. */
const loud = 2_000;
/** So many quiet samples are a silence: 50 ms. */
const silentSamples = 2_400;
/** Time between two frames beyond this is a hole in the sound; pauses are filled in steps of 20 ms, and may leave so much. */
const gapUs = 25_000;
const sampleRateHz = 48_000;

interface Reader {
  read(frame: Frame, timeUs: number): void;
  track(): RecordedTrack;
  free(): void;
}

/** Decodes a whole file. @throws Error when it does not open, or has a packet that does not decode */
export async function readRecording(path: string): Promise<readonly RecordedTrack[]> {
  const context = new FormatContext();
  check(await context.openInput(path), `${path} does not open`);
  check(await context.findStreamInfo(), `${path} has no streams`);
  const streams = context.streams.map((stream) => ({ stream, decoder: openDecoder(stream), reader: readerOf(stream) }));
  const packet = new Packet();
  const frame = new Frame();
  packet.alloc();
  frame.alloc();
  try {
    while (context.readFrameSync(packet) >= 0) {
      const { stream, decoder, reader } = streams[packet.streamIndex] ?? {};
      if (stream === undefined || decoder === undefined || reader === undefined) continue;
      check(decoder.sendPacketSync(packet), "a packet does not decode");
      packet.unref();
      drain(decoder, reader, stream, frame);
    }
    for (const { stream, decoder, reader } of streams) {
      decoder.sendPacketSync(null);
      drain(decoder, reader, stream, frame);
    }
    return streams.map(({ reader }) => reader.track());
  } finally {
    for (const { decoder, reader } of streams) {
      decoder.freeContext();
      reader.free();
    }
    frame.free();
    packet.free();
    await context.closeInput();
  }
}

/** The pictures of the first video track, or the `nth`. */
export function picturesOf(tracks: readonly RecordedTrack[], nth: number = 0): readonly RecordedPicture[] {
  const videos = tracks.flatMap((track) => (track.kind === "video" ? [track.pictures] : []));
  return videos[nth] ?? [];
}

function openDecoder(stream: Stream): CodecContext {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  if (codec === null) throw new Error("no decoder");
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  check(decoder.parametersToContext(stream.codecpar), "wrong parameters");
  decoder.threadCount = 1;
  check(decoder.open2Sync(codec, null), "the decoder does not open");
  return decoder;
}

function drain(decoder: CodecContext, reader: Reader, stream: Stream, frame: Frame): void {
  const { num, den } = stream.timeBase;
  while (decoder.receiveFrameSync(frame) >= 0) {
    reader.read(frame, Math.round((Number(frame.pts) * num * 1_000_000) / den));
    frame.unref();
  }
}

function readerOf(stream: Stream): Reader {
  const { codecpar } = stream;
  const codec = Codec.findDecoder(codecpar.codecId)?.name ?? "";
  if (codecpar.codecType === AVMEDIA_TYPE_VIDEO) return new PictureReader(codec);
  if (codecpar.codecType === AVMEDIA_TYPE_AUDIO) return new BeepReader(codec);
  throw new Error("a track that is neither video nor audio");
}

class PictureReader implements Reader {
  readonly #codec: string;
  readonly #pictures: RecordedPicture[] = [];

  constructor(codec: string) {
    this.#codec = codec;
  }

  read(frame: Frame, timeUs: number): void {
    const { width: widthPx, height: heightPx } = frame;
    const bgr = new Frame();
    bgr.alloc();
    bgr.format = AV_PIX_FMT_BGR24;
    bgr.width = widthPx;
    bgr.height = heightPx;
    bgr.getBuffer(1);
    const scaler = new SoftwareScaleContext();
    scaler.getContext(widthPx, heightPx, frame.format as typeof AV_PIX_FMT_BGR24, widthPx, heightPx, AV_PIX_FMT_BGR24, SWS_POINT);
    scaler.scaleFrameSync(bgr, frame);
    this.#pictures.push({ timeUs, widthPx, heightPx, barcode: readBarcode(bgr.toBuffer(), widthPx, heightPx) });
    scaler.freeContext();
    bgr.free();
  }

  track(): RecordedTrack {
    return { kind: "video", codec: this.#codec, pictures: this.#pictures };
  }

  free(): void {}
}

class BeepReader implements Reader {
  readonly #codec: string;
  readonly #beepsUs: number[] = [];
  /** Samples of silence so far; a recording that begins within a beep has not its beginning. */
  #quiet = 0;
  #beginUs: number | undefined;
  #endUs = 0;
  readonly #peaks: number[] = [];

  constructor(codec: string) {
    this.#codec = codec;
  }

  read(frame: Frame, timeUs: number): void {
    this.#beginUs ??= timeUs;
    // Sound that a busy computer left out may have been a beep's beginning.
    if (timeUs - this.#endUs > gapUs) this.#quiet = 0;
    const channels = samplesOf(frame);
    this.#endUs = timeUs + (frame.nbSamples * 1_000_000) / sampleRateHz;
    for (let at = 0; at < frame.nbSamples; at++) {
      const levels = channels.map((samples) => Math.abs(samples[at] ?? 0));
      levels.forEach((level, channel) => (this.#peaks[channel] = Math.max(this.#peaks[channel] ?? 0, level)));
      if (Math.max(...levels) < loud) this.#quiet++;
      else {
        if (this.#quiet >= silentSamples) this.#beepsUs.push(timeUs + (at * 1_000_000) / sampleRateHz);
        this.#quiet = 0;
      }
    }
  }

  track(): RecordedTrack {
    return {
      kind: "audio",
      codec: this.#codec,
      beepsUs: this.#beepsUs,
      beginUs: this.#beginUs ?? 0,
      endUs: this.#endUs,
      peaks: this.#peaks,
    };
  }

  free(): void {}
}

/** Each channel as 16 bits, whatever the decoder gives: all of them in one plane as integers, or each in its own as floats. */
function samplesOf(frame: Frame): readonly ArrayLike<number>[] {
  const { channels, nbSamples } = frame;
  const planes = (frame.data ?? []).map((plane) => Uint8Array.from(plane).buffer);
  const numbers = Array.from({ length: channels }, (_, channel) => channel);
  if (frame.format === AV_SAMPLE_FMT_S16) {
    const all = new Int16Array(planes[0] ?? new ArrayBuffer(0), 0, nbSamples * channels);
    return numbers.map((channel) => all.filter((_, at) => at % channels === channel));
  }
  return numbers.map((channel) => new Float32Array(planes[channel] ?? new ArrayBuffer(0), 0, nbSamples).map((sample) => sample * 32_768));
}

function check(result: number, what: string): void {
  if (result < 0) throw new Error(`${what} (${result})`);
}
