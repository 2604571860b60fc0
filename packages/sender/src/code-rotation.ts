// The short codes of an end that listens, one after the other: each lets one other end in, and is replaced when it expires unused. One that was
// guessed at too often is not: with a new one each time, who guesses would get in some day.

import { codeLifetimeMs, createShortCode, type CredentialStore } from "@simple-video-chat/protocol";

/** What a rotation needs. */
export interface CodeRotationOptions {
  /** Where the codes are admitted. */
  readonly credentials: CredentialStore;
  readonly onCode: (code: string) => void;
  /** The present code was tried wrongly too often, and lets nobody in any more. */
  readonly onBurned: () => void;
}

/** Makes codes; the last of them is the valid one. */
export class CodeRotation {
  readonly #options: CodeRotationOptions;
  #timer: NodeJS.Timeout | undefined;
  #identity: string | undefined;
  #isStopped = false;

  constructor(options: CodeRotationOptions) {
    this.#options = options;
  }

  /** Whether a session began with the present code. */
  isPresent(identity: string): boolean {
    return identity === this.#identity;
  }

  /** Makes the next code; the one before is worth nothing from now on. */
  next(): void {
    if (this.#isStopped) return;
    const { credentials, onCode, onBurned } = this.#options;
    clearTimeout(this.#timer);
    const code = createShortCode();
    this.#identity = credentials.admitCode(code, {
      lifeMs: codeLifetimeMs,
      onBurned: () => {
        clearTimeout(this.#timer);
        onBurned();
      },
    });
    this.#timer = setTimeout(() => this.next(), codeLifetimeMs);
    onCode(code);
  }

  /** Makes no more. The present code stays valid until it expires. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
