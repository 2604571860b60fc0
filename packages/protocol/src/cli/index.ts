// Entry point "@simple-video-chat/protocol/cli": what the command lines of sender, receiver and peer have in common.

export { ask } from "./ask.ts";
export { type CallTarget, givenTarget, resolveTarget, type TargetArguments } from "./call-target.ts";
export { type ChatLines, sendText, tellText } from "./chat-lines.ts";
export { fileCommand } from "./file-commands.ts";
export { FileLines } from "./file-lines.ts";
export { callDetail, type DetailedFigures, detailLines, type DetailRow } from "./call-detail.ts";
export {
  type DirectionFigures,
  formatBitrate,
  formatDuration,
  formatOutgoing,
  formatSummary,
  type IncomingFigures,
  incomingStatus,
  type LatencyFigures,
  type OutgoingFigures,
  statusBeside,
  type StatusLines,
} from "./call-figures.ts";
export { ConsoleOutput, type ConsoleOutputOptions, forTerminal } from "./console-output.ts";
export { commandOf, type ProgramName } from "./command-name.ts";
export {
  type Command,
  type CommandArguments,
  type CommandContext,
  commandIn,
  commandsForHelp,
  type CommandParser,
  type OptionEntry,
  type OptionTable,
  runCommand,
} from "./command.ts";
export { allowCommand, contactsCommand, forgetCommand, kickCommand, openContacts } from "./contact-commands.ts";
export type { Check, Finding, Verdict } from "./doctor/check.ts";
export { doctorCommand } from "./doctor/doctor-command.ts";
export { ffmpegFinding, type LibraryAnswer, libraryPatienceMs, opencvFinding } from "./doctor/library-finding.ts";
export { nodeCheck, portCheck } from "./doctor/system-checks.ts";
export { type DeviceList, devicesCommand, deviceTable, type ListedCamera, type ListedSound } from "./devices-command.ts";
export { configPath, settingsFor } from "./config-file.ts";
export { completionCommand } from "./completion/completion-command.ts";
export { filterUrl } from "./filter-file.ts";
export { helpCommand } from "./help-command.ts";
export { optionsFromEnvironment } from "./environment.ts";
export { CliError, type ExitCode, exitCodes, exitCodesHelp } from "./exit-codes.ts";
export { type InvitationWords, refusalSentence, sayCode, sayCodeBurned, sayInvite, verifySentence } from "./invitation.ts";
export { type KeyAction, type KeyActions, type KeyBinding, keyRows, keysOf } from "./key-table.ts";
export { Keyboard, type TypingEvents } from "./keyboard.ts";
export { dialableHost, isLoopback } from "./local-address.ts";
export { programVersion } from "./program-version.ts";
export { type ArgumentParser, runProgram } from "./run-program.ts";
export { readKeyFile } from "./secret-file.ts";
export {
  audioOptions,
  chatOptions,
  commonOptions,
  displayOptions,
  windowOptions,
  helpEpilogue,
  invitationOptions,
  microphoneOptions,
  pairingOptions,
  recordOptions,
  sourceOptions,
  speakerOptions,
} from "./shared-options.ts";
export {
  type IncomingSoundFigures,
  levelMeter,
  microphoneStatus,
  type OutgoingSoundFigures,
  soundDetail,
  soundStatus,
} from "./sound-figures.ts";

export { type Address, formatAddress, parseAddress, parseBitrate, parseNumber, parsePictureSize } from "./units.ts";
export { setUpCommand } from "./set-up-command.ts";
