// All rows of the faults table.

import type { FaultRow } from "./fault-row.ts";
import { blackholes } from "./rows/blackhole.ts";
import { deaths } from "./rows/deaths.ts";
import { halfOpen } from "./rows/half-open.ts";
import { links } from "./rows/links.ts";

/** In the order of the table. */
export const faultRows: readonly FaultRow[] = [...deaths, ...blackholes, halfOpen, ...links];
