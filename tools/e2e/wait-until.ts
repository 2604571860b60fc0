// Waiting for what nobody announces (another process' end, a file), with a time limit that says what was waited for.

import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 20;

/** Resolves as soon as `condition` holds. @throws Error after `limitMs`, saying what was waited for */
export async function waitUntil(condition: () => boolean | Promise<boolean>, what: string, limitMs: number = 10_000): Promise<void> {
  const untilMs = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > untilMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await sleep(pollMs);
  }
}

/** Gives what `promise` gives. @throws Error after `limitMs`, with what `describe` then says */
export async function within<T>(promise: Promise<T>, limitMs: number, describe: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${limitMs / 1000} s: ${describe()}`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
