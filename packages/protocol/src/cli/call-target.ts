// Whom to call, from what the user gave: an invite, a code with its address, a contact's name, or an address and a secret from elsewhere.
import type { Contacts } from "../pairing/contacts.ts";
import { looksLikeShortCode, parseShortCode, ShortCodeError } from "../pairing/short-code.ts";
import { type Credential, deriveCredential } from "../transport/credential.ts";
import { defaultPort, InviteError, parseInvite } from "../transport/invite.ts";
import type { CodeKey } from "../transport/secure-dialer.ts";
import { ask } from "./ask.ts";
import { CliError, exitCodes } from "./exit-codes.ts";
import { forTerminal } from "./console-output.ts";
import { readKeyFile } from "./secret-file.ts";
import { parseAddress } from "./units.ts";

/** Whom to call and what to prove there. */
export interface CallTarget {
  readonly host: string;
  readonly port: number;
  readonly credential: Credential | CodeKey;
}

/** What the user gave. */
export interface TargetArguments {
  /** The word on the command line; "-" stands for a line from stdin. */
  readonly target?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Ask for a short code. */
  readonly code: boolean;
}

/** What an address without a host means. */
const here = { host: "127.0.0.1", port: defaultPort } as const;

/** What was given to call: on the command line, else in SVC_INVITE; for "-" a line from stdin. undefined: nothing. */
export async function givenTarget(target: string | undefined): Promise<string | undefined> {
  // An invite in the environment keeps it out of the list of processes.
  const given = target ?? (process.env["SVC_INVITE"] || undefined);
  // A hyphen alone comes from yargs as an empty word.
  if (given !== "-" && given !== "") return given;
  const line = await ask("Invite");
  if (line === undefined) throw new CliError(exitCodes.usage, "There was no invite on stdin.");
  return line;
}

/**
 * Reads a target.
 *
 * @param contacts whose names may be given; undefined: none
 * @throws CliError usage when it is none, couldNotStart when the key file cannot be used
 */
export async function resolveTarget(given: string, args: TargetArguments, contacts: Contacts | undefined): Promise<CallTarget> {
  if (args.keyFile !== undefined) {
    return { ...parseAddress(given, here), credential: deriveCredential(readKeyFile(args.keyFile, { create: false })) };
  }
  try {
    if (args.code) return await withAskedCode(given);
    if (given.includes("/")) {
      const { host, port, secret } = parseInvite(given);
      return { host, port, credential: deriveCredential(secret) };
    }
    const at = given.lastIndexOf("@");
    if (at > 0) return { ...addressOf(given.slice(at + 1)), credential: { code: parseShortCode(given.slice(0, at)) } };
  } catch (error) {
    if (error instanceof InviteError || error instanceof ShortCodeError)
      throw new CliError(exitCodes.usage, error.message, { cause: error });
    throw error;
  }
  return contactTarget(given, contacts);
}

async function withAskedCode(given: string): Promise<CallTarget> {
  const address = addressOf(given);
  const code = await ask("Code");
  if (code === undefined) throw new CliError(exitCodes.usage, "There was no code on stdin.");
  return { ...address, credential: { code: parseShortCode(code) } };
}

function addressOf(text: string): { readonly host: string; readonly port: number } {
  if (text === "" || text.includes("/") || text.includes("@")) {
    throw new CliError(exitCodes.usage, "A code needs the other computer's address: CODE@HOST, or HOST with --code.");
  }
  return parseAddress(text, here);
}

function contactTarget(name: string, contacts: Contacts | undefined): CallTarget {
  if (looksLikeShortCode(name)) {
    throw new CliError(
      exitCodes.usage,
      `A code is no address: write ${forTerminal(name)}@HOST, with the address of the computer that made it.`,
    );
  }
  const contact = contacts?.find(name);
  const credential = contact && contacts?.credentialOf(contact);
  if (contact !== undefined && credential !== undefined) return { host: contact.host, port: contact.port, credential };
  const known = contacts?.list().map((other) => other.name) ?? [];
  const whom = known.length === 0 ? "You have no contacts yet" : `Your contacts: ${known.map((other) => forTerminal(other)).join(", ")}`;
  throw new CliError(
    exitCodes.usage,
    `${forTerminal(name)} is not an invite, and no contact is called so. An invite looks like HOST:PORT/SECRET: copy all of what the other end printed. ${whom}.`,
  );
}
