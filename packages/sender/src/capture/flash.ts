// When the test card flashes and beeps: for a tenth of every second of the clock that all processes of a computer share.

const periodUs = 1_000_000;
const lengthUs = 100_000;

/** Whether the test card flashes, and its tone sounds, at this instant. */
export function isBeepTime(timeUs: number): boolean {
  return timeUs % periodUs < lengthUs;
}
