// The subcommands about contacts: who is known, and who is to be no more.
import { configFolder } from "../pairing/config-folder.ts";
import { ContactFileError, type ContactKind } from "../pairing/contact-file.ts";
import { Contacts } from "../pairing/contacts.ts";
import { formatAddress } from "./units.ts";
import type { Command, CommandContext } from "./command.ts";
import { commandOf, type ProgramName } from "./command-name.ts";
import { forTerminal } from "./console-output.ts";
import { CliError, type ExitCode, exitCodes } from "./exit-codes.ts";

/** Whom each program knows. */
const kinds: Readonly<Record<ProgramName, ContactKind>> = { peer: "calls", sender: "watchers", receiver: "cameras" };

/**
 * A program's contacts; undefined with --no-remember.
 * @throws CliError couldNotStart when others may read them, or they cannot be used
 */
export function openContacts(program: ProgramName, remember: boolean): Contacts | undefined {
  if (!remember) return undefined;
  return orSay(() => {
    const contacts = new Contacts(configFolder(), kinds[program]);
    contacts.list();
    return contacts;
  });
}

/** "contacts": lists them. */
export const contactsCommand: Command = {
  name: "contacts",
  describe: "lists whom you know from earlier calls",
  options: { json: { type: "boolean", default: false, describe: "one JSON object a line on stdout, for programs" } },
  run: (_args, { program, output }) => {
    const contacts = orSay(() => new Contacts(configFolder(), kinds[program]).list());
    for (const { name, host, port, blocked } of contacts) {
      output.event({ event: "contact", name, host, port, blocked });
      // A sender is called, and calls nobody: where a watcher would listen is nothing to it.
      const place = program === "sender" ? host : formatAddress({ host, port });
      output.say(`${forTerminal(name)}  ${place}${blocked ? "  put out" : ""}`);
    }
    if (contacts.length === 0) output.say("You have no contacts yet: whom you call is remembered.");
    return Promise.resolve(exitCodes.ok);
  },
};

/** "forget": drops a contact's secret. */
export const forgetCommand: Command = change(
  "forget",
  "forgets a contact: it is let in no more, and needs a new invite",
  (contacts, name) => contacts.forget(name),
  (name) => `${name} is forgotten.`,
);

/** "kick": puts a watcher out of a sender that runs, and keeps it out. */
export const kickCommand: Command = change(
  "kick",
  "puts a contact out, also of a sender that runs, and keeps it out",
  (contacts, name) => contacts.block(name, true),
  (name, program) => `${name} is put out. To let it in again: ${commandOf(program)} allow ${name}`,
);

/** "allow": lets in again who was put out. */
export const allowCommand: Command = change(
  "allow",
  "lets a contact in again that was put out",
  (contacts, name) => contacts.block(name, false),
  (name) => `${name} may come in again.`,
);

function change(
  name: string,
  describe: string,
  act: (contacts: Contacts, name: string) => boolean,
  done: (name: string, program: ProgramName) => string,
): Command {
  return {
    name,
    describe,
    operands: "<name>",
    options: {},
    run: ({ operands: [wanted = ""] }, context) => Promise.resolve(runChange(wanted, context, { act, done })),
  };
}

function runChange(
  wanted: string,
  { program, output }: CommandContext,
  {
    act,
    done,
  }: { readonly act: (contacts: Contacts, name: string) => boolean; readonly done: (name: string, program: ProgramName) => string },
): ExitCode {
  const contacts = new Contacts(configFolder(), kinds[program]);
  const found = orSay(() => contacts.find(wanted)?.name);
  if (found === undefined || !orSay(() => act(contacts, found))) {
    throw new CliError(exitCodes.couldNotStart, `No contact is called ${forTerminal(wanted)}. To see them: ${commandOf(program)} contacts`);
  }
  output.say(done(forTerminal(found), program));
  return exitCodes.ok;
}

function orSay<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ContactFileError)) throw error;
    throw new CliError(exitCodes.couldNotStart, error.message, { cause: error });
  }
}
