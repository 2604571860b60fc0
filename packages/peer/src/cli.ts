// The program svc-peer: argv → options, what happens at this end → sentences and JSON. What it does is in peer.ts.

import { hostname } from "node:os";

import { type Contacts, TransportError } from "@simple-video-chat/protocol";
import {
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
  dialableHost,
  displayOptions,
  windowOptions,
  type ExitCode,
  exitCodes,
  filterUrl,
  formatAddress,
  formatOutgoing,
  forTerminal,
  givenTarget,
  helpCommand,
  helpEpilogue,
  incomingStatus,
  invitationOptions,
  isLoopback,
  microphoneOptions,
  microphoneStatus,
  openContacts,
  pairingOptions,
  parseAddress,
  programVersion,
  readKeyFile,
  refusalSentence,
  resolveTarget,
  recordOptions,
  runCommand,
  runProgram,
  sayCode,
  sayCodeBurned,
  sayInvite,
  settingsFor,
  soundDetail,
  soundStatus,
  sourceOptions,
  speakerOptions,
  statusBeside,
} from "@simple-video-chat/protocol/cli";
import { type CallFigures, type CallProgram, levelsOf, recordChoice, runCall } from "@simple-video-chat/receiver/program";
import { cameraSentence, checkSource, isFailureToStart, soundFor, switchSource, videoOptionsFrom } from "@simple-video-chat/sender";
import yargs from "yargs";

import { commands } from "./commands.ts";
import { type Peer, type PeerOptions, startPeer } from "./peer.ts";

const options = {
  ...sourceOptions,
  ...displayOptions,
  ...windowOptions,
  ...recordOptions,
  "record-mode": {
    choices: ["remote", "local", "both"],
    default: "remote",
    describe: "record the other end, this end, or both as tracks of one file",
  },
  ...audioOptions,
  ...microphoneOptions,
  ...speakerOptions,
  video: { type: "boolean", default: true, describe: "send pictures (--no-video: begin with the camera off; the key v switches it on)" },
  headphones: { type: "boolean", default: false, describe: "you wear headphones: no echo to cancel" },
  ...pairingOptions,
  ...invitationOptions,
  code: {
    type: "boolean",
    default: false,
    describe: "a short code to say aloud: shown by who waits, asked for when you give the other end's address",
  },
  ...chatOptions,
  ...commonOptions,
  listen: { type: "string", describe: "address to wait at [default: 0.0.0.0:7420]; 127.0.0.1 for calls on this computer only" },
  wait: { type: "boolean", default: false, describe: "keep trying when the other end has not been started yet" },
} as const;

const allCommands: readonly Command[] = [
  ...commands,
  completionCommand(options, () => allCommands),
  helpCommand(new URL("../README.md", import.meta.url)),
];

function parser(argv: readonly string[]) {
  return yargs([...argv])
    .scriptName("svc-peer")
    .usage(
      "$0 [invite | code@host | name | -]\n\nA video call. Without anything it waits for a call, and says what to run on the other computer. It makes the call with an invite, with a code that was said aloud, or with the name of somebody whom you have called before; - reads a line from stdin.",
    )
    .command("$0 [target]", false, (command) =>
      command.positional("target", {
        type: "string",
        describe: "the other end's invite, code@host or name; its address, with --code or --key-file",
      }),
    )
    .command(commandsForHelp(allCommands))
    .options(options)
    .config(settingsFor("peer", options, { argv, makeParser: yargs }))
    .strict()
    .version(programVersion(import.meta.url))
    .example("$0", "wait for a call")
    .example("$0 192.168.1.20:7420/000g40r40m30e209185gr38e1wks", "call the computer that gave this invite")
    .epilogue(helpEpilogue);
}

/** Runs the program. @returns its exit code */
export function main(argv: readonly string[]): Promise<ExitCode> {
  const command = commandIn(allCommands, argv);
  if (command !== undefined) return runCommand(command, "peer", { argv, makeParser: yargs });
  return runProgram(
    () => parser(argv),
    async (args, stopped) => {
      const output = new ConsoleOutput(args);
      const video = videoOptionsFrom(args);
      const record = recordChoice(args);
      const incomingFilter = args.filterIncoming === undefined ? undefined : filterUrl("filter-incoming", args.filterIncoming);
      const contacts = args.keyFile === undefined ? openContacts("peer", args.remember) : undefined;
      const place = await meeting(args, contacts);
      // A camera that is off may be missing, too.
      if (args.video) checkSource(video.source);
      const peer = await startPeer({
        ...video,
        ...place,
        contacts,
        name: forTerminal(args.name ?? hostname()),
        windowTitle: args.window ? "Simple Video Chat" : undefined,
        view: args.view,
        waitForListener: args.wait,
        audio: args.audio,
        chat: args.chat,
        acceptFiles: args.acceptFiles,
        speaker: args.speaker,
        incomingFilter,
        sound: soundFor(args),
      }).catch(explain);
      describeOurSide(peer, output, args);
      if (!args.video) peer.isCameraOff = true;
      announce(peer, output, args.keyFile, contacts);
      let otherName = "";
      peer.on("connected", ({ name }) => (otherName = name));
      let ownSource = "";
      peer.on("opened", ({ name }) => (ownSource = name));
      const program: CallProgram = {
        program: "peer",
        settings: () => [
          ["with", otherName === "" ? "nobody yet" : forTerminal(otherName)],
          ["you show", ownSource === "" ? "nothing yet" : forTerminal(ownSource)],
          ["codec", args.videoCodec],
          ["messages", args.chat ? "on" : "off"],
        ],
        firstView: { isFullscreen: args.fullscreen, isMirrored: args.mirror, isOnTop: args.alwaysOnTop },
        wantsWindow: args.window,
        record,
        acceptsFiles: args.acceptFiles !== undefined,
        requiresAudio: args.requireAudio,
        verifies: args.verify,
        keys: {
          "new-code": () => {
            if (args.code && peer.address !== undefined) peer.nextCode();
          },
        },
        otherEnd: "The other end",
        whoSees: "You see each other; nobody else does.",
        hasLeft: "has hung up",
        troubleExit: (code, wasConnected) => (wasConnected && !isFailureToStart(code) ? exitCodes.lost : exitCodes.couldNotStart),
        nextSource: () => switchSource(peer, video, output),
        figures: () => figuresOf(peer, otherName),
        summary: () => ({ sent: peer.outgoingAccount ?? {} }),
      };
      return runCall(peer, program, { output, stopped });
    },
  );
}

/** How the two ends meet: whom to call, or where to wait. */
async function meeting(
  args: {
    readonly target?: string | undefined;
    readonly keyFile?: string | undefined;
    readonly listen?: string | undefined;
    readonly code: boolean;
  },
  contacts: Contacts | undefined,
): Promise<Partial<PeerOptions>> {
  const target = await givenTarget(args.target);
  if (target !== undefined) return { call: await resolveTarget(target, args, contacts) };
  const address = parseAddress(args.listen ?? "", { host: "0.0.0.0", port: 7420 });
  const secret = args.keyFile === undefined ? undefined : readKeyFile(args.keyFile, { create: true });
  return { ...address, inviteHost: dialableHost(address.host), secret, codes: args.code };
}

function announce(peer: Peer, output: ConsoleOutput, keyFile: string | undefined, contacts: Contacts | undefined): void {
  const { address } = peer;
  if (address === undefined) return;
  output.event({ event: "listening", ...address });
  if (keyFile !== undefined) {
    output.say(
      `On the other computer run: ${commandOf("peer")} ${formatAddress({ ...address, host: dialableHost(address.host) })} --key-file ${keyFile}`,
      true,
    );
  }
  output.say(
    isLoopback(address.host)
      ? "Waiting for a call from this computer only."
      : `Waiting for the call, at ${formatAddress(address)}: every address of this computer.`,
  );
  const known = contacts?.list() ?? [];
  if (known.length > 0) output.say(`Without an invite may call whom you know: ${known.map(({ name }) => forTerminal(name)).join(", ")}.`);
}

function figuresOf(peer: Peer, otherName: string): CallFigures {
  const stats = peer.stats();
  const { incoming, outgoing } = stats;
  const isUnderWay = incoming.widthPx > 0 || outgoing.fps > 0;
  const sound = `${incoming.audio ? soundStatus(incoming.audio) : ""}${outgoing.audio ? microphoneStatus(outgoing.audio) : ""}`;
  const status = isUnderWay ? statusBeside(incomingStatus(incoming), [`${formatOutgoing(outgoing)}${sound}`]) : undefined;
  const levels = [...levelsOf(otherName, incoming.audio), ...levelsOf("You", outgoing.audio)];
  const detail = [...callDetail(incoming, outgoing), ...soundDetail(incoming.audio)];
  return { stats, status, screen: { name: otherName, state: status?.[0] ?? "", levels, detail } };
}

/** Tells what happens at this end. */
function describeOurSide(peer: Peer, output: ConsoleOutput, options: { readonly qr: boolean }): void {
  const words = { program: "peer", where: "On the other computer run:", use: "is for one call" } as const;
  peer.on("invite", ({ invite }) => sayInvite(output, invite, words, options));
  peer.on("code", ({ code }) => {
    const { host = "", port = 0 } = peer.address ?? {};
    sayCode(output, code, words, { host: dialableHost(host), port });
  });
  peer.on("code-burned", () => sayCodeBurned(output));
  peer.on("opened", (source) => {
    output.event({ event: "opened", ...source });
    output.say(`Sending ${forTerminal(source.name)}, ${source.widthPx}x${source.heightPx}.`);
  });
  peer.on("refused", ({ remoteAddress, code }) => {
    output.event({ event: "refused", remoteAddress, code });
    output.say(refusalSentence({ remoteAddress, code }));
  });
  peer.on("recording", ({ name }) => {
    output.event({ event: "recording", name });
    output.say(`You are heard through ${forTerminal(name)}.`);
  });
  peer.on("muted", ({ muted }) => {
    output.event({ event: "muted", muted });
    output.say(muted ? "Your microphone is off." : "Your microphone is on.");
  });
  peer.on("camera", (state) => {
    output.event({ event: "camera", ...state });
    output.say(cameraSentence(state), state.state === "lost");
  });
  peer.on("filter", ({ value }) => output.event({ event: "filter", value }));
  peer.on("ended", () => {
    output.event({ event: "ended" });
    output.say("Your file is at its end; the call goes on.");
  });
}

function explain(error: unknown): never {
  if (error instanceof TransportError) throw new CliError(exitCodes.couldNotStart, error.message, { cause: error });
  throw error;
}
