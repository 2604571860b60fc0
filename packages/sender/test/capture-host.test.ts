import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Message, micros, videoChunks } from "@simple-video-chat/protocol";
import type { EngineDeath, EngineHostOptions } from "@simple-video-chat/protocol/engine";
import fc from "fast-check";
import { suite } from "uvu";

import { type CaptureEngine, CaptureHost, type CaptureHostOptions } from "../src/capture-host.ts";
import type { CaptureCommand, CaptureEvent } from "../src/engine/capture-command.ts";
import { OutgoingVideo } from "../src/outgoing-video.ts";
import { FakeSession, packetOf, track } from "./fake-session.ts";

const test = suite("CaptureHost");

const options: CaptureHostOptions = {
  source: { kind: "testcard", widthPx: 64, heightPx: 48, frameRate: 30 },
  codec: "h264",
  encoder: "auto",
  bitrateBps: 1_000_000,
  maxSidePx: 64,
  maxFrameRate: 30,
  selfView: false,
  preview: false,
};
const death: EngineDeath = { exitCode: 1, signal: null, lastWords: "" };

/** An engine that does what the test says. */
class FakeEngine implements CaptureEngine {
  readonly pid = 1;
  readonly options: EngineHostOptions;
  readonly received: Message[] = [];
  /** Answers "stop" by itself. */
  isObedient = true;
  /** The last settled frame of the first tier. */
  get frame(): number {
    return this.tiers.get(1)?.frame ?? 0;
  }
  /** The open tiers of the present run by their track, and what was counted of each. */
  readonly tiers = new Map<number, { frame: number; notEncoded: number; encoderDropped: number }>();

  constructor(engine: EngineHostOptions) {
    this.options = engine;
  }

  send(message: Message): void {
    this.received.push(message);
    const command = message.type === "engine-configure" ? (message.value as unknown as CaptureCommand) : undefined;
    if (command?.command === "start") {
      this.tiers.clear();
      this.#open(command.track, command.firstFrame - 1);
    }
    if (command?.command === "open-tier") {
      const frame = this.#newest();
      this.#open(command.track, frame);
      this.options.onMessage({ ...track, track: command.track, widthPx: 32 });
      this.say({ event: "tier-opened", run: command.run, track: command.track, frame });
    }
    if (command?.command === "close-tier") this.tiers.delete(command.track);
    if (command?.command === "stop" && this.isObedient) this.say({ event: "stopped", run: command.run });
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  get commands(): readonly CaptureCommand[] {
    return this.received.flatMap((message) => (message.type === "engine-configure" ? [message.value as unknown as CaptureCommand] : []));
  }

  get credits(): number {
    return this.received.filter(({ type }) => type === "credit").length;
  }

  say(event: CaptureEvent): void {
    this.options.onMessage({ type: "engine-event", value: JSON.parse(JSON.stringify(event)) });
  }

  packet(skipped: number = 0, keyframe: boolean = false, track: number = 1): void {
    const tier = this.#tier(track);
    tier.frame += skipped + 1;
    tier.notEncoded += skipped;
    for (const chunk of videoChunks({ ...packetOf(tier.frame, keyframe), track })) this.options.onMessage(chunk);
  }

  drop(skipped: number = 0, track: number = 1): void {
    const tier = this.#tier(track);
    tier.frame += skipped + 1;
    tier.notEncoded += skipped;
    tier.encoderDropped++;
    this.count(0, track);
  }

  count(more: number = 0, track: number = 1): void {
    const tier = this.#tier(track);
    tier.frame += more;
    tier.notEncoded += more;
    this.options.onMessage({ type: "capture-count", track, ...tier });
  }

  #open(track: number, frame: number): void {
    this.tiers.set(track, { frame, notEncoded: 0, encoderDropped: 0 });
  }

  #tier(track: number): { frame: number; notEncoded: number; encoderDropped: number } {
    const tier = this.tiers.get(track);
    assert.ok(tier, `no tier ${track}`);
    return tier;
  }

  /** The last frame captured. */
  #newest(): number {
    return Math.max(0, ...[...this.tiers.values()].map(({ frame }) => frame));
  }
}

/** A receiver whose link is as the test says. */
class SteeredVideo extends OutgoingVideo {
  linkBps = 1_000_000;

  override get targetBitrateBps(): number {
    return this.linkBps;
  }

  override sentBitrateBps(): number {
    return this.linkBps;
  }
}

interface Hosted {
  readonly host: CaptureHost;
  readonly engine: FakeEngine;
  readonly deaths: boolean[];
  /** Codes of failures that end it. */
  readonly failures: string[];
  /** What was told of the time of a file. */
  readonly timelines: (number | undefined)[];
  join(): { readonly session: FakeSession; readonly video: SteeredVideo };
  end(): Promise<void>;
}

function start(): Hosted {
  const engines: FakeEngine[] = [];
  const deaths: boolean[] = [];
  const failures: string[] = [];
  const timelines: (number | undefined)[] = [];
  const videos: OutgoingVideo[] = [];
  const events = {
    onEvent: (event: CaptureEvent) => {
      if (event.event === "failed") failures.push(event.code);
    },
    onTimeline: (originUs: number | undefined) => void timelines.push(originUs),
    onEngineDeath: ({ isFinal }: { readonly isFinal: boolean }) => void deaths.push(isFinal),
  };
  const host = new CaptureHost(options, events, (engine) => {
    const made = new FakeEngine(engine);
    engines.push(made);
    return made;
  });
  const [engine] = engines;
  assert.ok(engine);
  return {
    host,
    engine,
    deaths,
    failures,
    timelines,
    join: () => {
      const session = new FakeSession();
      const video: SteeredVideo = new SteeredVideo(
        session,
        { maxLatencyMs: 200, maxBitrateBps: 1_000_000 },
        { onRoom: () => host.offerRoom(video), onKeyframeWanted: () => host.requestKeyframe(video) },
      );
      videos.push(video);
      host.add(video);
      video.connected(host.formatFor(video));
      return { session, video };
    },
    end: async () => {
      engine.isObedient = true;
      for (const video of videos) {
        video.stop();
        host.remove(video);
      }
      await host.close();
    },
  };
}

const starts = (engine: FakeEngine): number => engine.commands.filter(({ command }) => command === "start").length;
const stops = (engine: FakeEngine): number => engine.commands.filter(({ command }) => command === "stop").length;

test("opens the source for the first receiver, and releases it within two seconds of the last", async () => {
  const { host, engine, join, end } = start();
  assert.equal(starts(engine), 0);
  const [a, b] = [join(), join()];
  assert.equal(starts(engine), 1);
  host.remove(a.video);
  host.remove(b.video);
  const c = join();
  await sleep(1_700);
  assert.deepEqual([starts(engine), stops(engine)], [1, 0], "a receiver came back at once");
  host.remove(c.video);
  await sleep(1_700);
  assert.deepEqual([starts(engine), stops(engine)], [1, 1]);
  await end();
});

test("grants one packet at a time, and only while a receiver has room", async () => {
  const { engine, join, end } = start();
  const { session, video } = join();
  engine.options.onMessage(track);
  assert.equal(engine.credits, 1);
  engine.packet(0, true);
  engine.count();
  for (let packets = 0; packets < 20; packets++) engine.packet();
  assert.ok(engine.credits <= 4, `${engine.credits} without an ack`);
  const before = engine.credits;
  video.receive({ type: "ack", track: 1, bytes: session.bytes, frame: 1, receivedUs: micros(1) });
  assert.equal(engine.credits, before + 1);
  await end();
});

test("begins every start behind the frames that were told of, with its number", async () => {
  const { host, engine, join, end } = start();
  join();
  engine.packet(2, true);
  engine.count();
  await host.stopCapturing();
  host.pin();
  assert.deepEqual(
    engine.commands.map((command) => [command.command, command.run, command.command === "start" ? command.firstFrame : 0]),
    [
      ["start", 1, 1],
      ["stop", 1, 0],
      ["start", 2, 4],
    ],
  );
  await end();
});

test("waits for a stop that is under way, however many ask for it", async () => {
  const { host, engine, join, end } = start();
  join();
  engine.isObedient = false;
  const stopped: number[] = [];
  const both = [host.stopCapturing().then(() => stopped.push(1)), host.stopCapturing().then(() => stopped.push(2))];
  await sleep(50);
  assert.deepEqual(stopped, []);
  assert.equal(stops(engine), 1);
  engine.say({ event: "stopped", run: 1 });
  await Promise.all(both);
  assert.deepEqual(stopped, [1, 2]);
  await end();
});

test("starts anew for somebody who joins while it stops, behind all that the old run has to say yet", async () => {
  const { host, engine, join, end } = start();
  const first = join();
  engine.packet(0, true);
  engine.isObedient = false;
  host.remove(first.video);
  const stopped = host.stopCapturing();
  const late = join();
  assert.equal(starts(engine), 1, "the old run's packets would be taken for the new one's");
  engine.packet();
  engine.count(2);
  assert.equal(late.session.bytes, 0, "a packet of the old run");
  engine.say({ event: "stopped", run: 1 });
  await stopped;
  assert.deepEqual(
    engine.commands.flatMap((command) => (command.command === "start" ? [[command.run, command.firstFrame]] : [])),
    [
      [1, 1],
      [2, 5],
    ],
  );
  engine.packet(0, true);
  assert.ok(late.session.bytes > 0);
  const { notEncoded, encoderDropped, notSent, sent } = late.video.account;
  assert.deepEqual([notEncoded, encoderDropped, notSent, sent], [0, 0, 0, 1]);
  await end();
});

test("starts no more when it is stopped again before it has stopped, and in the next engine when this one dies of it", async () => {
  for (const dies of [false, true]) {
    const { host, engine, join, end } = start();
    join();
    engine.isObedient = false;
    const stopped = [host.stopCapturing()];
    host.pin();
    if (dies) engine.options.onRestart(death);
    else {
      stopped.push(host.stopCapturing());
      engine.say({ event: "stopped", run: 1 });
    }
    await Promise.all(stopped);
    assert.equal(starts(engine), dies ? 2 : 1);
    await end();
  }
});

test("does not wait for ever for an engine that hangs, dies or is given up while it stops", async () => {
  for (const what of ["hangs", "dies", "is given up"] as const) {
    const { host, engine, join, end } = start();
    join();
    engine.isObedient = false;
    const sinceMs = performance.now();
    const stopped = host.stopCapturing();
    if (what === "dies") engine.options.onRestart(death);
    if (what === "is given up") engine.options.onGiveUp(death);
    await stopped;
    const tookMs = performance.now() - sinceMs;
    assert.ok(what === "hangs" ? tookMs > 2_500 && tookMs < 5_000 : tookMs < 500, `${what}: ${tookMs} ms`);
    await end();
  }
});

test("stops at once, and starts no more, when the engine was given up", async () => {
  const { host, engine, deaths, join, end } = start();
  join();
  engine.options.onGiveUp(death);
  assert.deepEqual(deaths, [true]);
  const sent = engine.received.length;
  join();
  host.pin();
  await host.stopCapturing();
  assert.equal(engine.received.length, sent);
  await end();
});

test("takes the end of an earlier run for what it is", async () => {
  const { host, engine, join, end } = start();
  join();
  engine.isObedient = false;
  const stopped = host.stopCapturing();
  host.pin();
  engine.say({ event: "stopped", run: 1 });
  engine.say({ event: "failed", run: 1, code: "camera-busy", message: "" });
  await Promise.race([stopped, sleep(4_000)]);
  const before = engine.credits;
  engine.packet(0, true);
  assert.equal(engine.credits, before + 1, "the second run counts as ended");
  engine.say({ event: "failed", run: 2, code: "camera-lost", message: "" });
  const after = engine.credits;
  engine.packet();
  assert.equal(engine.credits, after, "the second run goes on after its end");
  await end();
});

test("asks for keyframes no more often than every 0.3 s, and asks the last one too", async () => {
  const { engine, join, end } = start();
  const keyframes = (): number => engine.received.filter(({ type }) => type === "keyframe-request").length;
  const { video } = join();
  await sleep(50);
  assert.equal(keyframes(), 0, "the first packet is a keyframe anyway");
  engine.packet(0, true);
  for (let times = 0; times < 10; times++) video.receive({ type: "keyframe-request", track: 1, reason: "gap" });
  await sleep(100);
  assert.equal(keyframes(), 0);
  await sleep(300);
  assert.equal(keyframes(), 1);
  await end();
});

test("starts a new engine where the dead one was, in the middle of a packet too", async () => {
  const { engine, deaths, join, end } = start();
  const { session, video } = join();
  engine.options.onMessage(track);
  engine.packet(0, true);
  // A packet that no count follows any more, and half of another.
  engine.packet(3);
  const [half] = videoChunks(packetOf(engine.frame + 2, false, 40_000));
  assert.ok(half);
  engine.options.onMessage(half);
  engine.options.onRestart(death);
  assert.deepEqual(deaths, [false]);
  assert.equal(starts(engine), 2);
  video.receive({ type: "ack", track: 1, bytes: session.bytes, frame: 5, receivedUs: micros(1) });
  engine.options.onMessage(track);
  engine.packet(0, true);
  engine.count();
  assert.deepEqual(
    session.packets.map(({ frame }) => frame),
    [1, 5, 6],
  );
  assert.deepEqual(video.account, { firstFrame: 1, lastFrame: 6, notEncoded: 3, encoderDropped: 0, notSent: 0, sent: 3 });
  await end();
});

const motion = { kind: "motion", widthPx: 64, heightPx: 48, frameRate: 30 } as const;
const busy = { event: "failed", code: "camera-busy", message: "It is busy." } as const;
const opened = { event: "opened", name: "a camera", widthPx: 64, heightPx: 48, frameRate: 30 } as const;

/** The commands, with the first frame and the source of starts. */
const told = (engine: FakeEngine): readonly (readonly unknown[])[] =>
  engine.commands.map((command) =>
    command.command === "start" ? ["start", command.firstFrame, command.options.source.kind, command.options.barcode] : [command.command],
  );

/** Waits for what timers bring. */
async function until(condition: () => boolean, what: string): Promise<void> {
  const untilMs = performance.now() + 10_000;
  while (!condition()) {
    assert.ok(performance.now() < untilMs, what);
    await sleep(20);
  }
}

test("releases the source when it is switched off, and opens it again, whoever watches meanwhile", async () => {
  const { host, engine, join, end } = start();
  const states: string[] = [];
  host.onState(({ state }) => states.push(state));
  const { video } = join();
  engine.packet(2, true);
  host.isOff = true;
  host.isOff = true;
  assert.deepEqual([starts(engine), stops(engine), states], [1, 1, ["off"]]);
  join();
  host.remove(join().video);
  assert.equal(starts(engine), 1, "somebody who joins opened it");
  host.isOff = false;
  await until(() => starts(engine) === 2, "it is not opened again");
  engine.packet(0, true);
  assert.deepEqual(states, ["off", "on"]);
  assert.deepEqual(video.account, { firstFrame: 1, lastFrame: 4, notEncoded: 2, encoderDropped: 0, notSent: 0, sent: 2 });
  await end();
});

test("changes the source in the midst of it: the frames of the one before are settled first, and numbered on", async () => {
  const { host, engine, join, end } = start();
  const { session, video } = join();
  engine.packet(1, true);
  engine.isObedient = false;
  host.setSource(motion);
  assert.equal(host.source, motion);
  // The engine is not done with the one before.
  engine.packet(1);
  engine.count(3);
  assert.equal(starts(engine), 1);
  engine.say({ event: "stopped", run: 1 });
  await until(() => starts(engine) === 2, "the next source is not opened");
  assert.deepEqual(told(engine), [["start", 1, "testcard", true], ["stop"], ["start", 8, "motion", false]]);
  engine.packet(0, true);
  engine.isObedient = true;
  host.setSource(options.source);
  await until(() => starts(engine) === 3, "the first source is not opened again");
  assert.deepEqual(told(engine).at(-1), ["start", 9, "testcard", true]);
  assert.deepEqual(
    session.packets.map(({ frame }) => frame),
    [2, 4, 8],
  );
  assert.deepEqual(video.account, { firstFrame: 1, lastFrame: 8, notEncoded: 5, encoderDropped: 0, notSent: 0, sent: 3 });
  await end();
});

test("tells the time of a file while it is shown, and never that of one that was changed for it", async () => {
  const { host, engine, timelines, join, end } = start();
  join();
  engine.say({ event: "timeline", run: 1, originUs: 1_000 });
  engine.say({ event: "timeline", run: 1, originUs: 2_000 });
  engine.isObedient = false;
  host.setSource({ kind: "file", path: "b.mp4", loop: false });
  // The first one begins again while it is being stopped.
  engine.say({ event: "timeline", run: 1, originUs: 3_000 });
  engine.say({ event: "stopped", run: 1 });
  await until(() => starts(engine) === 2, "the next source is not opened");
  engine.say({ event: "timeline", run: 1, originUs: 4_000 });
  engine.say({ event: "timeline", run: 2, originUs: 5_000 });
  assert.deepEqual(timelines, [1_000, 2_000, undefined, 5_000]);
  // Its sound may be longer than its pictures.
  engine.say({ event: "ended", run: 2 });
  assert.deepEqual(timelines.slice(4), []);
  await end();
});

test("says that a file is not shown when it is switched off, or its engine dies", async () => {
  const { host, engine, timelines, join, end } = start();
  join();
  engine.say({ event: "timeline", run: 1, originUs: 1_000 });
  engine.options.onRestart(death);
  assert.equal(starts(engine), 2);
  engine.say({ event: "timeline", run: 2, originUs: 2_000 });
  host.isOff = true;
  assert.deepEqual(timelines, [1_000, undefined, 2_000, undefined]);
  await end();
});

test("opens sources no more often than receivers bear, however often they are changed, and the last one in the end", async () => {
  const { host, engine, join, end } = start();
  join();
  const sinceMs = performance.now();
  for (let times = 0; times < 9; times++) host.setSource(times % 2 === 0 ? motion : options.source);
  await until(() => starts(engine) === 2, "no other source is opened");
  assert.ok(performance.now() - sinceMs > 1_000, "it was opened at once");
  assert.deepEqual(told(engine).at(-1), ["start", 1, "motion", false]);
  await end();
});

test("tries a camera again that is busy, until it opens, and tells both once", async () => {
  const { host, engine, join, end } = start();
  const states: string[] = [];
  host.onState((state) => states.push(state.state === "lost" ? state.code : state.state));
  const { video } = join();
  engine.say({ ...busy, run: 1 });
  await until(() => starts(engine) === 2, "it is not tried again");
  engine.say({ ...busy, run: 2 });
  await until(() => starts(engine) === 3, "it is not tried a third time");
  assert.deepEqual(states, ["camera-busy"]);
  engine.say({ ...opened, run: 3 });
  engine.packet(0, true);
  assert.deepEqual(states, ["camera-busy", "on"]);
  assert.equal(video.account.sent, 1);
  await end();
});

test("leaves a lost camera alone when nobody watches, when it is switched off, and in the end", async () => {
  const { host, engine, join, end } = start();
  const { video } = join();
  engine.say({ ...busy, run: 1 });
  host.isOff = true;
  await sleep(1_300);
  assert.equal(starts(engine), 1);
  host.isOff = false;
  await until(() => starts(engine) === 2, "it is not opened when it is switched on");
  engine.say({ ...busy, run: 2 });
  host.remove(video);
  await sleep(1_300);
  assert.equal(starts(engine), 2);
  join();
  assert.equal(starts(engine), 3);
  engine.say({ ...busy, run: 3 });
  await host.stopCapturing();
  await sleep(1_300);
  assert.equal(starts(engine), 3);
  await end();
});

test("tells when the source gives nothing and when it does again, and what fails while it is stopped is over", async () => {
  const { host, engine, join, end } = start();
  const states: string[] = [];
  host.onState(({ state }) => states.push(state));
  join();
  engine.say({ event: "stalled", run: 1, isStalled: true, message: "Nothing comes." });
  engine.say({ event: "stalled", run: 1, isStalled: false, message: "" });
  assert.deepEqual(states, ["lost", "on"]);
  engine.isObedient = false;
  host.isOff = true;
  engine.say({ ...busy, run: 1 });
  engine.say({ event: "stopped", run: 1 });
  assert.deepEqual(states, ["lost", "on", "off"]);
  await end();
});

for (const isSwitched of [false, true]) {
  test(`${isSwitched ? "goes on without a source that it was switched to" : "gives up a first source"} that cannot be used`, async () => {
    const { host, engine, failures, join, end } = start();
    const states: string[] = [];
    host.onState(({ state }) => states.push(state));
    join();
    if (isSwitched) {
      host.setSource(motion);
      await until(() => starts(engine) === 2, "the other source is not opened");
    }
    engine.say({ event: "failed", run: isSwitched ? 2 : 1, code: "not-a-video", message: "" });
    await sleep(1_300);
    assert.deepEqual([failures, states], isSwitched ? [[], ["lost"]] : [["not-a-video"], []]);
    assert.equal(starts(engine), isSwitched ? 2 : 1, "it is tried again");
    await end();
  });
}

/** Everything that was sent has arrived. */
function acknowledge(...receivers: readonly { readonly session: FakeSession; readonly video: OutgoingVideo }[]): void {
  for (const { session, video } of receivers) {
    video.receive({ type: "ack", track: 1, bytes: session.bytes, frame: 1, receivedUs: micros(1) });
  }
}

/** Looks at the tiers as if time went by. */
function settleTiers(host: CaptureHost, sinceUs: number): number {
  const untilUs = sinceUs + 3_000_000;
  for (let atUs = sinceUs; atUs <= untilUs; atUs += 250_000) host.review(micros(atUs));
  return untilUs;
}

test("gives a receiver on a slow link an encoder of its own, and takes it back", async () => {
  const { host, engine, join, end } = start();
  const [fast, slow] = [join(), join()];
  engine.options.onMessage(track);
  engine.packet(0, true);
  engine.packet();
  acknowledge(fast, slow);
  slow.video.linkBps = 200_000;
  const nowUs = settleTiers(host, 1_000_000);
  assert.equal(host.tiers, 2);
  assert.deepEqual([...engine.tiers.keys()], [1, 3]);
  assert.deepEqual(slow.session.sent.at(-1), { ...track, widthPx: 32 }, "receivers know one track");
  engine.packet(0, false, 1);
  engine.packet(0, true, 3);
  engine.packet(2, false, 3);
  assert.deepEqual(
    fast.session.packets.map(({ frame }) => frame),
    [1, 2, 3],
  );
  assert.deepEqual(
    slow.session.packets.map(({ track: number, frame }) => [number, frame]),
    [
      [1, 1],
      [1, 2],
      [1, 3],
      [1, 6],
    ],
  );
  const credits = engine.received.filter(({ type }) => type === "credit");
  assert.deepEqual(
    new Set(credits.map((credit) => credit.type === "credit" && [credit.track, credit.targetBitrateBps].join(" at "))),
    new Set(["1 at 1000000", "3 at 200000"]),
  );
  acknowledge(fast, slow);
  slow.video.linkBps = 1_000_000;
  settleTiers(host, nowUs);
  assert.deepEqual([host.tiers, [...engine.tiers.keys()]], [1, [1]]);
  // What the slow encoder says now concerns nobody.
  engine.options.onMessage({ type: "capture-count", track: 3, frame: 99, notEncoded: 0, encoderDropped: 0 });
  assert.deepEqual(slow.video.account, { firstFrame: 1, lastFrame: 6, notEncoded: 2, encoderDropped: 0, notSent: 0, sent: 4 });
  engine.packet(3, true);
  assert.equal(slow.session.packets.at(-1)?.frame, 7);
  assert.deepEqual(slow.video.account, { firstFrame: 1, lastFrame: 7, notEncoded: 2, encoderDropped: 0, notSent: 0, sent: 5 });
  assert.deepEqual(fast.video.account, { firstFrame: 1, lastFrame: 7, notEncoded: 3, encoderDropped: 0, notSent: 0, sent: 4 });
  await end();
});

test("opens all tiers again in a new engine", async () => {
  const { host, engine, join, end } = start();
  const [fast, slow] = [join(), join()];
  engine.packet(0, true);
  acknowledge(fast, slow);
  slow.video.linkBps = 200_000;
  settleTiers(host, 1_000_000);
  engine.packet(4, false, 1);
  acknowledge(fast);
  engine.options.onRestart(death);
  assert.deepEqual([...engine.tiers.keys()], [1, 3]);
  engine.packet(0, true, 3);
  engine.packet(0, true, 1);
  for (const { session } of [fast, slow]) assert.equal(session.packets.at(-1)?.frame, 7);
  assert.deepEqual(slow.video.account, { firstFrame: 1, lastFrame: 7, notEncoded: 0, encoderDropped: 0, notSent: 5, sent: 2 });
  await end();
});

const tierSteps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant("packet" as const),
        tier: fc.nat(2),
        skipped: fc.nat(3),
        keyframe: fc.boolean(),
        counted: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("dropped" as const), tier: fc.nat(2), skipped: fc.nat(2) }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("link" as const), who: fc.nat(3), linkBps: fc.constantFrom(1e5, 3e5, 9e5, 2e6, 2e6) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("die", "join") }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("leave", "cut", "ack"), who: fc.nat(3) }) },
  ),
  { maxLength: 60 },
);

test("keeps every receiver's account gapless and its pictures in order, whatever tiers it goes through", async () => {
  let mostTiers = 0;
  await fc.assert(
    fc.asyncProperty(tierSteps, async (history) => {
      const { host, engine, join, end } = start();
      const here = [2e6, 9e5, 3e5].map((linkBps) => {
        const receiver = join();
        receiver.video.linkBps = linkBps;
        return receiver;
      });
      let nowUs = 1_000_000;
      for (const step of history) {
        const chosen = "who" in step ? here[step.who] : undefined;
        const tier = "tier" in step ? [...engine.tiers.keys()][step.tier] : undefined;
        if (step.do === "packet" && tier !== undefined) {
          engine.packet(step.skipped, step.keyframe, tier);
          if (step.counted) engine.count(0, tier);
        }
        if (step.do === "dropped" && tier !== undefined) engine.drop(step.skipped, tier);
        if (step.do === "die") engine.options.onRestart(death);
        if (step.do === "join" && here.length < 4) here.push(join());
        if (chosen !== undefined && step.do === "link") {
          chosen.video.linkBps = step.linkBps;
          nowUs = settleTiers(host, nowUs);
        }
        if (chosen !== undefined && step.do === "leave" && here.length > 1) {
          host.remove(chosen.video);
          chosen.video.stop();
          here.splice(here.indexOf(chosen), 1);
        }
        if (chosen !== undefined && step.do === "cut") {
          chosen.video.disconnected();
          chosen.session.bytes = 0;
          chosen.video.connected(host.formatFor(chosen.video));
        }
        if (chosen !== undefined && step.do === "ack" && chosen.session.bytes > 0) {
          chosen.video.receive({ type: "ack", track: 1, bytes: chosen.session.bytes, frame: 1, receivedUs: micros(1) });
        }
        mostTiers = Math.max(mostTiers, engine.tiers.size);
        assert.equal(engine.tiers.size, host.tiers);
        for (const { session, video } of here) {
          const { firstFrame, lastFrame, notEncoded, encoderDropped, notSent, sent } = video.account;
          assert.equal(notEncoded + encoderDropped + notSent + sent, lastFrame === 0 ? 0 : lastFrame - firstFrame + 1);
          assert.equal(sent, session.packets.length);
          const frames = session.packets.map(({ frame }) => frame);
          assert.deepEqual(
            frames,
            [...new Set(frames)].toSorted((a, b) => a - b),
          );
          assert.ok(frames.every((frame) => frame >= firstFrame && frame <= lastFrame));
        }
      }
      for (const { session } of here) {
        assert.deepEqual(session.closed, []);
        let isWhole = false;
        for (const sent of session.sent) {
          if (sent.type === "track") isWhole = false;
          if (sent.type !== "packet") continue;
          assert.ok(isWhole || sent.packet.keyframe, "a packet that cannot be decoded");
          isWhole = true;
        }
      }
      await end();
    }),
    { numRuns: 300 },
  );
  assert.equal(mostTiers, 3, "the histories do not get to three tiers");
});

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant("packet" as const), skipped: fc.nat(3), keyframe: fc.boolean(), counted: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("dropped" as const), skipped: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("die" as const), seen: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const), skipped: fc.nat(3) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("join", "leave", "cut", "ack", "stop"), who: fc.nat(3) }) },
  ),
  { maxLength: 60 },
);

test("keeps every receiver's account balanced in any history of joins, deaths, stops and starts", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const { host, engine, join, end } = start();
      const here: (ReturnType<typeof join> & { joinedAt: number })[] = [];
      let told = 0;
      const enter = (): void => void here.push({ ...join(), joinedAt: told });
      enter();
      for (const step of history) {
        const chosen = "who" in step ? here[step.who] : undefined;
        if (step.do === "packet") {
          engine.packet(step.skipped, step.keyframe);
          told = engine.frame;
          if (step.counted) engine.count();
        } else if (step.do === "dropped") {
          engine.drop(step.skipped);
          told = engine.frame;
        } else if (step.do === "die") {
          engine.options.onRestart(death);
        } else if (step.do === "restart") {
          engine.count(step.skipped);
          told = engine.frame;
          await host.stopCapturing();
          host.pin();
        } else if (step.do === "join" && here.length < 4) {
          enter();
        } else if (chosen !== undefined && step.do === "leave" && here.length > 1) {
          host.remove(chosen.video);
          chosen.video.stop();
          here.splice(here.indexOf(chosen), 1);
        } else if (chosen !== undefined && step.do === "cut") {
          chosen.video.disconnected();
          chosen.session.bytes = 0;
          chosen.video.connected(host.formatFor(chosen.video));
        } else if (chosen !== undefined && step.do === "ack" && chosen.session.bytes > 0) {
          chosen.video.receive({ type: "ack", track: 1, bytes: chosen.session.bytes, frame: 1, receivedUs: micros(1) });
        }
        for (const { video, joinedAt } of here) {
          const { notEncoded, encoderDropped, notSent, sent } = video.account;
          assert.equal(notEncoded + encoderDropped + notSent + sent, told - joinedAt);
        }
      }
      for (const { session } of here) assert.deepEqual(session.closed, []);
      await end();
    }),
    { numRuns: 300 },
  );
});

test.run();
