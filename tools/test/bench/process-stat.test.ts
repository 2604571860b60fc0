// Tests of tools/bench/process-stat.ts and cpu-use.ts: /proc as Linux writes it, and as a hostile program name makes it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { difference, otherCores, roleOf, sumByRole, total } from "../../bench/cpu-use.ts";
import { parseBusyMs, parseProcessStat, parsePssBytes, parseRssBytes, readBusyMs, readTree, treeOf } from "../../bench/process-stat.ts";

// Fields of proc(5): 1 pid, 2 (name), 3 state, 4 parent, …, 14 utime 431 and 15 stime 27 in hundredths of a second, 16 cutime, …
const statRest = "S 100 4242 4242 0 -1 4194560 25433 0 12 0 431 27 9000 9000 20 0 11 0 123456 1111111 22222 18446744073709551615";

test("reads process, parent and CPU time of a /proc/PID/stat line", () => {
  assert.equal(parseProcessStat(`4242 (node) ${statRest}\n`), { pid: 4242, parentPid: 100, cpuMs: 4580 });
});

test("is not confused by a program name with spaces and parentheses", () => {
  assert.equal(parseProcessStat(`4242 (a) S 1 (b ) 9) ${statRest}`), { pid: 4242, parentPid: 100, cpuMs: 4580 });
});

test("refuses what is not such a line", () => {
  for (const line of ["", "4242 node S 1", "4242 (node) S", "x (node) ".concat(statRest)]) {
    assert.throws(
      () => parseProcessStat(line),
      (error: unknown) => error instanceof RangeError,
      line,
    );
  }
});

test("reads resident memory in bytes, and none as 0", () => {
  assert.is(parseRssBytes("Name:\tnode\nVmHWM:\t  90000 kB\nVmRSS:\t   64512 kB\nThreads:\t11\n"), 64512 * 1024);
  assert.is(parseRssBytes("Name:\tkthreadd\n"), 0);
});

test("reads the proportional share in bytes, and not its parts", () => {
  const rollup = "5581 - 7ffd ---p 00000000 00:00 0 [rollup]\nRss:  64512 kB\nPss:  20480 kB\nPss_Dirty: 10000 kB\n";
  assert.is(parsePssBytes(rollup), 20480 * 1024);
  assert.is(parsePssBytes(""), 0);
});

test("counts user, nice, system, interrupts and stolen time as busy, and neither idling nor guests twice", () => {
  assert.is(parseBusyMs("cpu  100 20 30 9999 500 1 2 3 50 60\ncpu0 1 2 3 4 5 6 7 8 9 10\n"), 1560);
});

test("finds the children and their children, and nobody else's", () => {
  const processes = [
    { pid: 1, parentPid: 0 },
    { pid: 12, parentPid: 11 },
    { pid: 10, parentPid: 1 },
    { pid: 11, parentPid: 10 },
    { pid: 20, parentPid: 1 },
  ];
  assert.equal(
    treeOf(processes, 10).map(({ pid }) => pid),
    [12, 10, 11],
  );
  assert.equal(treeOf(processes, 99), []);
});

test("tells the engines from the network process by their command lines", () => {
  assert.is(roleOf("/usr/bin/node /somewhere/packages/sender/dist/engine/main.js"), "capture");
  assert.is(roleOf("/usr/bin/node /somewhere/packages/receiver/dist/engine/main.js"), "playback");
  assert.is(roleOf("/usr/bin/node /somewhere/packages/receiver/bin/svc-receiver.js --json"), "network");
});

test("sums CPU and memory by role", () => {
  const use = (command: string, cpuMs: number) => ({ pid: 1, parentPid: 0, command, cpuMs, rssBytes: cpuMs * 10, pssBytes: cpuMs * 4 });
  const { cpuMs, rssBytes, pssBytes } = sumByRole([
    use("node svc-peer.js", 5),
    use("node x/sender/dist/engine/main.js", 70),
    use("node x/receiver/dist/engine/main.js", 20),
  ]);
  assert.equal(cpuMs, { network: 5, capture: 70, playback: 20 });
  assert.equal(rssBytes, { network: 50, capture: 700, playback: 200 });
  assert.equal(pssBytes, { network: 20, capture: 280, playback: 80 });
  assert.is(total(difference({ network: 1, capture: 2, playback: 3 }, cpuMs)), 89);
});

test("gives to others what the machine was busy without us, never less than nothing", () => {
  assert.is(otherCores({ atMs: 0, busyMs: 500 }, { atMs: 1000, busyMs: 1700 }, 900), 0.3);
  assert.is(otherCores({ atMs: 0, busyMs: 500 }, { atMs: 1000, busyMs: 700 }, 210), 0);
});

test("sees a real child, its command and its memory", async () => {
  if (process.platform !== "linux") return;
  const child = spawn(
    process.execPath,
    ["-e", "process.stdin.once('data', () => process.exit()); console.log('up')", "sender/dist/engine/"],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  try {
    await once(child.stdout, "data");
    const found = readTree(process.pid).find(({ pid }) => pid === child.pid);
    assert.is(found?.parentPid, process.pid);
    assert.match(found?.command ?? "", "sender/dist/engine/");
    assert.ok((found?.rssBytes ?? 0) > 1e6);
    assert.ok(readBusyMs() > 0);
  } finally {
    child.stdin.end("end");
    await once(child, "close");
  }
});

test.run();
