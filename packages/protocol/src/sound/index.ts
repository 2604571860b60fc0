// Entry point "@simple-video-chat/protocol/sound": blocks of sound, and the devices of the user's sound server.

export { BlockCutter } from "./block-cutter.ts";
export { type ChannelCount, channelsOf, joinChannels, splitChannels, withChannels } from "./channels.ts";
export { LevelMeter, silenceDbfs } from "./level.ts";
export { listPulseMicrophones, listPulseSpeakers } from "./pulse-devices.ts";
export { type OpenPulseOptions, openPulseMicrophone, openPulseSpeaker } from "./pulse-streams.ts";
export {
  blockSamples,
  blockUs,
  chooseDevice,
  isWithoutSoundServer,
  type MicrophoneEvents,
  type OpenSoundDevice,
  sampleRateHz,
  type SoundDevice,
  type SoundDeviceOptions,
  SoundError,
  type SoundErrorCode,
  type SpeakerEvents,
} from "./sound.ts";
export { SilenceDetector } from "./silence-detector.ts";
export { SampleQueue } from "./sample-queue.ts";
export { SteadyClock } from "./steady-clock.ts";
