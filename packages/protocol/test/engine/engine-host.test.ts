// An engine as a real process: what it carries, how it dies, what it may not do. Times are generous: starting one takes seconds on a busy computer.
// @timeout 300
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import { describeDeath, type EngineDeath, EngineHost } from "../../src/engine/engine-host.ts";
import { PacketAssembler } from "../../src/media/packet-assembler.ts";
import type { EncodedPacket } from "../../src/media/packet.ts";
import type { Message } from "../../src/messages/message.ts";
import { packetOf } from "../media/packet.ts";

const test = suite("EngineHost");

const entry = new URL("./echo-engine.ts", import.meta.url);
const withTypeScript = { NODE_OPTIONS: `--import ${import.meta.resolve("tsx")}` };

/** A host of the echo engine, and all that it told. */
class Hosted {
  readonly messages: Message[] = [];
  readonly packets: EncodedPacket[] = [];
  readonly restarts: EngineDeath[] = [];
  readonly givenUp: EngineDeath[] = [];
  readonly engine: EngineHost;
  #assembler = new PacketAssembler();

  constructor(env: Readonly<Record<string, string>> = {}, program: URL = entry, pulseLimitMs?: number) {
    this.engine = new EngineHost({
      entry: program,
      confinement: { dataMiB: 600, files: 128, network: "none" },
      ...(pulseLimitMs === undefined ? { isWatched: true } : { pulseLimitMs }),
      env: { ...withTypeScript, ...env },
      onMessage: (message) => {
        if (message.type === "video") {
          const packet = this.#assembler.push(message);
          if (packet !== undefined) this.packets.push(packet);
        } else this.messages.push(message);
      },
      onRestart: (death) => {
        this.restarts.push(death);
        this.#assembler = new PacketAssembler();
      },
      onGiveUp: (death) => this.givenUp.push(death),
    });
  }

  events(name: string): readonly Message[] {
    return this.messages.filter((message) => message.type === "engine-event" && message.value["event"] === name);
  }

  order(value: Readonly<Record<string, string | number>>): void {
    this.engine.send({ type: "engine-configure", value });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.stop();
  }
}

async function until(what: string, isSo: () => boolean, withinMs: number = 40_000): Promise<void> {
  for (const endMs = performance.now() + withinMs; !isSo();) {
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(5);
  }
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("carries packets of all sizes, and messages among them, unchanged and in order", async () => {
  await using host = new Hosted();
  const sizes = [1, 2, 16_383, 16_384, 16_385, 65_536, 70_000, 1_000_000, 4_194_304, 3];
  const sent = sizes.map((bytes, index) => packetOf(bytes, { frame: index + 1, keyframe: index % 2 === 0 }));
  for (const packet of sent) host.engine.sendPacket(packet);
  host.engine.send({ type: "credit", track: 1, packets: 9, targetBitrateBps: 4_000_000_000 });
  await until("all packets", () => host.packets.length === sizes.length);
  await until("the credit", () => host.messages.some(({ type }) => type === "credit"));
  assert.deepEqual(host.packets, sent);
  assert.deepEqual(host.messages.at(-1), { type: "credit", track: 1, packets: 9, targetBitrateBps: 4_000_000_000 });
  assert.equal(host.engine.pendingBytes, 0);
});

test("starts another engine when one is killed, and tells how it died", async () => {
  await using host = new Hosted();
  await until("ready", () => host.events("ready").length === 1);
  const first = host.engine.pid;
  assert.ok(first !== undefined);
  process.kill(first, "SIGKILL");
  await until("another one", () => host.events("ready").length === 2);
  assert.notEqual(host.engine.pid, first);
  assert.deepEqual(host.restarts, [{ exitCode: null, signal: "SIGKILL", lastWords: "" }]);
  assert.equal(host.givenUp.length, 0);
  host.engine.sendPacket(packetOf(100));
  await until("an echo of the new one", () => host.packets.length === 1);
});

test("gives an engine up that dies three times within a minute, with the end of what it wrote", async () => {
  await using host = new Hosted({ ECHO_ENGINE_DIES: "at once" });
  await until("the end", () => host.givenUp.length === 1);
  assert.equal(host.restarts.length, 2);
  assert.equal(host.givenUp[0]?.exitCode, 7);
  assert.equal(host.givenUp[0]?.lastWords, "nothing works here\n");
  const { pid } = host.engine;
  await sleep(200);
  assert.equal(host.engine.pid, pid, "it was started again");
  host.engine.send({ type: "credit", track: 1, packets: 1, targetBitrateBps: 0 });
  host.engine.sendPacket(packetOf(10));
  assert.equal(host.engine.pendingBytes, 0);
});

test("gives a program up that is not there, and can then be stopped at once", async () => {
  const host = new Hosted({}, new URL("./no-such-engine.ts", import.meta.url));
  await until("the end", () => host.givenUp.length === 1);
  const sinceMs = performance.now();
  await host.engine.stop();
  assert.ok(performance.now() - sinceMs < 500);
});

test("ends an engine whose pipe carries what is no message", async () => {
  await using host = new Hosted();
  await until("ready", () => host.events("ready").length === 1);
  host.order({ do: "babble" });
  await until("another one", () => host.events("ready").length === 2);
  assert.deepEqual(
    host.restarts.map(({ signal }) => signal),
    ["SIGKILL"],
  );
});

test("hears nothing of an engine after it has told of its death", async () => {
  await using host = new Hosted();
  await until("ready", () => host.events("ready").length === 1);
  host.order({ do: "last words" });
  await until("its death", () => host.restarts.length === 1);
  const heard = host.messages.filter(({ type }) => type === "credit").length;
  await until("another one", () => host.events("ready").length === 2);
  assert.equal(host.messages.filter(({ type }) => type === "credit").length, heard);
});

test("stops an engine by closing its pipe, and resolves when its process is gone", async () => {
  const host = new Hosted();
  await until("ready", () => host.events("ready").length === 1);
  const { pid } = host.engine;
  await Promise.all([host.engine.stop(), host.engine.stop()]);
  assert.equal(isAlive(pid), false);
  assert.equal(host.restarts.length + host.givenUp.length, 0);
  await host.engine.stop();
});

test("kills an engine that does not leave, after two seconds", async () => {
  const host = new Hosted();
  await until("ready", () => host.events("ready").length === 1);
  host.order({ do: "stay" });
  await until("its word", () => host.events("staying").length === 1);
  const { pid } = host.engine;
  const sinceMs = performance.now();
  await host.engine.stop();
  const tookMs = performance.now() - sinceMs;
  assert.ok(tookMs > 1_900 && tookMs < 4_000, `${tookMs} ms`);
  assert.equal(isAlive(pid), false);
});

test("can be stopped before the engine has started", async () => {
  const host = new Hosted();
  await host.engine.stop();
  assert.equal(isAlive(host.engine.pid), false);
  assert.equal(host.restarts.length + host.givenUp.length, 0);
});

test("kills an engine that computes for ever over a packet, and starts another", async () => {
  await using host = new Hosted();
  await until("ready", () => host.events("ready").length === 1);
  host.engine.sendPacket(packetOf(100));
  host.order({ do: "report" });
  await until("a report", () => host.messages.some(({ type }) => type === "report"));
  host.order({ do: "compute" });
  host.engine.sendPacket(packetOf(100, { frame: 2 }));
  await until("its death", () => host.restarts.length === 1, 30_000);
  const [death] = host.restarts;
  assert.ok(death !== undefined);
  assert.match(describeDeath(death), /^was ended by SIGKILL: it computed for \d+ ms over a packet$/);
  await until("another one", () => host.events("ready").length === 2, 30_000);
});

test("kills an engine that waits for ever over a packet of the call, but not over a self-view's, which is not answered", async () => {
  await using host = new Hosted();
  await using other = new Hosted();
  for (const each of [host, other]) {
    await until("ready", () => each.events("ready").length === 1);
    each.order({ do: "wait" });
  }
  other.engine.sendPacket({ ...packetOf(100), track: 2 });
  host.engine.sendPacket(packetOf(100));
  await until("its death", () => host.restarts.length === 1, 30_000);
  assert.match(host.restarts[0]?.lastWords ?? "", /not answered for 10 s/);
  await sleep(600);
  assert.equal(other.restarts.length, 0);
});

test("kills an engine that hangs with nothing to do, and starts it again, but not one that only has nothing to say", async () => {
  // More than an engine's start takes on a busy computer.
  const limitMs = 15_000;
  await using hung = new Hosted({}, entry, limitMs);
  await using idle = new Hosted({}, entry, limitMs);
  await until("ready", () => hung.events("ready").length === 1 && idle.events("ready").length === 1);
  hung.order({ do: "wait" });
  await until("its death", () => hung.restarts.length === 1);
  assert.match(hung.restarts[0]?.lastWords ?? "", /no sign of life for 15 s/);
  await until("its successor", () => hung.events("ready").length === 2);
  // It was ready before the other one hung. Its pulse is not told.
  assert.deepEqual([idle.messages.length, idle.restarts.length], [1, 0]);
});

test("lets an engine have no more memory than it was given", async () => {
  if (process.platform !== "linux") return;
  await using host = new Hosted();
  await until("ready", () => host.events("ready").length === 1);
  host.order({ do: "take", mebibytes: 4096 });
  // It gets an error, or dies of it: never the memory.
  await until("an answer", () => host.events("taken").length === 1 || host.restarts.length === 1, 30_000);
  const [taken] = host.events("taken");
  const mebibytes = taken?.type === "engine-event" ? Number(taken.value["mebibytes"]) : 0;
  assert.ok(mebibytes < 600, `${mebibytes} MiB`);
});

test("gives up an engine for which there are no descriptors, with the reason, and goes on living itself", async () => {
  const program = fileURLToPath(new URL("./starved-host.ts", import.meta.url));
  const words = ["-c", 'ulimit -n 64; exec "$@"', "sh", process.execPath, "--import", import.meta.resolve("tsx"), program];
  const child = spawn("/bin/sh", words, { stdio: ["ignore", "pipe", "inherit"] });
  assert.deepEqual(JSON.parse(await text(child.stdout)), { restarts: 2, givenUp: ["spawn /bin/sh EMFILE"] });
});

test("tells a death in a line that is safe for a terminal", () => {
  const death = (end: Partial<EngineDeath>): string => describeDeath({ exitCode: null, signal: null, lastWords: "", ...end });
  assert.equal(death({ exitCode: 3 }), "ended with code 3");
  assert.equal(death({}), "ended with code unknown");
  assert.equal(death({ signal: "SIGSEGV" }), "was ended by SIGSEGV");
  assert.equal(death({ exitCode: 1, lastWords: "first\nlast\n" }), "ended with code 1: last");
  assert.equal(death({ exitCode: 1, lastWords: "TypeError: no\n    at x\n\nNode.js v20\n" }), "ended with code 1: TypeError: no");
  assert.doesNotMatch(death({ exitCode: 1, lastWords: "a\u001b]0;owned\u0007\u009b31m\u202eb" }), /[\p{Cc}\u202e]/u);
});

test.run();
