// The session's state machine, pure: (state, event) → state and actions. It decides what is legal, when to ping, when a
// connection is dead and when to try again; session.ts does what it says. No I/O, no clock and no chance in here.
//
//   connecting → securing → opening → live → closed          dialer
//        ↑                     ↑  ↖_____  ↓                  after a loss: waiting, then the same again,
//      waiting ←───────────────┴────── waiting               which the outside sees as "reconnecting"
import { type Micros, micros } from "../time/clock.ts";
import type { CloseCode } from "../messages/close-code.ts";
import type { NetworkMessage } from "../messages/message.ts";
import type { TransportError } from "../transport/transport-error.ts";
import type { Agreement, Disagreement, SessionRole } from "./negotiation.ts";
import { firstPings, retryDelayMs, type SessionTiming } from "./timing.ts";

/** What holds for the whole session. */
export interface SessionRules {
  readonly role: SessionRole;
  readonly timing: SessionTiming;
  /** Dialer: dial again after a loss. */
  readonly reconnect: boolean;
  /** Dialer: keep dialing although there has been no connection yet. */
  readonly waitForListener: boolean;
}

/** A time without a live connection: the beginning, or after a loss. */
export interface Outage {
  readonly sinceUs: Micros;
  /** Dials that failed in it. */
  readonly failures: number;
  /** The session has been live before. */
  readonly wasLive: boolean;
  /** Dialer: there is a resume credential to try before the original one. */
  readonly resumable: boolean;
  /** Dialer: the session that was live is gone at the other end; the next live one begins anew. */
  readonly renewed: boolean;
}

/** Which secret a dialer uses: that of this very session, or the one that it was given. */
export type DialCredential = "resume" | "original";

/** Where a session is; each state holds what is valid in it and nothing else. */
export type SessionState =
  | { readonly name: "connecting"; readonly outage: Outage; readonly credential: DialCredential }
  | { readonly name: "securing"; readonly outage: Outage; readonly credential: DialCredential }
  | {
      readonly name: "opening";
      readonly outage: Outage;
      readonly deadlineUs: Micros;
      /** Their hello has come and fits; our ready is sent. */
      readonly agreement: Agreement | undefined;
    }
  | {
      readonly name: "live";
      readonly agreement: Agreement;
      /** When a byte last came in. */
      readonly heardUs: Micros;
      readonly silent: boolean;
      readonly pingAtUs: Micros;
      readonly pingsSent: number;
      readonly tickedUs: Micros;
    }
  | {
      readonly name: "waiting";
      readonly outage: Outage;
      /** Dialer: when to dial. Listener: when to give up. */
      readonly untilUs: Micros;
    }
  | {
      readonly name: "closed";
      readonly code: CloseCode;
      readonly reason: string;
      readonly by: EndedBy;
      readonly error: TransportError | undefined;
    };

/** Who ended it: this end, the other one, or nobody. */
export type EndedBy = "us" | "them" | "loss";

/** A message that the machine needs no more of than its type. */
export type PlainMessageType = Exclude<NetworkMessage["type"], "hello" | "ready" | "close"> | "unknown";

/** What happens to a session. `random` is in [0, 1), drawn by the caller. */
export type SessionEvent =
  | { readonly type: "connected" }
  | { readonly type: "secured"; readonly nowUs: Micros }
  | { readonly type: "dial-failed"; readonly error: TransportError; readonly nowUs: Micros; readonly random: number }
  | { readonly type: "heard"; readonly nowUs: Micros }
  | { readonly type: "hello"; readonly outcome: Agreement | Disagreement }
  | { readonly type: "ready"; readonly version: number; readonly transcript: Uint8Array; readonly nowUs: Micros }
  | {
      readonly type: "close";
      readonly code: CloseCode;
      readonly reason: string;
      readonly nowUs: Micros;
      readonly random: number;
    }
  | { readonly type: "message"; readonly message: PlainMessageType }
  | { readonly type: "violation"; readonly code: CloseCode; readonly reason: string }
  | { readonly type: "lost"; readonly cause: string; readonly nowUs: Micros; readonly random: number }
  | { readonly type: "tick"; readonly nowUs: Micros; readonly random: number }
  | { readonly type: "end"; readonly code: CloseCode; readonly reason: string };

/** What the session has to do, in this order. */
export type SessionAction =
  | { readonly do: "dial"; readonly credential: DialCredential }
  /** Drop the dial or the connection; with `close` say so first. */
  | { readonly do: "hang-up"; readonly close?: { readonly code: CloseCode; readonly reason: string } }
  | { readonly do: "send-hello" }
  | { readonly do: "send-ready"; readonly agreement: Agreement }
  | { readonly do: "send-ping" }
  /** The message of this event is legal: it is the application's. */
  | { readonly do: "deliver" }
  | { readonly do: "announce-live"; readonly agreement: Agreement; readonly resumed: boolean; readonly renewed: boolean }
  | { readonly do: "announce-silent"; readonly silent: boolean }
  | { readonly do: "announce-reconnecting"; readonly cause: string }
  | { readonly do: "announce-attempt"; readonly error: TransportError; readonly failures: number; readonly delayMs: number }
  | { readonly do: "announce-closed" };

/** What an event leads to. */
export interface SessionStep {
  readonly state: SessionState;
  readonly actions: readonly SessionAction[];
}

/** What the outside is told of a state: everything between a loss and the next live connection is "reconnecting". */
export type SessionStatus = "connecting" | "securing" | "opening" | "live" | "reconnecting" | "closed";

/** The status of a state. */
export function statusOf(state: SessionState): SessionStatus {
  if (state.name === "live" || state.name === "closed") return state.name;
  if (state.outage.wasLive) return "reconnecting";
  return state.name === "waiting" ? "connecting" : state.name;
}

/** A dialer's session begins. */
export function beginDialing(nowUs: Micros): SessionStep {
  return {
    state: { name: "connecting", outage: newOutage(nowUs, { wasLive: false }), credential: "original" },
    actions: [{ do: "dial", credential: "original" }],
  };
}

/** A listener's session begins, with a channel that was just secured. */
export function beginListening(rules: SessionRules, nowUs: Micros): SessionStep {
  return open(rules, newOutage(nowUs, { wasLive: false }), nowUs);
}

/** When the machine wants its next tick; undefined: not before something else happens. */
export function wakeAtUs(rules: SessionRules, state: SessionState): Micros | undefined {
  switch (state.name) {
    case "opening":
      return state.deadlineUs;
    case "waiting":
      return state.untilUs;
    case "live": {
      const { silentAfterMs, deadAfterMs } = rules.timing;
      return micros(Math.min(state.pingAtUs, later(state.heardUs, state.silent ? deadAfterMs : silentAfterMs)));
    }
    case "connecting":
    case "securing":
    case "closed":
      return undefined;
  }
}

/** The machine's one step. An event that has no meaning in a state, of a connection that is gone, say, changes nothing. */
export function step(rules: SessionRules, state: SessionState, event: SessionEvent): SessionStep {
  if (state.name === "closed") return stay(state);
  if (event.type === "end") return end(state, { code: event.code, reason: event.reason, by: "us" }, { tell: true });
  switch (state.name) {
    case "connecting":
    case "securing":
      return stepDialing(rules, state, event);
    case "opening":
      return stepOpening(rules, state, event);
    case "live":
      return stepLive(rules, state, event);
    case "waiting":
      return stepWaiting(rules, state, event);
  }
}

type StateNamed<N extends SessionState["name"]> = Extract<SessionState, { name: N }>;

function stepDialing(rules: SessionRules, state: StateNamed<"connecting"> | StateNamed<"securing">, event: SessionEvent): SessionStep {
  switch (event.type) {
    case "connected":
      return stay({ ...state, name: "securing" });
    case "secured": {
      const { outage, credential } = state;
      // Let in by the original secret: if there was a session before, the other end does not have it any more.
      const renewed = outage.renewed || (credential === "original" && outage.wasLive);
      return open(rules, { ...outage, renewed, resumable: true }, event.nowUs);
    }
    case "dial-failed":
      return dialFailed(rules, state, event);
    case "heard":
    case "hello":
    case "ready":
    case "close":
    case "message":
    case "violation":
    case "lost":
    case "tick":
    case "end":
      return stay(state);
  }
}

function dialFailed(
  rules: SessionRules,
  state: StateNamed<"connecting"> | StateNamed<"securing">,
  event: Extract<SessionEvent, { type: "dial-failed" }>,
): SessionStep {
  const { error } = event;
  if (error.code === "refused") {
    if (state.credential === "original") {
      return end(state, { code: "refused", reason: error.message, by: "them", error }, { tell: false });
    }
    return {
      state: { name: "connecting", outage: { ...state.outage, resumable: false }, credential: "original" },
      actions: [{ do: "dial", credential: "original" }],
    };
  }
  return tryLater(rules, state, { ...event, cause: error.code });
}

function stepOpening(rules: SessionRules, state: StateNamed<"opening">, event: SessionEvent): SessionStep {
  switch (event.type) {
    case "secured":
      return replace(rules, state.outage, event.nowUs);
    case "hello": {
      if (state.agreement !== undefined) return violate(state, "illegal-state", "a second hello");
      const { outcome } = event;
      if (!outcome.agreed) return violate(state, outcome.code, outcome.reason);
      return { state: { ...state, agreement: outcome }, actions: [{ do: "send-ready", agreement: outcome }] };
    }
    case "ready":
      return becomeLive(state, event);
    case "message":
      return violate(state, "illegal-state", `${event.message} before the session is open`);
    case "violation":
      return violate(state, event.code, event.reason);
    case "close":
      return closedByThem(rules, state, event);
    case "lost":
      return tryLater(rules, state, event);
    case "tick": {
      if (event.nowUs < state.deadlineUs) return stay(state);
      const { actions, ...next } = tryLater(rules, state, { ...event, cause: "not opened in time" });
      return { ...next, actions: [{ do: "hang-up", close: { code: "timeout", reason: "not opened in time" } }, ...actions] };
    }
    case "connected":
    case "dial-failed":
    case "heard":
    case "end":
      return stay(state);
  }
}

function becomeLive(state: StateNamed<"opening">, event: Extract<SessionEvent, { type: "ready" }>): SessionStep {
  const { agreement, outage } = state;
  const { nowUs } = event;
  if (agreement === undefined) return violate(state, "illegal-state", "ready before hello");
  if (event.version !== agreement.negotiated.version || !sameBytes(event.transcript, agreement.transcript)) {
    return violate(state, "transcript-mismatch", "the two ends did not see the same opening");
  }
  const resumed = outage.wasLive && !outage.renewed;
  return {
    state: { name: "live", agreement, heardUs: nowUs, silent: false, pingAtUs: nowUs, pingsSent: 0, tickedUs: nowUs },
    actions: [{ do: "announce-live", agreement, resumed, renewed: outage.wasLive && outage.renewed }],
  };
}

function stepLive(rules: SessionRules, state: StateNamed<"live">, event: SessionEvent): SessionStep {
  switch (event.type) {
    case "secured": {
      const next = replace(rules, newOutage(event.nowUs, { wasLive: true }), event.nowUs);
      const [hangUp, ...others] = next.actions;
      const announcement = { do: "announce-reconnecting", cause: "replaced by a newer connection" } as const;
      return { state: next.state, actions: hangUp === undefined ? [] : [hangUp, announcement, ...others] };
    }
    case "heard":
      if (!state.silent) return stay({ ...state, heardUs: event.nowUs });
      return {
        state: { ...state, heardUs: event.nowUs, silent: false },
        actions: [{ do: "announce-silent", silent: false }],
      };
    case "hello":
    case "ready":
      return violate(state, "illegal-state", `${event.type} in a session that is open`);
    case "message":
      return { state, actions: [{ do: "deliver" }] };
    case "violation":
      return violate(state, event.code, event.reason);
    case "close":
      return closedByThem(rules, state, event);
    case "lost":
      return tryLater(rules, state, event);
    case "tick":
      return tickLive(rules, state, event);
    case "connected":
    case "dial-failed":
    case "end":
      return stay(state);
  }
}

function tickLive(rules: SessionRules, state: StateNamed<"live">, event: Extract<SessionEvent, { type: "tick" }>): SessionStep {
  const { timing } = rules;
  const { nowUs } = event;
  // Two heartbeats without a tick: it was we who were stopped. What came meanwhile is not read yet, so that the other end
  // would be found dead for our own absence.
  const sleptUs = nowUs - state.tickedUs;
  const heardUs = sleptUs > 2_000 * timing.heartbeatMs ? micros(state.heardUs + sleptUs) : state.heardUs;
  if (nowUs >= later(heardUs, timing.deadAfterMs)) {
    const { actions, ...next } = tryLater(rules, state, { ...event, cause: "nothing heard" });
    return { ...next, actions: [{ do: "hang-up" }, ...actions] };
  }
  const actions: SessionAction[] = [];
  const silent = nowUs >= later(heardUs, timing.silentAfterMs);
  if (silent && !state.silent) actions.push({ do: "announce-silent", silent: true });
  let { pingAtUs, pingsSent } = state;
  if (nowUs >= pingAtUs) {
    actions.push({ do: "send-ping" });
    pingsSent += 1;
    pingAtUs = later(nowUs, pingsSent < firstPings ? timing.firstHeartbeatMs : timing.heartbeatMs);
  }
  return {
    state: { ...state, heardUs, pingAtUs, pingsSent, silent: silent || state.silent, tickedUs: nowUs },
    actions,
  };
}

function stepWaiting(rules: SessionRules, state: StateNamed<"waiting">, event: SessionEvent): SessionStep {
  if (event.type === "secured") return open(rules, state.outage, event.nowUs);
  if (event.type !== "tick" || event.nowUs < state.untilUs) return stay(state);
  if (rules.role === "listener") {
    return end(state, { code: "timeout", reason: "the other end did not come back", by: "loss" }, { tell: false });
  }
  const credential = state.outage.resumable ? "resume" : "original";
  return { state: { name: "connecting", outage: state.outage, credential }, actions: [{ do: "dial", credential }] };
}

/** The connection or the dial is gone: wait for another try, or give up. */
function tryLater(
  rules: SessionRules,
  state: Exclude<SessionState, { name: "closed" | "waiting" }>,
  loss: { readonly cause: string; readonly nowUs: Micros; readonly random: number; readonly error?: TransportError },
): SessionStep {
  const { cause, nowUs, error } = loss;
  const outage = state.name === "live" ? newOutage(nowUs, { wasLive: true }) : state.outage;
  const actions: SessionAction[] = [];
  if (state.name === "live") actions.push({ do: "announce-reconnecting", cause });
  if (rules.role === "listener") {
    if (!outage.wasLive) return end(state, { code: "timeout", reason: cause, by: "loss" }, { tell: false });
    return { state: { name: "waiting", outage, untilUs: later(outage.sinceUs, rules.timing.resumeMs) }, actions };
  }
  const known = outage.wasLive || outage.resumable;
  // Where packets are lost, the first word to a computer and its one repetition in that time may both be: nobody gives up after one call.
  const isUnheard = state.name === "connecting" && error?.code === "timeout" && outage.failures === 0;
  if (!(known && rules.reconnect) && !rules.waitForListener && !isUnheard) {
    return end(state, { code: "timeout", reason: cause, by: "loss", error }, { tell: false });
  }
  const delayMs = retryDelayMs(rules.timing, (nowUs - outage.sinceUs) / 1_000, loss.random);
  const failures = outage.failures + 1;
  if (error !== undefined) actions.push({ do: "announce-attempt", error, failures, delayMs });
  return { state: { name: "waiting", outage: { ...outage, failures }, untilUs: later(nowUs, delayMs) }, actions };
}

function closedByThem(
  rules: SessionRules,
  state: StateNamed<"opening"> | StateNamed<"live">,
  event: Extract<SessionEvent, { type: "close" }>,
): SessionStep {
  const { code, reason } = event;
  if (code === "going-away" && rules.role === "dialer" && rules.reconnect) {
    // A listener that restarts: it will be back, and it was polite enough to say so.
    const { actions, ...next } = tryLater(rules, state, { ...event, cause: code });
    return { ...next, actions: [{ do: "hang-up" }, ...actions] };
  }
  return end(state, { code, reason, by: "them" }, { tell: false });
}

function open(rules: SessionRules, outage: Outage, nowUs: Micros): SessionStep {
  const deadlineUs = later(nowUs, rules.timing.openingMs);
  return { state: { name: "opening", outage, deadlineUs, agreement: undefined }, actions: [{ do: "send-hello" }] };
}

/** The other end dialed anew before this end knew that the old connection was gone. */
function replace(rules: SessionRules, outage: Outage, nowUs: Micros): SessionStep {
  const opened = open(rules, outage, nowUs);
  const hangUp = { do: "hang-up", close: { code: "replaced", reason: "" } } as const;
  return { state: opened.state, actions: [hangUp, ...opened.actions] };
}

function violate(state: SessionState, code: CloseCode, reason: string): SessionStep {
  return end(state, { code, reason, by: "us" }, { tell: true });
}

interface Ending {
  readonly code: CloseCode;
  readonly reason: string;
  readonly by: EndedBy;
  readonly error?: TransportError | undefined;
}

function end(state: SessionState, ending: Ending, { tell }: { readonly tell: boolean }): SessionStep {
  const { code, reason, by, error } = ending;
  const actions: SessionAction[] = [];
  if (state.name !== "waiting") actions.push({ do: "hang-up", ...(tell ? { close: { code, reason } } : {}) });
  actions.push({ do: "announce-closed" });
  return { state: { name: "closed", code, reason, by, error }, actions };
}

function stay(state: SessionState): SessionStep {
  return { state, actions: [] };
}

function newOutage(sinceUs: Micros, { wasLive }: { readonly wasLive: boolean }): Outage {
  return { sinceUs, failures: 0, wasLive, resumable: wasLive, renewed: false };
}

function later(fromUs: Micros, delayMs: number): Micros {
  return micros(fromUs + Math.round(delayMs * 1_000));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, at) => byte === b[at]);
}
