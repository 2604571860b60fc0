// A call between two rooms with open loudspeakers, in arithmetic: does it howl?

import { levelDbfs, type TestedCanceller } from "./echo-room.ts";
import { SimulatedRoom } from "./simulated-room.ts";
import { speechLike } from "./speech-like.ts";

const blockSamples = 480;
const silence = new Float32Array(blockSamples);
/** From one microphone to the other's loudspeaker: 200 ms. */
const wayBlocks = 20;
const spokenS = 4;
const lastS = 7;

/**
 * Two rooms whose microphones feed each other's loudspeakers, and whose echoes are 3 dB louder than what is played; somebody speaks in one of
 * them for 4 s.
 * @param cancellers one a room; the caller's
 * @returns how loud it is 2 to 3 s after the last word, dBFS
 */
export function loudnessAfterLoop([cancelsHere, cancelsThere]: readonly [TestedCanceller, TestedCanceller]): number {
  const roomOf = (seed: number): SimulatedRoom => new SimulatedRoom({ delayMs: 30, decayMs: 60, distortion: 0.1, echoDb: 3, seed });
  const [here, there] = [roomOf(1), roomOf(2)];
  const voice = speechLike(spokenS, { seed: 5 });
  const onTheWay: (readonly [Float32Array, Float32Array])[] = Array.from({ length: wayBlocks }, () => [silence, silence]);
  const end = new Float32Array(100 * blockSamples);
  for (let block = 0; block < lastS * 100; block++) {
    const [fromHere, fromThere] = onTheWay.shift() ?? [silence, silence];
    cancelsHere.processPlayed(fromThere);
    cancelsThere.processPlayed(fromHere);
    const said = voice.subarray(block * blockSamples, (block + 1) * blockSamples);
    const sent = clipped(cancelsHere.processRecorded(here.hear(fromThere, said)));
    onTheWay.push([sent, clipped(cancelsThere.processRecorded(there.hear(fromHere)))]);
    const atEnd = block - (lastS - 1) * 100;
    if (atEnd >= 0) end.set(sent, atEnd * blockSamples);
  }
  return levelDbfs(end, { fromS: 0, toS: 1 });
}

function clipped(block: Float32Array): Float32Array {
  return block.map((sample) => Math.min(Math.max(sample, -1), 1));
}
