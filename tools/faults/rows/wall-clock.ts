// The wall clock jumps by two hours and back under a running call, at one end, both of its processes: by libfaketime, since a computer's own
// clock is not a test's to set.

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { nowUs } from "@simple-video-chat/protocol";

import { withPrograms } from "../../e2e/program.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import type { FaultFigures, FaultRow } from "../fault-row.ts";
import { watchCall } from "../watched-call.ts";

/** Debian's libfaketime, for programs with threads; the loader puts the folder of the computer's kind in place of $LIB. */
const library = "/usr/$LIB/faketime/libfaketimeMT.so.1";
const pauseMs = 1_500;
const execute = promisify(execFile);

/** The row. */
export const wallClock: FaultRow = {
  name: "wall-clock",
  fault: "the receiver's wall clock jumps by 2 h, forth and back",
  figures: [
    { name: "jumpMs", label: "of the clock seen by the program", unit: "ms", atLeast: 7_000_000 },
    { name: "lost", label: "connections lost, silences, late pictures", unit: "", atMost: 0 },
    { name: "stale", label: "pictures left out as too old", unit: "", atMost: 0, slack: 30 },
    { name: "worstAgeMs", label: "oldest picture shown", unit: "ms", atMost: 500, slack: 20 },
    { name: "backMs", label: "next picture after a jump", unit: "ms", atMost: 500, slack: 4_000 },
  ],
  run,
};

async function run(): Promise<FaultFigures> {
  const figures = { jumpMs: 0, lost: 0, stale: 0, worstAgeMs: 0, backMs: 0 };
  const folder = makeFolder();
  const file = join(folder.path, "offset");
  const setClock = (offset: string): void => writeFileSync(file, `${offset}\n`);
  setClock("+0");
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  try {
    await withPrograms(async (start) => {
      const call = await watchCall(start, { receiver: { env } });
      const fromUs = nowUs();
      for (const offset of ["+2h", "-2h", "+0"]) {
        const atUs = nowUs();
        setClock(offset);
        figures.backMs = Math.max(figures.backMs, await call.pictureBackMs(atUs));
        await sleep(pauseMs);
      }
      figures.worstAgeMs = Math.max(...call.latencies(fromUs));
      const isTrouble = (event: unknown): boolean => event === "reconnecting" || event === "silent" || event === "late";
      figures.lost = [...call.receiver.events, ...call.sender.events].filter(({ event }) => isTrouble(event)).length;
      figures.stale = (await call.end()).dropped["stale"] ?? 0;
    })();
    setClock("+2h");
    figures.jumpMs = await seenJumpMs(env);
  } finally {
    folder.remove();
  }
  return figures;
}

/** How far a program's wall clock is from ours in this environment, ms: the row means nothing when nothing jumps. */
async function seenJumpMs(env: Readonly<Record<string, string>>): Promise<number> {
  const { stdout } = await execute(process.execPath, ["-p", "Date.now()"], { env: { ...process.env, ...env } });
  return Number(stdout) - Date.now();
}
