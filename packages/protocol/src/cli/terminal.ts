// What a stream to people understands.

/** A stream that people read: a terminal, or not. */
export interface PeopleStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Whether lines can be rewritten and coloured there. Not in a file or a pipe, and not where TERM says so: "dumb" (Emacs' shell, some CI), or nothing at all. */
export function understandsEscapes(
  { isTTY }: Pick<PeopleStream, "isTTY">,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean {
  const term = env["TERM"] ?? "";
  // Windows has no TERM, and its consoles understand them.
  return isTTY === true && term !== "dumb" && (term !== "" || platform === "win32");
}
