// Entry point "@simple-video-chat/receiver/engine": the playing half of an audio engine, for peer's engine, which holds both halves.

export { AudioPlayout, type AudioPlayoutSink } from "../audio/audio-playout.ts";
export type { PlayoutCommand, PlayoutEvent } from "../audio/playout-command.ts";
