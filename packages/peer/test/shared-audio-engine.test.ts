import assert from "node:assert/strict";
import type { Message } from "@simple-video-chat/protocol";
import type { EngineHost, EngineHostOptions } from "@simple-video-chat/protocol/engine";
import { suite } from "uvu";
import { SharedAudioEngine } from "../src/audio/shared-audio-engine.ts";

const test = suite("SharedAudioEngine");

test("is one engine for both halves: started for the first, told of to both, ended with the last", async () => {
  const started: EngineHostOptions[] = [];
  const sent: Message[] = [];
  let stopped = 0;
  const shared = new SharedAudioEngine((options) => {
    started.push(options);
    const engine = { pid: 7, send: (message: Message) => sent.push(message), stop: () => Promise.resolve(void stopped++) };
    return engine as unknown as EngineHost;
  });
  const heard: string[] = [];
  const share = (name: string) =>
    shared.join({ onMessage: () => heard.push(name), onRestart: () => heard.push(`${name} anew`), onGiveUp: () => {} });
  const [first, second] = [share("first"), share("second")];
  assert.equal(started.length, 1);
  second.send({ type: "engine-configure", value: {} });
  started[0]?.onMessage({ type: "engine-event", value: {} });
  started[0]?.onRestart({ exitCode: 1, signal: null, lastWords: "" });
  assert.deepEqual(heard, ["first", "second", "first anew", "second anew"]);
  assert.equal(sent.length, 1);
  assert.equal(first.pid, 7);
  await first.stop();
  assert.equal(stopped, 0);
  await second.stop();
  assert.equal(stopped, 1);
});

test.run();
