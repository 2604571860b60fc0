// The subcommand "doctor": looks at everything that a call needs, says what is wrong and what to do about it, and does that when asked to.

import type { Command } from "../command.ts";
import type { ConsoleOutput } from "../console-output.ts";
import { forTerminal } from "../console-output.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Check, Finding, Verdict } from "./check.ts";

const marks: Readonly<Record<Verdict, string>> = { ok: "ok     ", warning: "note   ", failed: "FAILED " };
const maxChars = 300;

/** @param checks in the order in which they are done; a later one may need what an earlier one fixes */
export function doctorCommand(checks: readonly Check[]): Command {
  return {
    name: "doctor",
    describe: "check everything that a call needs, and say what to do about what is missing",
    options: {
      fix: { type: "boolean", default: false, describe: "do what can be done about it, such as compiling OpenCV's binding" },
      json: { type: "boolean", default: false, describe: "one JSON object a line on stdout, for programs" },
    },
    run: async ({ fix }, { output }) => {
      const findings: Finding[] = [];
      for (const check of checks) findings.push(...(await examine(check, fix === true, output)));
      const failed = findings.filter(({ verdict }) => verdict === "failed").length;
      output.event({ event: "verdict", passed: failed === 0, failed });
      output.result(failed === 0 ? "Everything that a call needs is there." : `${failed} of ${findings.length} checks failed.`);
      return failed === 0 ? exitCodes.ok : exitCodes.couldNotStart;
    },
  };
}

async function examine(check: Check, mayFix: boolean, output: ConsoleOutput): Promise<readonly Finding[]> {
  let findings = await check();
  const fixes = findings.flatMap(({ verdict, fix }) => (verdict === "ok" || fix === undefined ? [] : [fix]));
  if (mayFix && fixes.length > 0) {
    try {
      for (const fix of fixes) await fix();
      findings = await check();
    } catch (error) {
      output.say(error instanceof Error ? error.message : String(error), true);
    }
  }
  for (const finding of findings) tell(finding, output);
  return findings;
}

function tell({ what, verdict, says, remedy, fix, figures }: Finding, output: ConsoleOutput): void {
  output.event({
    event: "check",
    what,
    verdict,
    message: says,
    ...(remedy !== undefined && { remedy }),
    ...(figures !== undefined && { figures }),
  });
  output.result(`${marks[verdict]}${what}: ${forTerminal(says, maxChars)}`);
  if (remedy === undefined) return;
  output.result(`       ${forTerminal(remedy, maxChars)}${fix === undefined ? "" : " Or: doctor --fix"}`);
}
