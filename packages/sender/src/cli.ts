// The program svc-sender: argv → options, events → sentences and JSON. What it does is in sender.ts.

import { hostname } from "node:os";

import { toJsonObject, TransportError } from "@simple-video-chat/protocol";
import {
  audioOptions,
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
  type ExitCode,
  exitCodes,
  fileCommand,
  FileLines,
  formatAddress,
  formatOutgoing,
  forTerminal,
  helpCommand,
  helpEpilogue,
  invitationOptions,
  isLoopback,
  microphoneOptions,
  microphoneStatus,
  openContacts,
  pairingOptions,
  parseAddress,
  parseNumber,
  programVersion,
  readKeyFile,
  runCommand,
  refusalSentence,
  runProgram,
  sayCode,
  sayCodeBurned,
  sayInvite,
  verifySentence,
  sendText,
  settingsFor,
  sourceOptions,
  tellText,
  detailLines,
  Keyboard,
  keyRows,
  keysOf,
} from "@simple-video-chat/protocol/cli";
import { isScreenReachable } from "@simple-video-chat/protocol/engine";
import yargs from "yargs";

import { isFailureToStart } from "./errors.ts";
import { cameraSentence } from "./camera-sentence.ts";
import { commands } from "./commands.ts";
import { kickByKey } from "./kick-key.ts";
import { soundFor } from "./audio/sound-spec.ts";
import { runLegacySender } from "./legacy/legacy-cli.ts";
import { type Sender, startSender } from "./sender.ts";
import { switchSource } from "./switch-source.ts";
import { checkSource, videoOptionsFrom } from "./video-arguments.ts";

const statusIntervalMs = 1000;

const options = {
  ...sourceOptions,
  ...audioOptions,
  ...microphoneOptions,
  ...pairingOptions,
  ...invitationOptions,
  code: { type: "boolean", default: false, describe: "show a short code to say aloud, too" },
  ...chatOptions,
  ...commonOptions,
  listen: {
    type: "string",
    describe: "address to listen at [default: 127.0.0.1:7420, with --legacy 127.0.0.1:1234]; 0.0.0.0 lets other computers in",
  },
  "max-receivers": { type: "number", default: 8, describe: "receivers at the same time" },
  preview: { type: "boolean", default: false, describe: "show what you send in a window here" },
  "exit-on-no-viewers": { type: "boolean", default: false, describe: "end when the last receiver has left" },
  legacy: { type: "boolean", default: false, describe: "feed the original Client.py instead: no protection at all" },
} as const;

const allCommands: readonly Command[] = [
  ...commands,
  completionCommand(options, () => allCommands),
  helpCommand(new URL("../README.md", import.meta.url)),
];

function parser(argv: readonly string[]) {
  return yargs([...argv])
    .scriptName("svc-sender")
    .usage("$0\n\nShows your camera to those you let in. The camera opens when the first of them joins, and you see who watches.")
    .command(commandsForHelp(allCommands))
    .options(options)
    .config(settingsFor("sender", options, { argv, makeParser: yargs }))
    .strict()
    .version(programVersion(import.meta.url))
    .example("$0 --listen 0.0.0.0", "let other computers watch this one's camera")
    .example("$0 --source film.mp4 --loop", "show a video file")
    .epilogue(helpEpilogue);
}

/** Runs the program. @returns its exit code */
export function main(argv: readonly string[]): Promise<ExitCode> {
  const command = commandIn(allCommands, argv);
  if (command !== undefined) return runCommand(command, "sender", { argv, makeParser: yargs });
  return runProgram(
    () => parser(argv),
    async (args, stopped) => {
      const output = new ConsoleOutput(args);
      if (args.legacy) return runLegacySender(args, output, stopped);
      const address = parseAddress(args.listen ?? "", { host: "127.0.0.1", port: 7420 });
      const secret = args.keyFile === undefined ? undefined : readKeyFile(args.keyFile, { create: true });
      if (args.preview && !(await isScreenReachable())) output.say("There is no display here: going on without the preview.");
      const video = videoOptionsFrom(args);
      // Who has the key file needs no other secret.
      const contacts = secret === undefined ? openContacts("sender", args.remember) : undefined;
      const maxReceivers = parseNumber("max-receivers", args.maxReceivers, 1, 32);
      checkSource(video.source);
      const sender = await startSender({
        ...video,
        ...address,
        sound: soundFor(args),
        inviteHost: dialableHost(address.host),
        maxReceivers,
        name: forTerminal(args.name ?? hostname()),
        preview: args.preview,
        codes: args.code,
        contacts,
        chat: args.chat,
        acceptFiles: args.acceptFiles,
        ...(secret !== undefined && { secret }),
      }).catch(explain);
      const ended = describeEvents(sender, output, args);
      const { host, port } = sender.address;
      output.event({ event: "listening", host, port });
      output.say(
        isLoopback(host)
          ? `Only this computer can watch (listening at ${formatAddress(sender.address)}). To let others in: --listen 0.0.0.0`
          : `Whoever you give the invite to can watch (listening at ${formatAddress(sender.address)}).`,
      );
      if (args.keyFile !== undefined) {
        output.say(
          `Receivers that have the key file run: ${commandOf("receiver")} ${formatAddress({ host: dialableHost(host), port })} --key-file ${args.keyFile}`,
          true,
        );
      }
      const known = contacts?.list().filter(({ blocked }) => !blocked) ?? [];
      if (known.length > 0)
        output.say(`Without an invite may watch whom you know: ${known.map(({ name }) => forTerminal(name)).join(", ")}.`);
      const files = new FileLines({ output }, { acceptsAll: args.acceptFiles !== undefined });
      sender.on("file", (event) => files.tell(event));
      const status = setInterval(() => showStatus(sender, output, files.status), statusIntervalMs);
      const keyboard = new Keyboard(
        keysOf("sender"),
        {
          kick: () => kickByKey(sender, keyboard, (sentence) => output.say(sentence, true)),
          "new-code": () => {
            if (args.code) sender.nextCode();
          },
          mute: () => (sender.isMuted = !sender.isMuted),
          camera: () => (sender.isCameraOff = !sender.isCameraOff),
          "next-source": () => switchSource(sender, video, output),
          help: () => output.say(detailLines(keyRows("sender"))),
        },
        {
          onTyping: (text) => output.typing(text),
          onText: (text) => fileCommand(text, { output }, sender.files) || void writeToAll(sender, output, text),
        },
      );
      sender.on("key", ({ key }) => keyboard.press(key === "close" ? "q" : key));
      const code = await Promise.race([ended, stopped, keyboard.quit]);
      keyboard.release();
      clearInterval(status);
      await sender.close();
      output.end();
      return code;
    },
  );
}

async function writeToAll(sender: Sender, output: ConsoleOutput, text: string): Promise<void> {
  if (sender.receivers.length === 0) return output.say("Nobody watches who could read it.", true);
  await sendText({ output }, text, async (clean) => {
    const outcomes = await sender.sendText(clean);
    const failed = outcomes.filter(({ outcome }) => outcome !== "delivered");
    for (const { receiver, outcome } of failed) {
      output.say(`${forTerminal(receiver.name)} ${outcome === "unwanted" ? "takes no messages" : "did not get it"}.`, true);
    }
    return outcomes.length > failed.length ? "delivered" : (failed[0]?.outcome ?? "undelivered");
  });
}

function showStatus(sender: Sender, output: ConsoleOutput, files: string | undefined): void {
  const stats = sender.stats();
  output.event({ event: "stats", ...toJsonObject(stats) });
  if (stats.receivers > 0)
    output.status(
      `${formatOutgoing(stats)}${stats.audio ? microphoneStatus(stats.audio) : ""}  ${stats.receivers} watching: ${sender.receivers.map(({ name }) => forTerminal(name)).join(", ")}${files === undefined ? "" : `   ${files}`}`,
    );
}

/** Tells the sender's events; resolves with the exit code when one of them ends the program. */
function describeEvents(
  sender: Sender,
  output: ConsoleOutput,
  args: { readonly exitOnNoViewers: boolean; readonly requireAudio: boolean; readonly qr: boolean; readonly verify: boolean },
): Promise<ExitCode> {
  return new Promise((resolve) => {
    const words = { program: "receiver", where: "On the computer that watches run:", use: "lets one receiver in" } as const;
    sender.on("invite", ({ invite }) => sayInvite(output, invite, words, args));
    sender.on("code", ({ code }) => {
      const { host, port } = sender.address;
      sayCode(output, code, words, { host: dialableHost(host), port });
    });
    sender.on("code-burned", () => sayCodeBurned(output));
    sender.on("remembered", ({ name }) => {
      output.event({ event: "remembered", name });
      output.say(`${forTerminal(name)} is remembered under that name, and may watch again without an invite.`);
    });
    sender.on("opened", (source) => {
      output.event({ event: "opened", ...source });
      output.say(`Showing ${forTerminal(source.name)}, ${source.widthPx}x${source.heightPx}.`);
    });
    sender.on("joined", ({ id, name, remoteAddress, resumed }) => {
      output.event({ event: "joined", id, name, remoteAddress, resumed });
      output.say(`${forTerminal(name)} (${remoteAddress}) ${resumed ? "is back" : "watches now"}.`);
      if (args.verify) void tellWords(sender, { id, name }, output);
    });
    sender.on("silent", ({ id, name, silent }) => {
      output.event({ event: "silent", id, name, silent });
      if (silent) output.say(`Nothing has come from ${forTerminal(name)} for 3 s.`);
    });
    sender.on("reconnecting", ({ id, name, cause }) => {
      output.event({ event: "reconnecting", id, name, cause });
      output.say(`The connection to ${forTerminal(name)} is lost; waiting for it to come back.`);
    });
    sender.on("filter", ({ value }) => output.event({ event: "filter", value }));
    sender.on("recorded", ({ id, name, recording }) => {
      output.event({ event: "recorded", id, name, recording });
      output.say(`${forTerminal(name)} ${recording ? "records what you show." : "does not record any more."}`, true);
    });
    sender.on("left", ({ id, name, reason, account }) => {
      output.event({ event: "left", id, name, reason, account: { ...account } });
      output.say(`${forTerminal(name)} has left: ${account.sent} frames sent.`);
      if (args.exitOnNoViewers && sender.receivers.length === 0) resolve(exitCodes.ok);
    });
    sender.on("text", ({ name, text }) => tellText({ output }, name, text));
    sender.on("refused", ({ remoteAddress, code }) => {
      output.event({ event: "refused", remoteAddress, code });
      output.say(refusalSentence({ remoteAddress, code }));
    });
    sender.on("trouble", ({ code, message, isFinal }) => {
      output.event({ event: "trouble", code, message, isFinal });
      output.say(message, true);
      if (!isFinal) return;
      const wasRunning = sender.receivers.length > 0 && !isFailureToStart(code);
      resolve(wasRunning ? exitCodes.lost : exitCodes.couldNotStart);
    });
    sender.on("notice", ({ code, message }) => {
      output.event({ event: "notice", code, message });
      output.say(message, true);
      if (args.requireAudio && code === "microphone-failed") resolve(exitCodes.couldNotStart);
    });
    sender.on("recording", ({ name }) => {
      output.event({ event: "recording", name });
      output.say(`Heard through ${forTerminal(name)}.`);
    });
    sender.on("muted", ({ muted }) => {
      output.event({ event: "muted", muted });
      output.say(muted ? "Your microphone is off." : "Your microphone is on.");
    });
    sender.on("camera", (state) => {
      output.event({ event: "camera", ...state });
      output.say(cameraSentence(state), state.state === "lost");
    });
    sender.on("ended", () => {
      output.event({ event: "ended" });
      output.say("The file is at its end.");
      resolve(exitCodes.ok);
    });
  });
}

async function tellWords(
  sender: Sender,
  { id, name }: { readonly id: number; readonly name: string },
  output: ConsoleOutput,
): Promise<void> {
  const words = await sender.verificationWords(id);
  if (words === undefined) return;
  output.event({ event: "verify", id, words });
  output.say(`${forTerminal(name)}: ${verifySentence(words)}`, true);
}

function explain(error: unknown): never {
  if (error instanceof TransportError) throw new CliError(exitCodes.couldNotStart, error.message, { cause: error });
  throw error;
}
