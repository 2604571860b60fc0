// The key c of sender and peer: the next source that can be used, if there is one.

import { CliError, type ConsoleOutput } from "@simple-video-chat/protocol/cli";

import type { SourceSpec } from "./capture/source-spec.ts";
import { SourceCycle } from "./source-cycle.ts";
import { checkSource } from "./video-arguments.ts";

/** A sender or a peer. */
export interface SwitchableCall {
  readonly source: SourceSpec;
  setSource(source: SourceSpec): void;
}

/** Shows the next of the sources that were given, or the next camera; says so when there is none. */
export function switchSource(
  call: SwitchableCall,
  { source, otherSources }: { readonly source: SourceSpec; readonly otherSources: readonly SourceSpec[] },
  output: ConsoleOutput,
): void {
  const sources = [source, ...otherSources];
  const cycle = new SourceCycle(sources);
  let next = cycle.after(call.source);
  if (next === undefined) output.say("There is nothing else to show. Give --source more than once, and c goes from one to the next.");
  for (let tries = 0; next !== undefined && next !== call.source && tries < sources.length; tries++) {
    try {
      checkSource(next);
      call.setSource(next);
      return;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      output.say(error.message, true);
      next = cycle.after(next);
    }
  }
}
