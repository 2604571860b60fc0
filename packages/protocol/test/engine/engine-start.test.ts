// Engines that are started before they are wanted: given out once, as exactly what is wanted, and gone when nobody wants them.
// @timeout 300
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import { EngineHost } from "../../src/engine/engine-host.ts";
import { type EngineStart, startEngine, startEngineEarly } from "../../src/engine/engine-start.ts";

const test = suite("engines started early");

const start: EngineStart = {
  entry: new URL("./echo-engine.ts", import.meta.url),
  confinement: { dataMiB: 600, files: 128, network: "none" },
  env: { NODE_OPTIONS: `--import ${import.meta.resolve("tsx")}` },
};

/** Hosts an engine; resolves with its process id, as itself tells it, when it has ended. */
async function hosted(wanted: EngineStart): Promise<{ readonly hostPid: number | undefined; readonly enginePid: unknown }> {
  let engine: EngineHost | undefined;
  const enginePid = await new Promise<unknown>((resolve, reject) => {
    engine = new EngineHost({
      ...wanted,
      onMessage: (message) => {
        if (message.type === "engine-event") resolve(message.value["pid"]);
      },
      onRestart: ({ lastWords }) => reject(new Error(lastWords)),
      onGiveUp: ({ lastWords }) => reject(new Error(lastWords)),
    });
  });
  const hostPid = engine?.pid;
  await engine?.stop();
  return { hostPid, enginePid };
}

test("one that was started early is the one that is hosted, once", async () => {
  startEngineEarly(start);
  const first = await hosted(start);
  const second = await hosted(start);
  assert.equal(first.enginePid, first.hostPid);
  assert.equal(second.enginePid, second.hostPid);
  assert.notEqual(first.enginePid, second.enginePid);
});

test("one with other limits is not taken for the one that is wanted, and ends", async () => {
  startEngineEarly(start);
  const wanted: EngineStart = { ...start, confinement: { ...start.confinement, files: 64 } };
  const child = startEngine(wanted);
  try {
    assert.ok(child.spawnargs.includes("64"), child.spawnargs.join(" "));
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  // The early one is not kept for later either.
  const { hostPid, enginePid } = await hosted(start);
  assert.equal(enginePid, hostPid);
});

test("one that died before it was wanted is replaced", async () => {
  startEngineEarly({ ...start, env: { ...start.env, ECHO_ENGINE_DIES: "at once" } });
  const { hostPid, enginePid } = await hosted(start);
  assert.equal(enginePid, hostPid);
});

test("a program that wants none is not kept running by it, and takes it along", async () => {
  const module = new URL("../../src/engine/engine-start.ts", import.meta.url).href;
  const script = `
    import { startEngineEarly } from ${JSON.stringify(module)};
    startEngineEarly({ ...${JSON.stringify({ ...start, entry: undefined })}, entry: new URL(${JSON.stringify(start.entry.href)}) });
  `;
  const program = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const [said, [exitCode]] = await Promise.all([text(program.stderr ?? process.stdin), once(program, "exit")]);
  assert.equal(exitCode, 0, said);
});

test("one that nobody wants ends by itself", async () => {
  if (process.platform !== "linux") return;
  const folder = mkdtempSync(join(tmpdir(), "svc-early-"));
  try {
    const entry = join(folder, "unwanted.mjs");
    // An engine ends with its pipe.
    writeFileSync(entry, 'import { Socket } from "node:net"; new Socket({ fd: 3 }).on("close", () => process.exit()).resume();');
    const isRunning = (): boolean =>
      readdirSync("/proc").some((name) => {
        try {
          return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(entry);
        } catch {
          // It has ended meanwhile.
          return false;
        }
      });
    startEngineEarly({ ...start, entry: pathToFileURL(entry), env: {} }, 300);
    assert.ok(isRunning());
    const alive = setInterval(() => {}, 1_000);
    for (const endMs = performance.now() + 60_000; isRunning();) {
      assert.ok(performance.now() < endMs, "it goes on");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    clearInterval(alive);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
