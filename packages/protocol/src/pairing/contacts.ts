// The contacts of one kind: whom this program knows from earlier calls, by name and by what they prove. A listener lets them in; a dialer finds
// their address and secret by their name. The file is the state: what another program changes there holds at the next look.
import type { Credential, CredentialClaim } from "../transport/credential.ts";
import { deriveCredential } from "../transport/credential.ts";
import { type ContactEntry, ContactFile, ContactFileError, type ContactKind } from "./contact-file.ts";
import { contactName, sameName } from "./contact-name.ts";

/** Feature of the capabilities: this end would remember the other. Contacts are kept when both ends name it. */
export const rememberFeature = "remember";

/** A contact, as programs show it: without its secret. */
export interface Contact {
  /** Unique among its kind; ours, not what the contact calls itself. */
  readonly name: string;
  /** Of its credential. */
  readonly identity: string;
  /** Where it was last. */
  readonly host: string;
  readonly port: number;
  /** Put out: not let in until allowed again. */
  readonly blocked: boolean;
}

/** What is known of somebody new. */
export interface NewContact {
  /** What it calls itself. */
  readonly calls: string;
  /** Session.contactSecret. */
  readonly secret: Uint8Array;
  readonly host: string;
  readonly port: number;
}

/** The contacts of one kind. Reading and changing throw {@link ContactFileError}; what a listener asks never does. */
export class Contacts {
  readonly #file: ContactFile;
  readonly #kind: ContactKind;
  /** Derived once for each secret. */
  readonly #credentials = new Map<string, Credential>();

  /** @param folder see configFolder */
  constructor(folder: string, kind: ContactKind) {
    this.#file = new ContactFile(folder);
    this.#kind = kind;
  }

  /** All of them, by name. */
  list(): Contact[] {
    return this.#entries()
      .map((entry) => this.#toContact(entry))
      .toSorted((a, b) => a.name.localeCompare(b.name));
  }

  /** The contact of this name, in any case. */
  find(name: string): Contact | undefined {
    return this.list().find((contact) => sameName(contact.name, name));
  }

  /** What to prove to a contact. */
  credentialOf(contact: Contact): Credential | undefined {
    const entry = this.#entries().find(({ name }) => name === contact.name);
    return entry && this.#credentialOf(entry);
  }

  /** The name that somebody who calls itself so would get. */
  nameFor(calls: string): string {
    return contactName(
      calls,
      this.#entries().map(({ name }) => name),
    );
  }

  /** Remembers somebody new, under a name that nobody has yet. */
  add({ calls, secret, host, port }: NewContact): Contact {
    let added: ContactEntry | undefined;
    this.#change((entries) => {
      const name = contactName(
        calls,
        entries.map((entry) => entry.name),
      );
      added = { name, secret: Buffer.from(secret).toString("hex"), host, port, blocked: false };
      return [...entries, added];
    });
    if (added === undefined) throw new ContactFileError("unusable", `${this.#file.path} was not changed.`);
    return this.#toContact(added);
  }

  /** Notes where a contact is now. */
  moved(identity: string, host: string, port?: number): void {
    const known = this.#withIdentity(identity);
    if (known === undefined || (known.host === host && (port === undefined || known.port === port))) return;
    this.#replace(known.name, (entry) => ({ ...entry, host, port: port ?? entry.port }));
  }

  /** Drops a contact and its secret. False: there is none of this name. */
  forget(name: string): boolean {
    const contact = this.find(name);
    if (contact !== undefined) this.#change((entries) => entries.filter((entry) => entry.name !== contact.name));
    return contact !== undefined;
  }

  /** Keeps a contact out (true), or lets it in again. False: there is none of this name. */
  block(name: string, blocked: boolean): boolean {
    const contact = this.find(name);
    if (contact !== undefined) this.#replace(contact.name, (entry) => ({ ...entry, blocked }));
    return contact !== undefined;
  }

  /** The contact of this credential, let in or not; undefined also when the file cannot be used. */
  byIdentity(identity: string): Contact | undefined {
    try {
      const entry = this.#withIdentity(identity);
      return entry && this.#toContact(entry);
    } catch {
      return undefined;
    }
  }

  /** The credential of a contact that is let in now. */
  lookup(identity: string): Credential | undefined {
    try {
      const entry = this.#withIdentity(identity);
      return entry === undefined || entry.blocked ? undefined : this.#credentialOf(entry);
    } catch {
      // Exposed or damaged meanwhile: then nobody is let in by it.
      return undefined;
    }
  }

  /** A place for a contact's session: any number of them. */
  claim(identity: string): CredentialClaim | undefined {
    return this.lookup(identity) && { commit: noop, release: noop };
  }

  #entries(): readonly ContactEntry[] {
    return this.#file.read()[this.#kind];
  }

  #withIdentity(identity: string): ContactEntry | undefined {
    return this.#entries().find((entry) => this.#credentialOf(entry).identity === identity);
  }

  #change(change: (entries: readonly ContactEntry[]) => readonly ContactEntry[]): void {
    this.#file.change((all) => ({ ...all, [this.#kind]: change(all[this.#kind]) }));
  }

  #replace(name: string, change: (entry: ContactEntry) => ContactEntry): void {
    this.#change((entries) => entries.map((entry) => (entry.name === name ? change(entry) : entry)));
  }

  #credentialOf({ secret }: ContactEntry): Credential {
    const known = this.#credentials.get(secret) ?? deriveCredential(Buffer.from(secret, "hex"));
    this.#credentials.set(secret, known);
    return known;
  }

  #toContact(entry: ContactEntry): Contact {
    const { name, host, port, blocked } = entry;
    return { name, identity: this.#credentialOf(entry).identity, host, port, blocked };
  }
}

function noop(): void {}
