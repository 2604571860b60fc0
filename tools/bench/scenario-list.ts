// All scenarios, in the order in which they are listed. A new one is one file in scenarios/, and one line here.

import type { Scenario } from "./scenario.ts";
import { beside480p } from "./scenarios/beside-480p.ts";
import { besideH264 } from "./scenarios/beside-h264.ts";
import { besideJpeg } from "./scenarios/beside-jpeg.ts";
import { besideLink2m } from "./scenarios/beside-link-2m.ts";
import { besideUnpaced } from "./scenarios/beside-unpaced.ts";
import { cpu } from "./scenarios/cpu.ts";
import { pipeline } from "./scenarios/pipeline.ts";
import { selfCall } from "./scenarios/self-call.ts";
import { slowLinks } from "./scenarios/slow-links.ts";
import { startUp } from "./scenarios/start-up.ts";

const besideOthers = [besideH264, besideJpeg, beside480p, besideUnpaced, besideLink2m];

/** Every scenario. */
export const scenarios: readonly Scenario[] = [selfCall, cpu, startUp, pipeline, ...slowLinks, ...besideOthers];
