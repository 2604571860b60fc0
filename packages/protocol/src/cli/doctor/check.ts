// A check of the computer: what the subcommand "doctor" does one after the other.

/** ok; works, though not in every way (warning); does not work (failed). */
export type Verdict = "ok" | "warning" | "failed";

/** What a check found. */
export interface Finding {
  /** What was looked at: "camera". */
  readonly what: string;
  readonly verdict: Verdict;
  /** One line for people. */
  readonly says: string;
  /** What to do about it: a sentence, or a command. */
  readonly remedy?: string;
  /** Does that; absent where only the user can. @throws an Error with a sentence for the user */
  readonly fix?: () => Promise<void>;
  /** For programs. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** A check. */
export type Check = () => Promise<readonly Finding[]>;
