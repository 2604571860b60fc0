// The program svc-receiver: argv → options. What it does is in receiver.ts, what it says in call-program.ts.

import { hostname } from "node:os";

import { type Contacts, toJsonObject } from "@simple-video-chat/protocol";
import {
  ask,
  audioOptions,
  callDetail,
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
  windowOptions,
  type ExitCode,
  exitCodes,
  filterUrl,
  forTerminal,
  givenTarget,
  helpCommand,
  helpEpilogue,
  incomingStatus,
  openContacts,
  pairingOptions,
  programVersion,
  recordOptions,
  resolveTarget,
  runCommand,
  runProgram,
  settingsFor,
  soundDetail,
  soundStatus,
  speakerOptions,
  statusBeside,
  type TargetArguments,
} from "@simple-video-chat/protocol/cli";
import yargs from "yargs";

import { type CallFigures, type CallProgram, levelsOf, runCall } from "./call-program.ts";
import { commands } from "./commands.ts";
import { recordChoice } from "./call-recording.ts";
import { runLegacyReceiver } from "./legacy/legacy-cli.ts";
import { type ReceiverOptions, startReceiver } from "./receiver.ts";

const options = {
  ...displayOptions,
  ...windowOptions,
  ...recordOptions,
  ...audioOptions,
  ...speakerOptions,
  ...pairingOptions,
  code: { type: "boolean", default: false, describe: "ask for the code that the sender shows; give its address" },
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
    .usage(
      "$0 [invite | code@host | name | -]\n\nWatches a sender: by its invite, by a code that was said aloud, or by its name when you have watched it before. Without one it is taken from SVC_INVITE, or asked for; - reads a line from stdin.",
    )
    .command("$0 [target]", false, (command) =>
      command.positional("target", {
        type: "string",
        describe: "the sender's invite, code@host or name; its address, with --code or --key-file",
      }),
    )
    .command(commandsForHelp(allCommands))
    .options(options)
    .config(settingsFor("receiver", options, { argv, makeParser: yargs }))
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
      const record = recordChoice(args);
      const incomingFilter = args.filterIncoming === undefined ? undefined : filterUrl("filter-incoming", args.filterIncoming);
      const target = await findTarget(args, openContacts("receiver", args.remember));
      const receiver = startReceiver({
        ...target,
        name: forTerminal(args.name ?? hostname()),
        windowTitle: args.window ? "Simple Video Chat" : undefined,
        view: args.view,
        waitForSender: args.wait,
        audio: args.audio,
        chat: args.chat,
        acceptFiles: args.acceptFiles,
        speaker: args.speaker,
        incomingFilter,
      });
      if (args.jsonFrames) receiver.on("shown", (picture) => output.event({ event: "shown", ...toJsonObject(picture) }));
      let otherName = "";
      receiver.on("connected", ({ name }) => (otherName = name));
      const figures = (): CallFigures => {
        const stats = receiver.stats();
        const sound = stats.audio === undefined ? "" : soundStatus(stats.audio);
        const status = sound === "" ? incomingStatus(stats) : statusBeside(incomingStatus(stats), [sound.trim()]);
        const levels = levelsOf(otherName, stats.audio);
        const detail = [...callDetail(stats), ...soundDetail(stats.audio)];
        return { stats, status, screen: { name: otherName, state: status[0], levels, detail } };
      };
      const whoSees = "Its pictures come here; nothing of yours is sent.";
      const program: CallProgram = {
        program: "receiver",
        settings: () => [
          ["from", otherName === "" ? "nobody yet" : forTerminal(otherName)],
          ["messages", args.chat ? "on" : "off"],
        ],
        firstView: { isFullscreen: args.fullscreen, isMirrored: args.mirror, isOnTop: args.alwaysOnTop },
        wantsWindow: args.window,
        record,
        acceptsFiles: args.acceptFiles !== undefined,
        otherEnd: "The sender",
        whoSees,
        hasLeft: "has ended",
        figures,
        requiresAudio: args.requireAudio,
        verifies: args.verify,
      };
      return runCall(receiver, program, { output, stopped });
    },
  );
}

async function findTarget(
  args: TargetArguments,
  contacts: Contacts | undefined,
): Promise<Pick<ReceiverOptions, "host" | "port" | "credential" | "contacts">> {
  const given = (await givenTarget(args.target)) ?? (args.keyFile === undefined && !args.code ? await askAtTerminal() : undefined);
  if (given === undefined) {
    const how = args.keyFile !== undefined ? "HOST:PORT --key-file FILE" : args.code ? "HOST --code" : "INVITE";
    throw new CliError(
      exitCodes.usage,
      `Say whom to watch: ${commandOf("receiver")} ${how}. The sender prints it when it starts; a sender that you have watched is known by its name.`,
    );
  }
  const target = await resolveTarget(given, args, contacts);
  // Who has the key file needs no other secret.
  return args.keyFile === undefined ? { ...target, contacts } : target;
}

function askAtTerminal(): Promise<string | undefined> {
  return process.stdin.isTTY ? ask("Invite") : Promise.resolve(undefined);
}
