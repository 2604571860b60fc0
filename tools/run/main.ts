// `npm start`: a two-way call on this computer, between two real peers, so that a newcomer sees it work before there is anybody to call.

import {
  CliError,
  commonOptions,
  ConsoleOutput,
  displayOptions,
  type ExitCode,
  exitCodes,
  helpEpilogue,
  optionsFromEnvironment,
  Keyboard,
  keysOf,
  runProgram,
  statusBeside,
  sourceOptions,
} from "@simple-video-chat/protocol/cli";
import { listCameras } from "@simple-video-chat/sender";
import yargs from "yargs";

import { PeerProcess } from "./peer-process.ts";
import { describeSide, describeStatus, howToCall, type SideSummary } from "./self-call-words.ts";

/** How long the two sides may take to end after they were asked to, ms. */
const endTimeoutMs = 8000;
const statusIntervalMs = 1000;

const { name: _name, "key-file": _keyFile, ...common } = commonOptions;

const options = {
  ...sourceOptions,
  source: {
    ...sourceOptions.source,
    default: "auto",
    describe: "what side A shows: auto (the camera, or the test card), camera, testcard, motion, a video FILE or a URL",
  },
  ...displayOptions,
  ...common,
} as const;

function parser(argv: readonly string[]) {
  return yargs([...argv])
    .scriptName("npm start --")
    .usage("$0 [options]\n\nA two-way call with yourself: two peers on this computer, over a real, encrypted connection.")
    .options(options)
    .config(optionsFromEnvironment(options))
    .strict()
    .epilogue(helpEpilogue);
}

process.exitCode = await runProgram(
  () => parser(process.argv.slice(2)),
  async (args, stopped) => {
    const output = new ConsoleOutput(args);
    const source = args.source === "auto" ? (listCameras().length > 0 ? "camera" : "testcard") : args.source;
    output.say(
      `A call with yourself: side A shows ${source === "testcard" ? "the test card" : source}, side B a moving scene. Press q or Ctrl-C to end it.`,
    );
    // A call with oneself is not one to remember.
    const shared = [...forwarded(args), "--no-remember"];
    const sides: PeerProcess[] = [];
    const keyboard = new Keyboard(keysOf("peer"));
    try {
      const a = new PeerProcess("A", [...shared, "--source", source, "--listen", "127.0.0.1:0"], undefined);
      sides.push(a);
      relay(a, output);
      const { invite } = await Promise.race([a.event("invite"), failedToStart(a)]);
      const b = new PeerProcess("B", [...shared, "--source", "motion"], invite as string);
      sides.push(b);
      relay(b, output);
      const status = setInterval(
        () => output.status(...statusBeside(describeStatus(a.name, a.lastStats), describeStatus(b.name, b.lastStats))),
        statusIntervalMs,
      );
      const code = await Promise.race([stopped, keyboard.quit, ...sides.map((side) => side.exited)]);
      clearInterval(status);
      return await end(sides, output, code);
    } finally {
      keyboard.release();
      for (const side of sides) side.kill();
      output.end();
    }
  },
);

/** The options that both sides get as they were given. */
function forwarded(args: Awaited<ReturnType<ReturnType<typeof parser>["parseAsync"]>>): string[] {
  return [
    "--json",
    ...(args.window ? [] : ["--no-window"]),
    ...(args.loop ? ["--loop"] : []),
    ...(args.barcode ? ["--barcode"] : []),
    ...(args.cameraSize === undefined ? [] : ["--camera-size", args.cameraSize]),
    ...["--camera", args.camera, "--max-size", String(args.maxSize)],
    ...(args.videoBitRate === undefined ? [] : ["--video-bit-rate", args.videoBitRate]),
    ...["--max-fps", String(args.maxFps), "--max-latency", String(args.maxLatency), "--video-codec", args.videoCodec],
    ...["--encoder", args.encoder],
  ];
}

function relay(side: PeerProcess, output: ConsoleOutput): void {
  side.onEvent((event) => {
    if (event["event"] !== "summary") output.event({ ...event, side: side.name });
  });
  side.onSentence((sentence) => {
    // What a peer says to call it from another computer does not concern a call with oneself.
    if (/^(Connected|Sending|There is no display|The (camera|capture|playback)|Reconnecting)/.test(sentence))
      output.say(`${side.name}: ${sentence}`);
  });
}

async function failedToStart(side: PeerProcess): Promise<never> {
  const code = await side.exited;
  throw new CliError(code === exitCodes.ok ? exitCodes.couldNotStart : code, `Side ${side.name} did not start:\n${side.lastSentences()}`);
}

async function end(sides: readonly PeerProcess[], output: ConsoleOutput, code: ExitCode): Promise<ExitCode> {
  // One side hangs up, the other follows, as in any call.
  sides[0]?.interrupt();
  const timeout = setTimeout(() => {
    for (const side of sides) side.kill();
  }, endTimeoutMs);
  const codes = await Promise.all(sides.map((side) => side.exited));
  clearTimeout(timeout);
  const summaries = sides.map((side): SideSummary => ({ name: side.name, ...side.summary() }));
  output.event({ event: "summary", sides: summaries });
  for (const summary of summaries) output.say(describeSide(summary), true);
  output.say(howToCall(), true);
  const failed = codes.findIndex((it) => it !== exitCodes.ok && it !== exitCodes.interrupted);
  if (failed < 0) return code;
  output.say(`Side ${sides[failed]?.name} ended with code ${codes[failed]}:\n${sides[failed]?.lastSentences()}`, true);
  return codes[failed] ?? code;
}
