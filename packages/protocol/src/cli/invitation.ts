// What an end that waits says for the other one to get in: the invite, its QR code, the code to say aloud.
import { formatAddress } from "./units.ts";
import { commandOf, type ProgramName } from "./command-name.ts";
import type { ConsoleOutput } from "./console-output.ts";
import { qrPicture } from "./qr-picture.ts";
import { understandsEscapes } from "./terminal.ts";

/** What all of it has in common. */
export interface InvitationWords {
  /** What the other end runs. */
  readonly program: ProgramName;
  /** Where: "On the other computer run:". */
  readonly where: string;
  /** What it is for: "is for one call". */
  readonly use: string;
}

/** Tells the invite, as a QR code too when people look at a terminal and want one. */
export function sayInvite(output: ConsoleOutput, invite: string, words: InvitationWords, options: { readonly qr: boolean }): void {
  output.event({ event: "invite", invite });
  output.say(`${words.where}\n\n    ${commandOf(words.program)} ${invite}\n\nThe invite ${words.use}, within ten minutes.`, true);
  const { stderr } = process;
  const picture = options.qr && understandsEscapes(stderr) ? qrPicture(invite, stderr.columns) : undefined;
  if (picture !== undefined) output.say(`\n${picture.join("\n")}\n`);
}

/** Tells a short code. */
export function sayCode(
  output: ConsoleOutput,
  code: string,
  words: InvitationWords,
  address: { readonly host: string; readonly port: number },
): void {
  output.event({ event: "code", code });
  output.say(
    `Or, with a code to say aloud:\n\n    ${commandOf(words.program)} ${code}@${formatAddress(address)}\n\nThe code ${words.use}, within ten minutes. Three wrong ones, and it is worth nothing.`,
    true,
  );
}

/** Tells that a code was tried too often. */
export function sayCodeBurned(output: ConsoleOutput): void {
  output.event({ event: "code-burned" });
  output.say(
    "The code was tried wrongly three times and is worth nothing any more: mistyped, or someone is guessing. For a new one press n.",
    true,
  );
}

/** What to do with the words that both ends show. */
export function verifySentence(words: string): string {
  return `To be sure that nobody is in the middle, compare: the other end (with --verify) must show "${words}", too. If it does not, hang up.`;
}

/** That somebody was not let in. */
export function refusalSentence({ remoteAddress, code }: { readonly remoteAddress: string; readonly code: string }): string {
  const why = code === "wrong-code" ? "a wrong code, mistyped or guessed" : code;
  return `Refused ${remoteAddress}: ${why}.`;
}
