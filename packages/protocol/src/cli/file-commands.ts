// What may be typed in place of a message: /send FILE, /accept, /cancel. Anything else is a message, whatever it begins with.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";

import { FileError } from "../files/file-error.ts";
import type { FileControls } from "../files/file-transfers.ts";
import type { ChatLines } from "./chat-lines.ts";
import { forTerminal } from "./console-output.ts";

/** What takes longer is told, ms. */
const patienceMs = 1_000;
const pattern = /^\/(send|accept|cancel)(?:\s+(.*\S))?\s*$/su;

/**
 * Does what a typed line says of files.
 *
 * @returns whether it said anything of them: then it is no message
 */
export function fileCommand(text: string, { output, show }: ChatLines, files: FileControls): boolean {
  const match = pattern.exec(text);
  if (match === null) return false;
  const [, command, operand] = match;
  const say = (sentence: string): void => {
    output.say(sentence, true);
    show?.("", sentence);
  };
  if (command === "send") {
    if (operand === undefined) say("Which file? Type /send and its name.");
    else void send(typedPath(operand), files, say);
    return true;
  }
  const number = operand === undefined ? undefined : Number(operand);
  const isNumber = number === undefined || Number.isSafeInteger(number);
  const done = isNumber ? (command === "accept" ? files.accept(number) : files.cancel(number)) : undefined;
  const which = operand === undefined ? "" : ` ${forTerminal(operand, 20)}`;
  if (done === undefined) say(command === "accept" ? `There is no offered file${which} to accept.` : `There is no file${which} to cancel.`);
  return true;
}

async function send(path: string, files: FileControls, say: (sentence: string) => void): Promise<void> {
  // A large one is read from end to end before it is offered.
  const reading = setTimeout(() => say(`Reading ${forTerminal(basename(path), 80)} …`), patienceMs);
  try {
    const fates = await files.send(path, () => clearTimeout(reading));
    if (fates.length === 0) say("Nobody is connected to whom it could be sent.");
    for (const { outcome, with: other } of fates) {
      const name = forTerminal(other) || "The other end";
      // What else can become of it is told by an event.
      if (outcome === "unwanted") say(`${name} takes no files.`);
      if (outcome === "busy") say(`Too many files are under way to ${name}: wait for one to arrive, or /cancel one.`);
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    say(forTerminal(error.message, 400));
  } finally {
    clearTimeout(reading);
  }
}

/** A path as people type it, or as a terminal gives one that is dropped on it: with ~, quoted, or with spaces escaped. */
function typedPath(typed: string): string {
  const quoted = /^(["'])(.*)\1$/su.exec(typed)?.[2];
  const plain = quoted ?? (existsSync(typed) ? typed : typed.replaceAll(/\\(.)/gsu, "$1"));
  return plain === "~" || plain.startsWith("~/") ? join(homedir(), plain.slice(1)) : resolve(plain);
}
