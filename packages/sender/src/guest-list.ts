// Whom an end that listens lets in: who holds the present invite or code, who has the secret, and who is a contact. Sender and peer each have one, and
// keep the session that comes of it themselves.

import { Acquaintances, type Contacts, CredentialStore, deriveCredential, type Emitter } from "@simple-video-chat/protocol";

import { CodeRotation } from "./code-rotation.ts";
import { InviteRotation } from "./invite-rotation.ts";

/** Who is let in, and what others are told to dial: options of a sender and of a peer. */
export interface GuestListOptions {
  /** What others are told to dial, where that differs from where this end listens. */
  readonly inviteHost?: string;
  /** A secret that both ends keep, for any number of calls and restarts. Without it each invite lets one other end in. */
  readonly secret?: Uint8Array | undefined;
  /** Make short codes, too, to say aloud. */
  readonly codes?: boolean;
  /** People met before: they are let in without an invite, and whoever is new is added. */
  readonly contacts?: Contacts | undefined;
}

/** What there is to give to whoever is to come in. */
export interface GuestListEvents {
  /** The invite for the next other end; the one before has been used or has expired. */
  readonly invite: { readonly invite: string };
  /** The same as a short code. */
  readonly code: { readonly code: string };
  /** The code was tried wrongly too often and lets nobody in any more: `nextCode` makes another. */
  readonly "code-burned": Record<string, never>;
}

/** The invites, codes, secret and contacts of an end that listens. */
export class GuestList {
  /** Who the other ends are; a listener's credentials. */
  readonly acquaintances: Acquaintances;
  readonly #options: GuestListOptions;
  readonly #invites: InviteRotation;
  readonly #codes: CodeRotation;

  /** @param address where this end listens, asked for each invite */
  constructor(
    options: GuestListOptions,
    address: () => { readonly host: string; readonly port: number },
    events: Pick<Emitter<GuestListEvents>, "emit">,
  ) {
    this.#options = options;
    const { secret, contacts, inviteHost } = options;
    const credentials = new CredentialStore();
    if (secret !== undefined) credentials.admit(deriveCredential(secret), { use: "many" });
    this.acquaintances = new Acquaintances(contacts, credentials);
    this.#invites = new InviteRotation({
      credentials,
      place: () => ({ ...address(), ...(inviteHost !== undefined && { host: inviteHost }) }),
      onInvite: (invite) => events.emit("invite", { invite }),
    });
    this.#codes = new CodeRotation({
      credentials,
      onCode: (code) => events.emit("code", { code }),
      onBurned: () => events.emit("code-burned", {}),
    });
  }

  /** What to add to the capabilities: who has a secret needs no contacts. */
  get features(): readonly string[] {
    return this.#options.secret === undefined ? this.acquaintances.features : [];
  }

  /** Makes the first invite, and the first code, once the caller could attach its handlers. For an end that listens by now. */
  begin(): void {
    const { secret, codes = false } = this.#options;
    if (secret === undefined) setImmediate(() => this.#invites.next());
    if (codes) setImmediate(() => this.#codes.next());
  }

  /** Whether a session began with the present invite or code: something that is not good for a second time. */
  isOnce(identity: string): boolean {
    return this.#invites.isPresent(identity) || this.#codes.isPresent(identity);
  }

  /** A session began with `identity`: the invite or code that it used is followed by the next. */
  replace(identity: string): void {
    if (this.#invites.isPresent(identity)) this.#invites.next();
    if (this.#codes.isPresent(identity)) this.#codes.next();
  }

  /** Makes a new short code; the one before is worth nothing from now on. */
  nextCode(): void {
    this.#codes.next();
  }

  /** Makes no more invites and codes. The present ones stay valid until they expire. */
  stop(): void {
    this.#invites.stop();
    this.#codes.stop();
  }
}
