// The program svc-receiver: argv → options. What it does is in receiver.ts, what it says in call-program.ts.

import { hostname } from "node:os";

import { deriveCredential, InviteError, parseInvite, toJsonObject } from "@simple-video-chat/protocol";
import {
  askForInvite,
  audioOptions,
  callDetail,
  checkAudioOptions,
  checkDisplayOptions,
  CliError,
  type Command,
  commandIn,
  commandOf,
  commandsForHelp,
  chatOptions,
  completionCommand,
  commonOptions,
  ConsoleOutput,
  displayOptions,
  type ExitCode,
  exitCodes,
  forTerminal,
  helpCommand,
  helpEpilogue,
  incomingStatus,
  parseAddress,
  programVersion,
  readKeyFile,
  recordOptions,
  runCommand,
  runProgram,
  settingsFor,
  soundDetail,
  soundStatus,
  speakerOptions,
  statusBeside,
} from "@simple-video-chat/protocol/cli";
import yargs from "yargs";

import { type CallFigures, type CallProgram, levelOf, runCall } from "./call-program.ts";
import { commands } from "./commands.ts";
import { recordChoice } from "./call-recording.ts";
import { runLegacyReceiver } from "./legacy/legacy-cli.ts";
import { type ReceiverOptions, startReceiver } from "./receiver.ts";

const options = {
  ...displayOptions,
  ...recordOptions,
  ...audioOptions,
  ...speakerOptions,
  ...chatOptions,
  ...commonOptions,
  "json-frames": { type: "boolean", default: false, describe: "with --json, an event for each picture shown" },
  wait: { type: "boolean", default: false, describe: "keep trying when the sender has not been started yet" },
  legacy: { type: "boolean", default: false, describe: "watch the original Server.py instead, at host:port: no protection at all" },
} as const;

const allCommands: readonly Command[] = [
  ...commands,
  completionCommand(options, () => allCommands),
  helpCommand(new URL("../README.md", import.meta.url)),
];

function parser(argv: readonly string[]) {
  return yargs([...argv])
    .scriptName("svc-receiver")
    .usage("$0 [invite | host:port]\n\nWatches a sender. Without an invite on the command line it is taken from SVC_INVITE, or asked for.")
    .command("$0 [target]", false, (command) =>
      command.positional("target", { type: "string", describe: "the sender's invite; or its address, with --key-file" }),
    )
    .command(commandsForHelp(allCommands))
    .options(options)
    .config(settingsFor("receiver", options, argv))
    .strict()
    .version(programVersion(import.meta.url))
    .example("$0 192.168.1.20:7420/000g40r40m30e209185gr38e1wks", "watch the sender that gave this invite")
    .epilogue(helpEpilogue);
}

/** Runs the program. @returns its exit code */
export function main(argv: readonly string[]): Promise<ExitCode> {
  const command = commandIn(allCommands, argv);
  if (command !== undefined) return runCommand(command, "receiver", { argv, makeParser: yargs });
  return runProgram(
    () => parser(argv),
    async (args, stopped) => {
      const output = new ConsoleOutput(args);
      if (args.legacy) return runLegacyReceiver(args, output, stopped);
      checkAudioOptions(args);
      checkDisplayOptions(args);
      const record = recordChoice(args);
      const target = await findTarget(args);
      const receiver = startReceiver({
        ...target,
        name: forTerminal(args.name ?? hostname()),
        windowTitle: args.window ? "Simple Video Chat" : undefined,
        view: args.view,
        waitForSender: args.wait,
        audio: args.audio,
        chat: args.chat,
        speaker: args.speaker,
      });
      if (args.jsonFrames) receiver.on("shown", (picture) => output.event({ event: "shown", ...toJsonObject(picture) }));
      let otherName = "";
      receiver.on("connected", ({ name }) => (otherName = name));
      const figures = (): CallFigures => {
        const stats = receiver.stats();
        const sound = stats.audio === undefined ? "" : soundStatus(stats.audio);
        const status = sound === "" ? incomingStatus(stats) : statusBeside(incomingStatus(stats), [sound.trim()]);
        const levels = stats.audio === undefined ? [] : [levelOf(otherName, stats.audio)];
        const detail = [...callDetail(stats), ...soundDetail(stats.audio)];
        return { stats, status, screen: { name: otherName, state: status[0], levels, detail } };
      };
      const whoSees = "Its pictures come here; nothing of yours is sent.";
      const program: CallProgram = {
        program: "receiver",
        settings: () => [["from", otherName === "" ? "nobody yet" : otherName]],
        wantsWindow: args.window,
        record,
        otherEnd: "The sender",
        whoSees,
        hasLeft: "has ended",
        figures,
        requiresAudio: args.requireAudio,
      };
      return runCall(receiver, program, { output, stopped });
    },
  );
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
