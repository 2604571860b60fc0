// How a person runs one of our programs here: in the repository by pnpm or npm, installed by its own name. What is printed to be
// copied must be what works.

/** Programs by the names that the user's guide gives them. */
export type ProgramName = "sender" | "receiver" | "peer";

/** "pnpm peer" or "npm run peer --" when the running program was started that way in the repository, else "svc-peer". */
export function commandOf(program: ProgramName, env: NodeJS.ProcessEnv = process.env): string {
  if (env["npm_package_name"] !== "simple-video-chat") return `svc-${program}`;
  const isPnpm = env["npm_config_user_agent"]?.startsWith("pnpm/") ?? false;
  return isPnpm ? `pnpm ${program}` : `npm run ${program} --`;
}
