import assert from "node:assert/strict";
import { suite } from "uvu";
import { AudioEngine, type AudioEngineOptions } from "../../src/engine/audio-engine.ts";
import type { Message } from "../../src/messages/message.ts";

const test = suite("AudioEngine");
const death = { exitCode: 1, signal: null, lastWords: "" };

function bench() {
  const sent: Message[] = [];
  const told: string[] = [];
  const started: AudioEngineOptions[] = [];
  const engine = new AudioEngine(
    (options) => {
      started.push(options);
      return { pid: 7, send: (message) => void sent.push(message), stop: () => Promise.resolve(void told.push("stopped")) };
    },
    {
      onMessage: ({ type }) => told.push(type),
      onRestart: () => told.push("restarted"),
      onTrouble: ({ code, isFinal }) => told.push(`${code} ${isFinal}`),
    },
  );
  return { engine, sent, told, started };
}

test("is started with its first command, once, and hears of nothing before it", async () => {
  const { engine, sent, told, started } = bench();
  engine.send({ type: "engine-event", value: {} });
  await engine.stop();
  assert.deepEqual([engine.pid, started.length, told], [undefined, 0, []]);
  engine.command({ command: "play" });
  engine.command({ command: "play-stop" });
  engine.send({ type: "engine-event", value: {} });
  assert.equal(started.length, 1);
  assert.deepEqual(
    sent.map(({ type }) => type),
    ["engine-configure", "engine-configure", "engine-event"],
  );
  await engine.stop();
  assert.deepEqual([engine.pid, told], [7, ["stopped"]]);
});

test("says that an engine died before it asks for commands for the next one, and when there is none any more", () => {
  const { engine, told, started } = bench();
  engine.command({ command: "play" });
  started[0]?.onRestart(death);
  assert.equal(engine.isGivenUp, false);
  started[0]?.onGiveUp(death);
  assert.deepEqual([told, engine.isGivenUp], [["engine-failed false", "restarted", "engine-failed true"], true]);
});

test.run();
