// The instants of a device's blocks: evenly spaced as its crystal makes them, held to measurements that jitter as processes do.
import { type Micros, micros } from "../time/clock.ts";
import { blockUs } from "./sound.ts";

/** Share of a measurement's deviation that is believed at once: with 100 blocks a second it settles in half a second. */
const gain = 0.02;
/** A deviation beyond this is no jitter: the device paused, or was changed. */
const jumpUs = 60_000;

/** Turns measured instants of blocks that follow each other into steady ones. */
export class SteadyClock {
  #nextUs: number | undefined;

  /** The instant of the next block, which was measured to be `measuredUs`. */
  next(measuredUs: number): Micros {
    const expectedUs = this.#nextUs ?? measuredUs;
    const deviationUs = measuredUs - expectedUs;
    const atUs = Math.abs(deviationUs) > jumpUs ? measuredUs : expectedUs + gain * deviationUs;
    this.#nextUs = atUs + blockUs;
    return micros(Math.max(0, Math.round(atUs)));
  }
}
