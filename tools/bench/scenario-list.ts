// All scenarios, in the order in which they are listed. A new one is one file in scenarios/, and one line here.

import type { Scenario } from "./scenario.ts";
import { cpu } from "./scenarios/cpu.ts";
import { echo } from "./scenarios/echo.ts";
import { pipeline } from "./scenarios/pipeline.ts";
import { selfCall } from "./scenarios/self-call.ts";
import { slowLinks } from "./scenarios/slow-links.ts";
import { startUp } from "./scenarios/start-up.ts";

/** Every scenario. */
export const scenarios: readonly Scenario[] = [selfCall, cpu, startUp, pipeline, ...slowLinks, echo];
