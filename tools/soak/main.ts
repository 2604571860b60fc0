// `pnpm soak [transport|h264|vp9|jpeg …]`: a day of frames, as fast as they go, and whether memory grows with them. Run by node --expose-gc.

import yargs from "yargs";
import { hideBin } from "yargs/helpers";

import { videoCodecs } from "@simple-video-chat/protocol";

import { soakDecoder } from "./decoder-soak.ts";
import { bytesPerFrame } from "./slope.ts";
import { type SoakOptions, type SoakResult, soakTransport } from "./transport-soak.ts";

const usageExitCode = 64;
const framesOfADay = 2_592_000;
/** The most that memory may grow by with each frame, bytes. */
const maxBytesPerFrame = 8;

const soaks: Readonly<Record<string, (options: SoakOptions) => Promise<SoakResult>>> = {
  transport: soakTransport,
  ...Object.fromEntries(videoCodecs.map((codec) => [codec, (options: SoakOptions) => soakDecoder(codec, options)])),
};

const {
  frames,
  seconds,
  _: wanted,
} = await yargs(hideBin(process.argv))
  .scriptName("soak")
  .usage(`$0 [${Object.keys(soaks).join("|")} ..]\n\nWithout a name: transport.`)
  .options({
    frames: { type: "number", default: framesOfADay, describe: "a day at 30 a second" },
    seconds: { type: "number", default: 900, describe: "for each, at most" },
  })
  .strictOptions()
  .version(false)
  .parse();

/** Of JavaScript's memory what is left after a collection; of native memory everything. */
function memoryBytes(kind: "heap" | "resident"): number {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return kind === "heap" ? heapUsed + external : rss;
}

async function run(name: string): Promise<boolean> {
  const soak = soaks[name];
  if (soak === undefined) {
    process.stderr.write(`There is no soak "${name}"; there are ${Object.keys(soaks).join(", ")}.\n`);
    process.exit(usageExitCode);
  }
  const kind = name === "transport" ? "heap" : "resident";
  const result = await soak({ frames, seconds, memoryBytes: () => memoryBytes(kind) });
  const slope = bytesPerFrame(result.samples);
  const isGood = slope <= maxBytesPerFrame && result.reconnects === 0;
  process.stdout.write(
    `${name}: ${result.frames.toLocaleString("en")} of ${frames.toLocaleString("en")} frames in ${result.seconds.toFixed(0)} s, ` +
      `0 lost, ${result.reconnects} reconnects, ${(result.bytes / 1e6).toFixed(0)} MB, ` +
      `${kind} memory grows by ${slope.toFixed(2)} bytes a frame (at most ${maxBytesPerFrame}): ${isGood ? "good" : "NOT GOOD"}\n`,
  );
  return isGood;
}

if (globalThis.gc === undefined) throw new Error("to be run by node --expose-gc");
const chosen = wanted.length === 0 ? ["transport"] : wanted.map(String);
for (const name of chosen) if (!(await run(name))) process.exitCode = 1;
// The native decoders keep threads.
process.exit();
