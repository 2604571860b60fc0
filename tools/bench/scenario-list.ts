// All scenarios, by group and in the order in which they are listed. A new one is one file in scenarios/, and one line here.

import type { Scenario } from "./scenario.ts";
import { beside480p } from "./scenarios/beside-480p.ts";
import { besideBytes } from "./scenarios/beside-bytes.ts";
import { besideH264 } from "./scenarios/beside-h264.ts";
import { besideJpeg } from "./scenarios/beside-jpeg.ts";
import { besideLink2m } from "./scenarios/beside-link-2m.ts";
import { besideUnpaced } from "./scenarios/beside-unpaced.ts";
import { changingLinks } from "./scenarios/changing-links.ts";
import { cpu } from "./scenarios/cpu.ts";
import { echo } from "./scenarios/echo.ts";
import { fileLinks } from "./scenarios/file-links.ts";
import { keys } from "./scenarios/keys.ts";
import { lipSync } from "./scenarios/lip-sync.ts";
import { loopback } from "./scenarios/loopback.ts";
import { memory } from "./scenarios/memory.ts";
import { pipeline } from "./scenarios/pipeline.ts";
import { receivers } from "./scenarios/receivers.ts";
import { selfCall } from "./scenarios/self-call.ts";
import { slowLinks } from "./scenarios/slow-links.ts";
import { soundLinks } from "./scenarios/sound-links.ts";
import { startUp } from "./scenarios/start-up.ts";
import { statusLine } from "./scenarios/status-line.ts";
import { voice } from "./scenarios/voice.ts";

/** The groups, each of which can be asked for by its name. */
export const groups: Readonly<Record<string, readonly Scenario[]>> = {
  call: [selfCall, cpu, startUp, pipeline, keys, statusLine],
  loopback,
  links: [...slowLinks, ...changingLinks, ...fileLinks],
  many: [receivers],
  long: [memory],
  sound: [voice, lipSync, ...soundLinks, echo],
  beside: [besideH264, besideJpeg, beside480p, besideUnpaced, besideBytes, besideLink2m],
};

/** Every scenario. */
export const scenarios: readonly Scenario[] = Object.values(groups).flat();

/** The scenarios of these names, which may be groups' too, or "all"; and the names that are none. */
export function scenariosNamed(names: readonly string[]): { readonly chosen: readonly Scenario[]; readonly unknown: readonly string[] } {
  const named = (name: string): readonly Scenario[] =>
    name === "all" ? scenarios : (groups[name] ?? scenarios.filter((scenario) => scenario.name === name));
  return { chosen: [...new Set(names.flatMap(named))], unknown: names.filter((name) => named(name).length === 0) };
}

/** The list that is printed without a name. */
export function formatScenarioList(): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  const lines = Object.entries(groups).map(
    ([group, of]) => `${group}:\n${of.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}\n`).join("")}`,
  );
  return `Scenarios and groups, run with pnpm bench NAME [--json] [--runs N]; all means all:\n\n${lines.join("\n")}`;
}
