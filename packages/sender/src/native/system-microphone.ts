// The only file of this package that imports node-web-audio-api: microphones where no sound server of Linux runs (CoreAudio, WASAPI, bare
// ALSA). Loaded in the audio engine, never in the network process.

import { createRequire } from "node:module";

import { nowUs } from "@simple-video-chat/protocol";
import {
  BlockCutter,
  blockSamples,
  blockUs,
  chooseDevice,
  joinChannels,
  type MicrophoneEvents,
  type OpenSoundDevice,
  sampleRateHz,
  type SoundDevice,
  SoundError,
  type SoundDeviceOptions,
  SteadyClock,
} from "@simple-video-chat/protocol/sound";

/** What is used of the package. Its own types would bring all of a browser's names into ours. */
interface WebAudio {
  readonly AudioContext: new (options: { readonly latencyHint: string; readonly sampleRate: number }) => AudioContext;
  readonly mediaDevices: {
    enumerateDevices(): Promise<{ readonly kind: string; readonly deviceId: string; readonly label: string }[]>;
    getUserMedia(options: { readonly audio: { readonly deviceId?: string } }): Promise<object>;
  };
}
interface AudioContext {
  readonly destination: AudioNode;
  createMediaStreamSource(stream: object): AudioNode;
  createScriptProcessor(samples: number, inputs: number, outputs: number): ScriptProcessor;
  close(): Promise<void>;
}
interface AudioNode {
  connect<N extends AudioNode>(target: N): N;
}
interface ScriptProcessor extends AudioNode {
  onaudioprocess: ((event: { readonly inputBuffer: { getChannelData(channel: number): Float32Array } }) => void) | null;
}

const require = createRequire(import.meta.url);
const { AudioContext, mediaDevices } = require("node-web-audio-api") as WebAudio;

/** Samples that it hands over at a time: the least it can. */
const pieceSamples = 256;
/** What its own buffers add, as measured with clicks (docs/decisions/0017-sound-devices.md), µs. */
const deviceDelayUs = 10_000;

/** The microphones that the system names. */
export async function listSystemMicrophones(): Promise<readonly SoundDevice[]> {
  const devices = await mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind }) => kind === "audioinput")
    .map(({ deviceId, label }, at) => ({ id: deviceId, name: label, isDefault: at === 0 }));
}

/**
 * Opens a microphone.
 * @throws SoundError (rejects)
 */
export async function openSystemMicrophone(
  { device, channels = 1 }: SoundDeviceOptions,
  events: MicrophoneEvents,
): Promise<OpenSoundDevice> {
  const chosen = device === undefined ? undefined : chooseDevice(await listSystemMicrophones(), device, "microphone");
  const context = new AudioContext({ latencyHint: "interactive", sampleRate: sampleRateHz });
  const cutter = new BlockCutter(channels);
  const clock = new SteadyClock();
  const close = (): void => void context.close().catch(() => {});
  try {
    const stream = await mediaDevices.getUserMedia({ audio: { ...(chosen !== undefined && { deviceId: chosen.id }) } });
    const source = context.createMediaStreamSource(stream);
    const reader = context.createScriptProcessor(pieceSamples, channels, channels);
    reader.onaudioprocess = ({ inputBuffer }) => {
      const readUs = nowUs();
      const samples = joinChannels(Array.from({ length: channels }, (_, channel) => inputBuffer.getChannelData(channel)));
      const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
      cutter.push(bytes, (block, bytesAfter) => {
        const ageUs = blockUs * (1 + bytesAfter / (blockSamples * channels * 4)) + deviceDelayUs;
        events.onBlock(block, clock.next(readUs - ageUs));
      });
    };
    source.connect(reader).connect(context.destination);
  } catch (error) {
    close();
    throw new SoundError("sound-device-failed", "The microphone does not open. Is there one, and may this program use it?", {
      cause: error,
    });
  }
  return { name: chosen?.name ?? "default microphone", close };
}
