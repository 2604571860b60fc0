// The only file of this package that imports node-web-audio-api: speakers where no sound server of Linux runs (CoreAudio, WASAPI, bare
// ALSA). Loaded in the audio engine, never in the network process.

import { createRequire } from "node:module";

import { micros, nowUs } from "@simple-video-chat/protocol";
import {
  blockSamples,
  chooseDevice,
  type OpenSoundDevice,
  sampleRateHz,
  type SoundDevice,
  type SoundDeviceOptions,
  SoundError,
  type SpeakerEvents,
} from "@simple-video-chat/protocol/sound";

/** What is used of the package. Its own types would bring all of a browser's names into ours. */
interface WebAudio {
  readonly AudioContext: new (options: ContextOptions) => AudioContext;
  readonly mediaDevices: { enumerateDevices(): Promise<{ readonly kind: string; readonly deviceId: string; readonly label: string }[]> };
}
interface ContextOptions {
  readonly latencyHint: string;
  readonly sampleRate: number;
  readonly sinkId?: string;
}
interface AudioContext {
  readonly destination: object;
  /** Seconds. */
  readonly outputLatency: number;
  createScriptProcessor(samples: number, inputs: number, outputs: number): ScriptProcessor;
  close(): Promise<void>;
}
interface ScriptProcessor {
  onaudioprocess: ((event: { readonly outputBuffer: { getChannelData(channel: number): Float32Array } }) => void) | null;
  connect(target: object): void;
}

const require = createRequire(import.meta.url);
const { AudioContext, mediaDevices } = require("node-web-audio-api") as WebAudio;

/** Samples that it asks for at a time: the least it can. */
const pieceSamples = 256;
/** What its own buffers add beyond what it says, as measured with clicks (docs/decisions/0017-sound-devices.md), µs. */
const deviceDelayUs = 10_000;

/** The speakers that the system names. */
export async function listSystemSpeakers(): Promise<readonly SoundDevice[]> {
  const devices = await mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind }) => kind === "audiooutput")
    .map(({ deviceId, label }, at) => ({ id: deviceId, name: label, isDefault: at === 0 }));
}

/**
 * Opens a speaker.
 * @throws SoundError (rejects)
 */
export async function openSystemSpeaker({ device, channels = 1 }: SoundDeviceOptions, events: SpeakerEvents): Promise<OpenSoundDevice> {
  const chosen = device === undefined ? undefined : chooseDevice(await listSystemSpeakers(), device, "speaker");
  try {
    const context = new AudioContext({
      latencyHint: "interactive",
      sampleRate: sampleRateHz,
      ...(chosen !== undefined && { sinkId: chosen.id }),
    });
    const block = new Float32Array(blockSamples * channels);
    let left = 0;
    const writer = context.createScriptProcessor(pieceSamples, channels, channels);
    writer.onaudioprocess = ({ outputBuffer }) => {
      const outputs = Array.from({ length: channels }, (_, channel) => outputBuffer.getChannelData(channel));
      const audibleUs = nowUs() + context.outputLatency * 1_000_000 + deviceDelayUs;
      for (let at = 0; at < pieceSamples; at++, left--) {
        if (left === 0) {
          block.fill(0);
          events.onBlock(block, micros(Math.round(audibleUs + (at / sampleRateHz) * 1_000_000)));
          left = blockSamples;
        }
        const taken = (blockSamples - left) * channels;
        outputs.forEach((samples, channel) => (samples[at] = block[taken + channel] ?? 0));
      }
    };
    writer.connect(context.destination);
    return { name: chosen?.name ?? "default speaker", close: () => void context.close().catch(() => {}) };
  } catch (error) {
    throw new SoundError("sound-device-failed", "The speaker does not open. Is there one, and is it free?", { cause: error });
  }
}
