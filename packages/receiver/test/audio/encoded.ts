// Opus as a sender makes it, for tests of what plays it. The encoder is FFmpeg's libopus; the sender's own wrapper is another package's.
import assert from "node:assert/strict";
import { joinChannels } from "@simple-video-chat/protocol/sound";
import { AV_CHANNEL_LAYOUT_MONO, AV_CHANNEL_LAYOUT_STEREO, AV_SAMPLE_FMT_FLT, FF_ENCODER_LIBOPUS } from "node-av/constants";
import { Codec, CodecContext, Dictionary, Frame, Packet, Rational } from "node-av/lib";

const samples = 480;

/** Packets of 10 ms of this sound, one array a channel. */
export async function encoded(channels: readonly Float32Array[], bitrateBps: number): Promise<readonly Uint8Array[]> {
  const layout = channels.length === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO;
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBOPUS);
  assert.ok(codec !== null);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = 48_000;
  context.sampleFormat = AV_SAMPLE_FMT_FLT;
  context.channelLayout = layout;
  context.bitRate = BigInt(bitrateBps);
  context.timeBase = new Rational(1, 48_000);
  assert.ok((await context.open2(codec, Dictionary.fromObject({ application: "lowdelay", frame_duration: "10" }))) >= 0);
  const frame = new Frame();
  frame.alloc();
  frame.format = AV_SAMPLE_FMT_FLT;
  frame.nbSamples = samples;
  frame.sampleRate = 48_000;
  frame.channelLayout = layout;
  frame.getBuffer(0);
  const packet = new Packet();
  packet.alloc();
  const packets: Uint8Array[] = [];
  const sound = joinChannels(channels);
  const size = samples * channels.length;
  for (let at = 0; at + size <= sound.length; at += size) {
    const block = sound.slice(at, at + size);
    frame.data?.[0]?.set(new Uint8Array(block.buffer));
    assert.ok((await context.sendFrame(frame)) >= 0);
    assert.ok((await context.receivePacket(packet)) >= 0);
    packets.push(Uint8Array.from(packet.data ?? []));
    packet.unref();
  }
  frame.free();
  packet.free();
  context.freeContext();
  return packets;
}
