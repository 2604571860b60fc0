// The program svc-receiver: argv → options, events → sentences and JSON. What it does is in receiver.ts.

import { hostname } from "node:os";

import { deriveCredential, InviteError, parseInvite, toJsonObject } from "@simple-video-chat/protocol";
import {
  askForInvite,
  CliError,
  commandOf,
  commonOptions,
  ConsoleOutput,
  displayOptions,
  type ExitCode,
  exitCodes,
  formatIncoming,
  formatSummary,
  forTerminal,
  helpEpilogue,
  optionsFromEnvironment,
  parseAddress,
  programVersion,
  quitKey,
  readKeyFile,
  runProgram,
} from "@simple-video-chat/protocol/cli";
import yargs from "yargs";

import { runLegacyReceiver } from "./legacy/legacy-cli.ts";
import { type Receiver, type ReceiverEvents, type ReceiverOptions, startReceiver } from "./receiver.ts";

const statusIntervalMs = 1000;

const options = {
  ...displayOptions,
  ...commonOptions,
  "json-frames": { type: "boolean", default: false, describe: "with --json, an event for each picture shown" },
  wait: { type: "boolean", default: false, describe: "keep trying when the sender has not been started yet" },
  legacy: { type: "boolean", default: false, describe: "watch the original Server.py instead, at host:port: no protection at all" },
} as const;

function parser(argv: readonly string[]) {
  return yargs([...argv])
    .scriptName("svc-receiver")
    .usage("$0 [invite | host:port]\n\nWatches a sender. Without an invite on the command line it is taken from SVC_INVITE, or asked for.")
    .command("$0 [target]", false, (command) =>
      command.positional("target", { type: "string", describe: "the sender's invite; or its address, with --key-file" }),
    )
    .options(options)
    .config(optionsFromEnvironment(options))
    .strict()
    .version(programVersion(import.meta.url))
    .example("$0 192.168.1.20:7420/000g40r40m30e209185gr38e1wks", "watch the sender that gave this invite")
    .epilogue(helpEpilogue);
}

/** Runs the program. @returns its exit code */
export function main(argv: readonly string[]): Promise<ExitCode> {
  return runProgram(parser(argv), async (args, stopped) => {
    const output = new ConsoleOutput(args);
    if (args.legacy) return runLegacyReceiver(args, output, stopped);
    const startedMs = performance.now();
    const target = await findTarget(args);
    const receiver = startReceiver({
      ...target,
      name: forTerminal(args.name ?? hostname()),
      windowTitle: args.window ? "Simple Video Chat" : undefined,
      waitForSender: args.wait,
    });
    if (args.jsonFrames) receiver.on("shown", (picture) => output.event({ event: "shown", ...toJsonObject(picture) }));
    const ended = describeEvents(receiver, output, { wantsWindow: args.window, startedMs });
    const status = setInterval(() => {
      const stats = receiver.stats();
      output.event({ event: "stats", ...toJsonObject(stats) });
      output.status(formatIncoming(stats));
    }, statusIntervalMs);
    const quit = quitKey();
    const code = await Promise.race([ended, stopped, quit.pressed]);
    quit.release();
    clearInterval(status);
    await receiver.close();
    const summary = receiver.summary();
    output.event({
      event: "summary",
      ...toJsonObject({ ...summary, latencyMs: summary.latencyMs ?? null, barcodes: receiver.barcodes }),
    });
    if (summary.captured > 0) output.say(formatSummary(summary));
    output.end();
    return code;
  });
}

async function findTarget(args: {
  readonly target?: string | undefined;
  readonly keyFile?: string | undefined;
}): Promise<Pick<ReceiverOptions, "host" | "port" | "credential">> {
  if (args.keyFile !== undefined) {
    if (args.target === undefined)
      throw new CliError(exitCodes.usage, `With --key-file say where the sender is: ${commandOf("receiver")} HOST:PORT --key-file FILE`);
    const address = parseAddress(args.target, { host: "127.0.0.1", port: 7420 });
    return { ...address, credential: deriveCredential(readKeyFile(args.keyFile, { create: false })) };
  }
  const text = await askForInvite(args.target);
  if (text === undefined)
    throw new CliError(exitCodes.usage, `Say whom to watch: ${commandOf("receiver")} INVITE. The sender prints its invite when it starts.`);
  try {
    const { host, port, secret } = parseInvite(text);
    return { host, port, credential: deriveCredential(secret) };
  } catch (error) {
    if (error instanceof InviteError) throw new CliError(exitCodes.usage, error.message, { cause: error });
    throw error;
  }
}

/** Tells the receiver's events; resolves with the exit code when one of them ends the program. */
function describeEvents(
  receiver: Receiver,
  output: ConsoleOutput,
  context: { readonly wantsWindow: boolean; readonly startedMs: number },
): Promise<ExitCode> {
  let wasConnected = false;
  return new Promise((resolve) => {
    receiver.on("display", ({ display }) => {
      if (context.wantsWindow && display === "none") output.say("There is no display here: going on without a window, with figures only.");
    });
    receiver.on("connected", (event) => {
      wasConnected = true;
      output.event({ event: "connected", ...event });
      output.say(
        `Connected to ${forTerminal(event.name)} (${event.remoteAddress}, direct, encrypted). Its pictures come here; nothing of yours is sent.`,
      );
    });
    receiver.on("first-picture", (size) => {
      const afterMs = Math.round(performance.now() - context.startedMs);
      output.event({ event: "first-picture", ...size, afterMs });
    });
    receiver.on("silent", ({ silent }) => {
      output.event({ event: "silent", silent });
      if (silent) output.say("Nothing has come for 3 s.");
    });
    receiver.on("reconnecting", ({ cause }) => {
      output.event({ event: "reconnecting", cause });
      output.say("The connection is lost; reconnecting.");
    });
    receiver.on("attempt", (attempt) => {
      output.event({ event: "attempt", ...attempt });
      if (attempt.failures === 1) output.say(`${attempt.reason} Trying again.`);
    });
    receiver.on("trouble", ({ code, message, isFinal }) => {
      output.event({ event: "trouble", code, message, isFinal });
      output.say(isFinal ? message : `${message} A new one was started.`, true);
      if (isFinal) resolve(exitCodes.lost);
    });
    receiver.on("key", ({ key }) => {
      if (key === "q" || key === "Escape") resolve(exitCodes.ok);
    });
    receiver.on("window-closed", () => resolve(exitCodes.ok));
    receiver.on("closed", ({ code, reason, by, error }) => {
      // Our own goodbye; when the other end broke the protocol it was also we who ended the call, but with another code.
      if (by === "us" && code === "normal") return;
      output.event({ event: "closed", code, reason, by });
      output.say(closingSentence({ code, reason, by, error }), true);
      resolve(exitCodeOf({ code, by, error }, wasConnected));
    });
  });
}

function closingSentence({ code, reason, by, error }: ReceiverEvents["closed"]): string {
  if (error !== undefined) return error.message;
  const because = reason === "" ? "" : `: ${forTerminal(reason, 200)}`;
  if (by === "us") return `The sender sent what it must not (${code})${because}. Do both ends have the same version?`;
  return code === "normal" ? `The sender has ended${because}.` : `The sender ended the connection (${code})${because}.`;
}

function exitCodeOf({ code, by, error }: Pick<ReceiverEvents["closed"], "code" | "by" | "error">, wasConnected: boolean): ExitCode {
  if (error?.code === "refused" || code === "revoked" || code === "refused") return exitCodes.refused;
  if (by === "them" && (code === "normal" || code === "time-limit")) return exitCodes.ok;
  return wasConnected ? exitCodes.lost : exitCodes.couldNotStart;
}
