// A video file's own sound: read half a second ahead of its time, and given when it is due, by the same clock as the file's pictures.

import { basename } from "node:path";

import { type Micros, nowUs } from "@simple-video-chat/protocol";
import { blockUs, type OpenSoundDevice, sampleRateHz } from "@simple-video-chat/protocol/sound";

import { PacedSound } from "./paced-sound.ts";
import type { SoundSourceEvents } from "./sound-source.ts";
import { channelsIn, type SoundSpec } from "./sound-spec.ts";
import { SoundTrackReader } from "./sound-track-reader.ts";
import { TimedSamples } from "./timed-samples.ts";

/** Samples read ahead: half a second, longer than any disk hesitates. */
const aheadSamples = sampleRateHz / 2;

/**
 * Opens a file's sound.
 * @param startUs when the picture with the timestamp 0 is due; what is earlier than now is left out
 * @throws SoundError (rejects) no-sound-track when the file has none, sound-device-missing when it cannot be read or decoded
 */
export async function openFileSound(
  spec: Extract<SoundSpec, { kind: "file" }>,
  startUs: number | undefined,
  events: SoundSourceEvents,
): Promise<OpenSoundDevice> {
  const originUs = startUs ?? nowUs();
  const placeOf = (atUs: number): number => Math.round(((atUs - originUs) * sampleRateHz) / 1_000_000);
  const channels = channelsIn(spec);
  const reader = await SoundTrackReader.open(spec.path, (nowUs() - originUs) / 1_000_000, channels);
  const ahead = new TimedSamples(channels);
  let reading: Promise<void> | undefined;
  let isAtEnd = false;
  let isClosed = false;
  let due = placeOf(nowUs());
  const readAhead = async (): Promise<void> => {
    while (!isClosed && !isAtEnd && (ahead.end ?? -Infinity) < due + aheadSamples) {
      isAtEnd = !(await reader.read((samples, at) => ahead.push(samples, at)));
      // What is over by now does not pile up.
      if ((ahead.end ?? 0) < due) ahead.take(new Float32Array(0), due);
    }
  };
  const refill = (): void => {
    reading ??= readAhead().finally(() => (reading = undefined));
  };
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    sound.close();
    void Promise.resolve(reading).finally(() => reader.close());
  };
  refill();
  const onDue = (block: Float32Array, captureUs: Micros): void => {
    if (isClosed) return;
    due = placeOf(captureUs);
    ahead.take(block, due);
    if (ahead.isEmpty && isAtEnd && (ahead.end ?? 0) <= due) {
      close();
      return events.onGone("");
    }
    refill();
    events.onBlock(block, captureUs);
  };
  // What was due while the file was being opened is over: sent all at once it would be late, and a receiver would wait longer for all that follows.
  const sound = new PacedSound(onDue, Math.max(originUs, nowUs() - blockUs), channels);
  return { name: `the sound of ${basename(spec.path)}`, close };
}
