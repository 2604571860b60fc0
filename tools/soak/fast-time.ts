// A day in a minute and a half: a clock that runs many times as fast, for the limits on rates, while the times that a session waits stay real.

import { defaultTiming, micros, nowUs, type Scheduler, type SessionTiming } from "@simple-video-chat/protocol";

/** A clock that runs `speed` times as fast as the computer's. */
export function fastScheduler(speed: number): Scheduler {
  const startUs = nowUs();
  return {
    nowUs: () => micros(Math.round(startUs + (nowUs() - startUs) * speed)),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs / speed);
      return () => clearTimeout(timer);
    },
  };
}

/** A session's times, as long by the real clock as ever. */
export function fastTiming(speed: number): SessionTiming {
  return Object.fromEntries(Object.entries(defaultTiming).map(([name, ms]) => [name, ms * speed])) as unknown as SessionTiming;
}
