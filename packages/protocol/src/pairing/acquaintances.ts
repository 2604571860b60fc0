// Who the other end of a session is to us: a contact from earlier, somebody to remember from now on, or a stranger. For both TCP roles; a listener
// asks it whom to let in, too.
import { type Capabilities } from "../messages/capabilities.ts";
import type { Negotiated } from "../session/negotiation.ts";
import type { Session } from "../session/session.ts";
import {
  type CodeOffer,
  type Credential,
  type CredentialClaim,
  type CredentialSource,
  type CredentialStore,
  deriveCredential,
} from "../transport/credential.ts";
import { defaultPort } from "../transport/invite.ts";
import { ContactFileError } from "./contact-file.ts";
import { type Contact, type Contacts, rememberFeature } from "./contacts.ts";

/** A session's "live" event, as far as it matters here. */
export interface LiveEvent {
  readonly remoteAddress: string;
  readonly peer: Pick<Capabilities, "name">;
  readonly negotiated: Pick<Negotiated, "features">;
}

/** How a session came about. */
export interface Meeting {
  /** It began with an invite or a code: something that is not good for a second time. */
  readonly once: boolean;
  /** Dialer: what was dialed. A listener knows the address alone, and takes the other end to listen where one does by default. */
  readonly dialed?: { readonly host: string; readonly port: number } | undefined;
}

/** Who it is. */
export interface Acquaintance {
  /** What to call it: a contact's name, which nobody else has; of a stranger what it calls itself. */
  readonly name: string;
  /** It was added to the contacts just now. */
  readonly isNew: boolean;
  readonly contact: Contact | undefined;
  /** Why it could not be remembered, as a sentence. */
  readonly trouble: string | undefined;
}

/** The people whom one program knows, or none without contacts. */
export class Acquaintances implements CredentialSource {
  readonly #contacts: Contacts | undefined;
  readonly #store: CredentialStore | undefined;
  /** Contacts by the sessions that they are in: by the identity that the session began with. */
  readonly #present = new Map<string, string>();

  /** @param store a listener's credentials besides the contacts' */
  constructor(contacts: Contacts | undefined, store?: CredentialStore) {
    this.#contacts = contacts;
    this.#store = store;
  }

  /** What to add to the capabilities: whether this end would remember the other. */
  get features(): readonly string[] {
    return this.#contacts === undefined ? [] : [rememberFeature];
  }

  lookup(identity: string): Credential | undefined {
    return this.#store?.lookup(identity) ?? this.#contacts?.lookup(identity);
  }

  claim(identity: string): CredentialClaim | undefined {
    return this.#store?.claim(identity) ?? this.#contacts?.claim(identity);
  }

  code(): CodeOffer | undefined {
    return this.#store?.code();
  }

  /** A contact that was forgotten or put out resumes nothing. */
  stands(identity: string): boolean {
    const contact = this.#present.get(identity);
    return contact === undefined || this.#contacts?.lookup(contact) !== undefined;
  }

  /** Whether a session's other end is a contact that was put out since. */
  isPutOut(session: Pick<Session, "identity">): boolean {
    return this.contactOf(session)?.blocked === true;
  }

  /** The contact that a session's other end is. */
  contactOf({ identity }: Pick<Session, "identity">): Contact | undefined {
    const contact = this.#present.get(identity);
    return contact === undefined ? undefined : this.#contacts?.byIdentity(contact);
  }

  /** A session is live: says who it is with, and remembers somebody new when both ends want to. */
  greet(session: Session, live: LiveEvent, { once, dialed }: Meeting): Acquaintance {
    const { peer, remoteAddress, negotiated } = live;
    const contacts = this.#contacts;
    if (contacts === undefined) return stranger(peer.name);
    const host = dialed?.host ?? remoteAddress;
    try {
      const known = contacts.byIdentity(this.#present.get(session.identity) ?? session.identity);
      if (known !== undefined) {
        this.#present.set(session.identity, known.identity);
        contacts.moved(known.identity, host, dialed?.port);
        return { name: known.name, isNew: false, contact: known, trouble: undefined };
      }
      const secret = session.contactSecret;
      // Known before, and forgotten since: not remembered again behind the user's back.
      const isForgotten = this.#present.has(session.identity);
      if (!once || isForgotten || secret === undefined || !negotiated.features.includes(rememberFeature)) {
        return stranger(contacts.nameFor(peer.name));
      }
      const added = contacts.add({ calls: peer.name, secret, host, port: dialed?.port ?? defaultPort });
      this.#present.set(session.identity, added.identity);
      session.on("closed", () => this.#present.delete(session.identity));
      session.returnWith(deriveCredential(secret));
      return { name: added.name, isNew: true, contact: added, trouble: undefined };
    } catch (error) {
      if (!(error instanceof ContactFileError)) throw error;
      return { ...stranger(peer.name), trouble: error.message };
    }
  }
}

function stranger(name: string): Acquaintance {
  return { name, isNew: false, contact: undefined, trouble: undefined };
}
