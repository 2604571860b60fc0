// The invites of an end that listens, one after the other: each lets one other end in, and is replaced when it expires unused.

import { createSecret, type CredentialStore, deriveCredential, formatInvite, inviteLifetimeMs } from "@simple-video-chat/protocol";

/** What a rotation needs. */
export interface InviteRotationOptions {
  /** Where the invites' credentials are admitted. */
  readonly credentials: CredentialStore;
  /** What the other end is to dial, asked for each invite. */
  readonly place: () => { readonly host: string; readonly port: number };
  readonly onInvite: (invite: string) => void;
}

/** Makes invites; the last of them is the valid one. */
export class InviteRotation {
  readonly #options: InviteRotationOptions;
  #timer: NodeJS.Timeout | undefined;
  #identity: string | undefined;
  #isStopped = false;

  constructor(options: InviteRotationOptions) {
    this.#options = options;
  }

  /** Whether a session began with the present invite. */
  isPresent(identity: string): boolean {
    return identity === this.#identity;
  }

  /** Makes the next invite; the one before is worth nothing from now on. */
  next(): void {
    if (this.#isStopped) return;
    const { credentials, place, onInvite } = this.#options;
    clearTimeout(this.#timer);
    if (this.#identity !== undefined) credentials.revoke(this.#identity);
    const secret = createSecret();
    const credential = deriveCredential(secret);
    this.#identity = credential.identity;
    credentials.admit(credential, { use: "single", lifeMs: inviteLifetimeMs });
    this.#timer = setTimeout(() => this.next(), inviteLifetimeMs);
    onInvite(formatInvite({ ...place(), secret }));
  }

  /** Makes no more. The present invite stays valid until it expires. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
