// An audio engine is woken 100 times a second and works for a fraction of a millisecond each time: it must not wait for those who compute.

import { constants, setPriority } from "node:os";

/** Asks the system to run this process before others. Without the right to, it goes on as it is. */
export function askForPriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    // Most systems give it to the administrator only, and to whoever has RLIMIT_NICE.
  }
}
