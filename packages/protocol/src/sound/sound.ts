// How sound is held everywhere in the programs, and what a microphone and a speaker are. The devices themselves: pulse-*.ts here, and the
// native/ folders of sender and receiver.
import type { Micros } from "../time/clock.ts";
import type { ChannelCount } from "./channels.ts";

/** Samples a second of all sound: Opus' own rate. */
export const sampleRateHz = 48_000;
/** Samples of a block: 10 ms, the shortest packet that speech codecs like, and long enough that a computer is woken only 100 times a second. */
export const blockSamples = 480;
/** How long a block is: blockSamples at sampleRateHz. */
export const blockUs = 10_000;

/** A device to choose. */
export interface SoundDevice {
  /** What opens it; stable while it is plugged in. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  readonly isDefault: boolean;
}

/** Which device is opened, and how. */
export interface SoundDeviceOptions {
  /** Id, name or part of the name; without it the user's default device. */
  readonly device?: string | undefined;
  /** Of its blocks: the system mixes what the device has into one, or gives both the only one. Default 1. */
  readonly channels?: ChannelCount | undefined;
}

/** A device that is open, until it is closed or gone. */
export interface OpenSoundDevice {
  /** What people call it. */
  readonly name: string;
  /** Releases it. Nothing is called back any more; safe to call again. */
  close(): void;
}

/** What a microphone gives. */
export interface MicrophoneEvents {
  /**
   * A block was recorded.
   * @param block - {@link blockSamples} samples of each channel, from −1 to 1; valid during the call only
   * @param captureUs - when its first sample was at the microphone
   */
  readonly onBlock: (block: Float32Array, captureUs: Micros) => void;
  /** Another one records in its place: it was unplugged, or the user chose another default. @param name what people call it */
  readonly onMoved?: (name: string) => void;
  /** It is gone: unplugged with none in its place, or its server ended. Called once. */
  readonly onGone: (reason: string) => void;
}

/** What a speaker asks for. */
export interface SpeakerEvents {
  /**
   * The next block is wanted.
   * @param block - to be filled, {@link blockSamples} samples of each channel; holds silence
   * @param audibleUs - when its first sample will be heard
   */
  readonly onBlock: (block: Float32Array, audibleUs: Micros) => void;
  /** Another one plays in its place: it was unplugged, or the user chose another default. @param name what people call it */
  readonly onMoved?: (name: string) => void;
  /** It is gone: unplugged with none in its place, or its server ended. Called once. */
  readonly onGone: (reason: string) => void;
}

/** Why a sound device, or a file's sound, cannot be used. */
export type SoundErrorCode = "no-sound-server" | "sound-device-missing" | "sound-device-failed" | "no-sound-track";

/** A sound device cannot be used. */
export class SoundError extends Error {
  override readonly name = "SoundError";
  readonly code: SoundErrorCode;

  /** @param message - for people */
  constructor(code: SoundErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether there is no sound server, so that the system's own devices are to be used. */
export function isWithoutSoundServer(error: unknown): boolean {
  return error instanceof SoundError && error.code === "no-sound-server";
}

/**
 * The device that was asked for: by its id, its name, or a part of its name, in this order; without a wish the default one.
 * @throws SoundError sound-device-missing, with the names that there are
 */
export function chooseDevice(devices: readonly SoundDevice[], wish: string | undefined, kind: "microphone" | "speaker"): SoundDevice {
  const chosen =
    wish === undefined
      ? (devices.find(({ isDefault }) => isDefault) ?? devices[0])
      : (devices.find(({ id }) => id === wish) ??
        devices.find(({ name }) => name === wish) ??
        devices.find(({ name }) => name.toLowerCase().includes(wish.toLowerCase())));
  if (chosen !== undefined) return chosen;
  const names = devices.map(({ name }) => name).join(", ");
  const there = names === "" ? `There is no ${kind}.` : `There are: ${names}.`;
  throw new SoundError("sound-device-missing", wish === undefined ? there : `There is no ${kind} "${wish}". ${there}`);
}
