import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import type { Agreement } from "../../src/session/negotiation.ts";
import {
  beginDialing,
  beginListening,
  type PlainMessageType,
  type SessionAction,
  type SessionEvent,
  type SessionRules,
  type SessionState,
  type SessionStep,
  statusOf,
  step,
  wakeAtUs,
} from "../../src/session/state.ts";
import { defaultTiming } from "../../src/session/timing.ts";
import { micros } from "../../src/time/clock.ts";
import { TransportError } from "../../src/transport/transport-error.ts";
import { capabilities } from "./call.ts";

const test = suite("session state");

const dialer: SessionRules = { role: "dialer", timing: defaultTiming, reconnect: true, waitForListener: false };
const listener: SessionRules = { ...dialer, role: "listener", reconnect: false };

const transcript = new Uint8Array(32).fill(7);
const agreement: Agreement = {
  agreed: true,
  peer: capabilities,
  transcript,
  negotiated: { version: 1, sendVideo: undefined, receiveVideo: true, sendAudio: false, receiveAudio: false, features: [] },
};

const at = (ms: number): ReturnType<typeof micros> => micros(ms * 1_000);
const secured = (ms: number): SessionEvent => ({ type: "secured", nowUs: at(ms) });
const hello: SessionEvent = { type: "hello", outcome: agreement };
const ready = (ms: number): SessionEvent => ({ type: "ready", version: 1, transcript, nowUs: at(ms) });
const lost = (ms: number): SessionEvent => ({ type: "lost", cause: "cut", nowUs: at(ms), random: 0.5 });
const tick = (ms: number): SessionEvent => ({ type: "tick", nowUs: at(ms), random: 0.5 });
const heard = (ms: number): SessionEvent => ({ type: "heard", nowUs: at(ms) });
const failed = (code: "refused" | "unreachable" | "timeout", ms: number): SessionEvent => ({
  type: "dial-failed",
  error: new TransportError(code, code),
  nowUs: at(ms),
  random: 0.5,
});
const close = (code: "normal" | "going-away" | "busy", ms = 0): SessionEvent => ({
  type: "close",
  code,
  reason: "why",
  nowUs: at(ms),
  random: 0.5,
});
const end: SessionEvent = { type: "end", code: "normal", reason: "" };

/** Takes the events one after the other; gives the last step. */
function run(rules: SessionRules, from: SessionStep, ...events: readonly SessionEvent[]): SessionStep {
  return events.reduce((taken, event) => step(rules, taken.state, event), from);
}

const connecting = beginDialing(at(0));
const securing = run(dialer, connecting, { type: "connected" });
const opening = run(dialer, securing, secured(0));
const agreed = run(dialer, opening, hello);
const live = run(dialer, agreed, ready(0));
const waiting = run(dialer, live, lost(1_000));
const redialing = run(dialer, waiting, tick(2_000));
const closed = run(dialer, live, end);
const listening = beginListening(listener, at(0));
const listenerLive = run(listener, listening, hello, ready(0));
const listenerWaiting = run(listener, listenerLive, lost(1_000));

const states: Readonly<Record<string, SessionStep>> = {
  connecting,
  securing,
  opening,
  agreed,
  live,
  waiting,
  redialing,
  closed,
  listening,
  listenerLive,
  listenerWaiting,
};

function doings({ actions }: SessionStep): SessionAction["do"][] {
  return actions.map((action) => action.do);
}

function ending({ state }: SessionStep): string {
  return state.name === "closed" ? `${state.code} by ${state.by}` : state.name;
}

test("goes from connecting to live, step by step", () => {
  assert.deepEqual(
    [connecting, securing, opening, agreed, live].map(({ state }) => state.name),
    ["connecting", "securing", "opening", "opening", "live"],
  );
  assert.deepEqual([connecting, securing, opening, agreed, live].map(doings), [
    ["dial"],
    [],
    ["send-hello"],
    ["send-ready"],
    ["announce-live"],
  ]);
  assert.deepEqual(doings(listening), ["send-hello"]);
});

/** What each message does in each state: "-" nothing, "ok" delivered, else how it ends. */
const messagesByState: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  connecting: { hello: "-", ready: "-", close: "-", other: "-" },
  securing: { hello: "-", ready: "-", close: "-", other: "-" },
  opening: { hello: "send-ready", ready: "illegal-state by us", close: "normal by them", other: "illegal-state by us" },
  agreed: { hello: "illegal-state by us", ready: "announce-live", close: "normal by them", other: "illegal-state by us" },
  live: { hello: "illegal-state by us", ready: "illegal-state by us", close: "normal by them", other: "deliver" },
  waiting: { hello: "-", ready: "-", close: "-", other: "-" },
  redialing: { hello: "-", ready: "-", close: "-", other: "-" },
  closed: { hello: "-", ready: "-", close: "-", other: "-" },
};
const others: readonly PlainMessageType[] = [
  "ping",
  "pong",
  "text",
  "text-ack",
  "track",
  "video",
  "ack",
  "report",
  "keyframe-request",
  "account",
  "stop",
  "video-state",
  "unknown",
];

for (const [name, expected] of Object.entries(messagesByState)) {
  test(`knows what each message means in "${name}"`, () => {
    const from = states[name];
    assert.ok(from !== undefined);
    const cases: readonly (readonly [string, SessionEvent])[] = [
      ["hello", hello],
      ["ready", ready(0)],
      ["close", close("normal")],
      ...others.map((message) => ["other", { type: "message", message }] as const),
    ];
    for (const [kind, event] of cases) {
      const taken = step(dialer, from.state, event);
      const outcome = taken.actions.length === 0 ? "-" : taken.state.name === "closed" ? ending(taken) : doings(taken).join();
      assert.equal(outcome, expected[kind], `${JSON.stringify(event)} in ${name}`);
      if (taken.actions.length === 0) assert.deepEqual(taken.state, from.state);
      if (outcome.endsWith("by us"))
        assert.deepEqual(taken.actions[0], { do: "hang-up", close: { code: "illegal-state", reason: closeReason(taken) } });
    }
  });
}

function closeReason({ state }: SessionStep): string {
  return state.name === "closed" ? state.reason : "";
}

test("ends with the close code of what does not fit: versions, transcripts, bytes", () => {
  assert.equal(
    ending(run(dialer, opening, { type: "hello", outcome: { agreed: false, code: "no-common-version", reason: "" } })),
    "no-common-version by us",
  );
  assert.equal(
    ending(run(dialer, agreed, { type: "ready", version: 1, transcript: new Uint8Array(32), nowUs: at(0) })),
    "transcript-mismatch by us",
  );
  assert.equal(ending(run(dialer, agreed, { type: "ready", version: 2, transcript, nowUs: at(0) })), "transcript-mismatch by us");
  assert.equal(ending(run(dialer, live, { type: "violation", code: "too-large", reason: "" })), "too-large by us");
});

test("pings five times within the first second, then every heartbeat", () => {
  let { state } = live;
  const pings: number[] = [];
  for (let ms = 0; ms <= 9_000; ms += 50) {
    state = step(dialer, state, heard(ms)).state;
    const taken = step(dialer, state, tick(ms));
    if (doings(taken).includes("send-ping")) pings.push(ms);
    state = taken.state;
  }
  assert.deepEqual(pings, [0, 200, 400, 600, 800, 2_800, 4_800, 6_800, 8_800]);
});

test("shows silence at 3 s, is dead at 6 s, and any byte ends the silence", () => {
  let { state } = live;
  const seen: string[] = [];
  for (let ms = 0; state.name === "live"; ms += 100) {
    const taken = step(dialer, state, tick(ms));
    for (const action of taken.actions) if (action.do !== "send-ping") seen.push(`${ms} ${action.do}`);
    state = taken.state;
    if (seen.length === 1 && ms === 3_500) {
      const again = step(dialer, state, heard(ms));
      assert.deepEqual(again.actions, [{ do: "announce-silent", silent: false }]);
      state = again.state;
    }
  }
  assert.deepEqual(seen, ["3000 announce-silent", "6500 announce-silent", "9500 hang-up", "9500 announce-reconnecting"]);
  assert.equal(statusOf(state), "reconnecting");
});

test("does not blame the other end for its own absence: after a stop of 20 s it waits for what was not read yet", () => {
  const awake = run(dialer, live, tick(0), tick(20_000));
  assert.equal(awake.state.name, "live");
  assert.equal(run(dialer, awake, tick(22_000), tick(24_000), tick(26_000)).state.name, "waiting");
});

test("always knows when to wake, and waking then changes something", () => {
  for (const [name, { state }] of Object.entries(states)) {
    const rules = name.startsWith("listen") ? listener : dialer;
    const wake = wakeAtUs(rules, state);
    if (wake === undefined) {
      assert.ok(["connecting", "securing", "closed"].includes(state.name), name);
      continue;
    }
    const taken = step(rules, state, { type: "tick", nowUs: wake, random: 0.5 });
    assert.notDeepEqual(taken.state, state, name);
    assert.ok((wakeAtUs(rules, taken.state) ?? Infinity) > wake, name);
  }
});

test("dials again with the session's own secret, and with the original one as soon as that is refused", () => {
  assert.deepEqual(redialing.actions, [{ do: "dial", credential: "resume" }]);
  const original = run(dialer, redialing, failed("refused", 2_100));
  assert.deepEqual(original.actions, [{ do: "dial", credential: "original" }]);
  assert.equal(ending(run(dialer, original, failed("refused", 2_200))), "refused by them");
});

test("says whether the same session was resumed or the other end began anew", () => {
  const resumed = run(dialer, redialing, secured(3_000), hello, ready(3_000));
  assert.deepEqual(resumed.actions, [{ do: "announce-live", agreement, resumed: true, renewed: false }]);
  const renewed = run(dialer, redialing, failed("refused", 2_100), secured(3_000), hello, ready(3_000));
  assert.deepEqual(renewed.actions, [{ do: "announce-live", agreement, resumed: false, renewed: true }]);
  const interrupted = run(
    dialer,
    redialing,
    failed("refused", 2_100),
    secured(3_000),
    lost(3_000),
    tick(9_000),
    secured(9_000),
    hello,
    ready(9_000),
  );
  assert.deepEqual(interrupted.actions, [{ do: "announce-live", agreement, resumed: false, renewed: true }]);
});

test("gives up when there was never a connection, unless it is told to wait", () => {
  assert.equal(ending(run(dialer, connecting, failed("unreachable", 100))), "timeout by loss");
  const patient = { ...dialer, waitForListener: true };
  const waits = run(patient, connecting, failed("unreachable", 100));
  assert.deepEqual(doings(waits), ["announce-attempt"]);
  assert.equal(statusOf(waits.state), "connecting");
  assert.deepEqual(run(patient, waits, tick(1_000)).actions, [{ do: "dial", credential: "original" }]);
  assert.equal(ending(run({ ...dialer, reconnect: false }, live, lost(100))), "timeout by loss");
});

test("calls once more when nobody answered the first call, and gives up after the second", () => {
  const once = run(dialer, connecting, failed("timeout", 2_000));
  assert.deepEqual(doings(once), ["announce-attempt"]);
  const again = run(dialer, once, tick(2_300));
  assert.deepEqual(again.actions, [{ do: "dial", credential: "original" }]);
  assert.equal(ending(run(dialer, again, failed("timeout", 4_300))), "timeout by loss");
  // Who has answered, and then says no more, is there.
  assert.equal(ending(run(dialer, connecting, { type: "connected" }, failed("timeout", 7_000))), "timeout by loss");
});

test("waits longer the longer the outage lasts: at most 250 ms at first, 1 s after a minute, 5 s after five", () => {
  for (const [outageMs, ceilingMs] of [
    [0, 250],
    [60_000, 1_000],
    [600_000, 5_000],
  ] as const) {
    const taken = run(dialer, redialing, {
      type: "dial-failed",
      error: new TransportError("timeout", ""),
      nowUs: at(1_000 + outageMs),
      random: 0.999,
    });
    const [action] = taken.actions;
    assert.ok(action?.do === "announce-attempt");
    assert.ok(Math.abs(action.delayMs - ceilingMs) < ceilingMs / 100, `${action.delayMs}`);
  }
});

test("as a listener keeps a lost session for two minutes, and one that was never live not at all", () => {
  assert.equal(statusOf(run(listener, listenerWaiting, tick(120_000)).state), "reconnecting");
  assert.equal(ending(run(listener, listenerWaiting, tick(121_000))), "timeout by loss");
  assert.equal(ending(run(listener, listening, lost(10))), "timeout by loss");
  assert.equal(ending(run(listener, listening, tick(5_000))), "timeout by loss");
  const back = run(listener, listenerWaiting, secured(2_000), hello, ready(2_000));
  assert.deepEqual(back.actions, [{ do: "announce-live", agreement, resumed: true, renewed: false }]);
});

test("lets a newer connection take the place of the old one", () => {
  const replaced = run(listener, listenerLive, secured(500));
  assert.deepEqual(doings(replaced), ["hang-up", "announce-reconnecting", "send-hello"]);
  assert.equal(replaced.state.name, "opening");
  assert.deepEqual(doings(run(listener, replaced, secured(600))), ["hang-up", "send-hello"]);
});

test("comes back after going-away as a dialer only, and never after another goodbye", () => {
  assert.equal(run(dialer, live, close("going-away")).state.name, "waiting");
  assert.equal(ending(run({ ...dialer, reconnect: false }, live, close("going-away"))), "going-away by them");
  assert.equal(ending(run(listener, listenerLive, close("going-away"))), "going-away by them");
  assert.equal(ending(run(dialer, opening, close("busy"))), "busy by them");
});

test("can be ended in every state, says so where there is someone to hear it, and then nothing moves it", () => {
  for (const [name, from] of Object.entries(states)) {
    const taken = step(dialer, from.state, end);
    assert.equal(taken.state.name, "closed");
    if (name !== "closed") assert.equal(doings(taken).at(-1), "announce-closed");
  }
});

const anyEvent: fc.Arbitrary<(ms: number) => SessionEvent> = fc.constantFrom(
  () => ({ type: "connected" }),
  secured,
  () => hello,
  ready,
  lost,
  tick,
  heard,
  (ms) => failed("refused", ms),
  (ms) => failed("timeout", ms),
  (ms) => close("going-away", ms),
  () => ({ type: "message", message: "video" }),
  () => end,
);

test("as live lets what comes too late pass: a dial that was given up", () => {
  const { state } = live;
  for (const late of [{ type: "connected" } as const, failed("timeout", 3)])
    assert.deepEqual(step(dialer, state, late), { state, actions: [] });
});

test("holds its promises under any sequence of events", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 4_000 })), { maxLength: 60 }), (dials, events) => {
      const rules = dials ? dialer : listener;
      let state: SessionState = (dials ? connecting : listening).state;
      let nowMs = 0;
      let closings = 0;
      for (const [event, passedMs] of events) {
        nowMs += passedMs;
        const before = state;
        const taken = step(rules, state, event(nowMs));
        state = taken.state;
        closings += doings(taken).filter((action) => action === "announce-closed").length;
        if (before.name === "closed") assert.equal(taken.state, before);
        if (doings(taken).includes("deliver")) assert.equal(before.name, "live");
        if (doings(taken).includes("announce-live")) assert.equal(before.name, "opening");
        if (doings(taken).includes("dial")) assert.equal(rules.role, "dialer");
        assert.equal(closings, state.name === "closed" ? 1 : 0);
      }
    }),
  );
});

test.run();
