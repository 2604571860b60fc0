// What the network process and the audio engine say to each other about what is heard: the JSON of engine-configure and engine-event.

import type { ChannelCount, SoundErrorCode } from "@simple-video-chat/protocol/sound";

import type { DecodeErrorCode } from "../errors.ts";

/** From the network process to the audio engine. */
export type PlayoutCommand =
  /** Opens the speaker and keeps it open: it is tried again when it fails or goes away. The packets that follow are of a new stream. */
  | { readonly command: "play"; readonly device?: string | undefined; readonly channels: ChannelCount }
  /** 0 is silence, 1 as loud as it was recorded. */
  | { readonly command: "volume"; readonly gain: number }
  /** Releases the speaker. */
  | { readonly command: "play-stop" };

/** How the sound plays; ten times a second. The counts are the stream's. */
export interface PlayoutFigures {
  /** From recording to hearing, on two clocks: when what was recorded at 0 of the sender's clock is heard on ours, µs. */
  readonly offsetUs: number | null;
  /** How long packets are held, and how long they should be, µs. */
  readonly delayUs: number;
  readonly targetUs: number;
  readonly playedUs: number;
  readonly concealedUs: number;
  readonly late: number;
  readonly dropped: number;
  /** Peak since the last time, dB below full scale. */
  readonly peakDbfs: number;
}

/** From the audio engine to the network process. */
export type PlayoutEvent =
  | { readonly event: "playing"; readonly name: string }
  /** It does not work (any more); told once until it does. */
  | { readonly event: "play-failed"; readonly code: SoundErrorCode | DecodeErrorCode | "engine-failed"; readonly message: string }
  | { readonly event: "playout"; readonly figures: PlayoutFigures };
