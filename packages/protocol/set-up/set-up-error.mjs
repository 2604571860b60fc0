// What set-up throws when it cannot go on: the message is for a person and says what happened, why, and what to do next.

/** Set-up cannot go on. Its message is complete: it is printed without a stack. */
export class SetUpError extends Error {
  /** @override */
  name = "SetUpError";
}
