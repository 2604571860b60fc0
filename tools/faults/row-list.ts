// All rows of the faults table.

import type { FaultRow } from "./fault-row.ts";
import { blackholes } from "./rows/blackhole.ts";
import { camera } from "./rows/camera.ts";
import { churn } from "./rows/churn.ts";
import { deaths } from "./rows/deaths.ts";
import { halfOpen } from "./rows/half-open.ts";
import { links } from "./rows/links.ts";
import { load } from "./rows/load.ts";
import { senderRestart } from "./rows/sender-restart.ts";
import { slowReceivers } from "./rows/slow-receivers.ts";
import { texts } from "./rows/texts.ts";
import { wallClock } from "./rows/wall-clock.ts";

/** In the order of the table. */
export const faultRows: readonly FaultRow[] = [
  ...deaths,
  camera,
  ...blackholes,
  halfOpen,
  ...links,
  slowReceivers,
  senderRestart,
  wallClock,
  ...texts,
  ...load,
  churn,
];
