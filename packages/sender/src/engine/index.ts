// Entry point "@simple-video-chat/sender/engine": the recording half of an audio engine, for peer's engine, which holds both halves.

export { AudioCapture, type AudioCaptureSink } from "../audio/audio-capture.ts";
export type { CaptureAudioCommand, CaptureAudioEvent } from "../audio/capture-audio-command.ts";
