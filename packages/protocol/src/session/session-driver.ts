// Runs the state machine of one session with real connections and timers: events in, actions done, one timer for its
// ticks. It keeps what outlives a connection. Session is what others see of it.
import { maxQueuedBytes, noDrainMs } from "../limits.ts";
import type { VideoCodec } from "../media/codec.ts";
import type { EncodedPacket } from "../media/packet.ts";
import type { Capabilities } from "../messages/capabilities.ts";
import type { CloseCode } from "../messages/close-code.ts";
import { type ReceivedFromNetwork, serializeMessage } from "../messages/message.ts";
import { type BulkSource, packetWireBytes, type PlainMessage } from "../flow/outbox.ts";
import type { ClockEstimate } from "../time/clock-offset.ts";
import type { Micros } from "../time/clock.ts";
import type { Scheduler } from "../time/scheduler.ts";
import type { Credential } from "../transport/credential.ts";
import type { SecureChannel } from "../transport/secure-channel.ts";
import type { TransportError } from "../transport/transport-error.ts";
import { ClockExchange } from "./clock-exchange.ts";
import { Connection } from "./connection.ts";
import { Emitter } from "./emitter.ts";
import { type Agreement, createHello, type Disagreement, type HelloOnWire, negotiate } from "./negotiation.ts";
import { RateGuard } from "./rate-guard.ts";
import type { SessionEvents, SessionStats } from "./session-events.ts";
import {
  beginDialing,
  beginListening,
  type DialCredential,
  type PlainMessageType,
  type SessionAction,
  type SessionEvent,
  type SessionRules,
  type SessionState,
  type SessionStep,
  step,
  wakeAtUs,
} from "./state.ts";
import { TextExchange } from "./text-exchange.ts";
import type { TextFate } from "./text-log.ts";

/** What dialer.ts and listener.ts make a session of. */
export interface SessionOptions {
  readonly rules: SessionRules;
  readonly scheduler: Scheduler;
  /** Draws the jitter of retries; in [0, 1). */
  readonly random: () => number;
  readonly capabilities: Capabilities;
  /** Video codecs that this end can encode. */
  readonly encodes: readonly VideoCodec[];
  /** Of the credential that begins it. */
  readonly identity: string;
  /** Dialer: opens a channel; its fate goes to `attach`, `connected` or `dialFailed`. The returned function calls it off. */
  dial?(credential: DialCredential): () => void;
  /** See Session.contactSecret. */
  contactSecret(): Buffer | undefined;
  /** Dialer: what to prove when the other end does not know the session any more. */
  returnWith?(credential: Credential): void;
  /** Listener: why the session may not become live, if so; asked when the other end's hello has come. */
  refuse?(): Disagreement | undefined;
  /** Listener: it becomes live for the first time; runs before that is told. */
  onFirstLive?(): void;
}

/** A message that the machine lets through, or not, by its type alone. */
type PlainReceived = Extract<ReceivedFromNetwork, { readonly type: PlainMessageType }>;

/** The machine's hands. */
export class SessionDriver {
  readonly options: SessionOptions;
  readonly events: Emitter<SessionEvents> = new Emitter();
  readonly #texts: TextExchange;
  readonly #queue: { readonly event: SessionEvent; readonly message?: PlainReceived }[] = [];
  readonly #waitingForEnd: (() => void)[] = [];
  #state: SessionState;
  #busy = false;
  /** A channel that was secured and has not been given to a connection yet. */
  #incoming: SecureChannel | undefined;
  #connection: Connection | undefined;
  #cancelDial: (() => void) | undefined;
  #timer: { readonly atUs: Micros; readonly cancel: () => void } | undefined;
  #ourHello: HelloOnWire | undefined;
  readonly #rates = new RateGuard();
  readonly #clock = new ClockExchange();
  #bulk: BulkSource = () => undefined;
  #lives = 0;
  #openSockets = 0;
  /** Bytes of the connections before the present one. */
  #earlier = { bytesIn: 0, bytesOut: 0 };

  constructor(options: SessionOptions) {
    this.options = options;
    const { scheduler, rules } = options;
    this.#texts = new TextExchange({
      scheduler,
      waitMs: rules.timing.textMs,
      send: (message) => void this.send(message),
      onText: (text) => this.events.emit("text", { text }),
    });
    this.#state = beginDialing(this.#nowUs()).state;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Begins a dialer's session. */
  startDialing(): void {
    this.#texts.wait();
    this.#apply(beginDialing(this.#nowUs()));
  }

  /** Begins a listener's session. */
  startListening(channel: SecureChannel): void {
    this.#incoming = channel;
    this.#apply(beginListening(this.options.rules, this.#nowUs()));
  }

  /** A channel of this session was secured: a dialer's, or one that comes back to a listener. */
  attach(channel: SecureChannel): void {
    if (this.#state.name === "closed") return channel.destroy();
    this.#cancelDial = undefined;
    this.#incoming = channel;
    this.#step({ type: "secured", nowUs: this.#nowUs() });
  }

  /** The dial has reached the other computer. */
  connected(): void {
    this.#step({ type: "connected" });
  }

  /** The dial came to nothing. */
  dialFailed(error: TransportError): void {
    this.#cancelDial = undefined;
    this.#step({ type: "dial-failed", error, ...this.#instant() });
  }

  clock(): ClockEstimate | undefined {
    return this.#clock.estimate(this.#nowUs());
  }

  send(message: PlainMessage): boolean {
    const connection = this.#connection;
    if (this.#state.name !== "live" || connection === undefined) return false;
    if (!connection.outbox.send(message)) return false;
    // Answers to an end that asks and never reads.
    if (connection.outbox.queuedBytes > 2 * maxQueuedBytes) this.#drop("the other end does not read");
    return true;
  }

  sendVideo(packet: EncodedPacket): number {
    const outbox = this.#connection?.outbox;
    if (this.#state.name !== "live" || outbox === undefined) return 0;
    const hasRoom = outbox.queuedBytes === 0 || outbox.queuedBytes + packetWireBytes(packet.data.byteLength) <= maxQueuedBytes;
    return hasRoom ? outbox.sendVideo(packet) : 0;
  }

  sendBulk(source: BulkSource): void {
    this.#bulk = source;
  }

  offerBulk(): void {
    this.#connection?.outbox.offerBulk();
  }

  sendText(text: string): Promise<TextFate> {
    return this.#texts.send(text);
  }

  flush(): Promise<void> {
    return this.#connection?.outbox.flush() ?? Promise.resolve();
  }

  cut(cause: string): void {
    if (this.#state.name === "live") this.#drop(cause);
  }

  close(code: CloseCode, reason: string): Promise<void> {
    this.#step({ type: "end", code, reason });
    if (this.#openSockets === 0 && !this.#busy) return Promise.resolve();
    return new Promise((resolve) => this.#waitingForEnd.push(resolve));
  }

  stats(): SessionStats {
    const { bytesIn, bytesOut } = this.#earlier;
    return {
      bytesIn: bytesIn + (this.#connection?.bytesIn ?? 0),
      bytesOut: bytesOut + (this.#connection?.outbox.writtenBytes ?? 0),
      queuedBytes: this.#connection?.outbox.queuedBytes ?? 0,
      rttUs: this.clock()?.rttUs,
      reconnects: Math.max(0, this.#lives - 1),
    };
  }

  exportKey(label: string): Buffer | undefined {
    return this.#state.name === "live" ? this.#connection?.channel.exportKey(label) : undefined;
  }

  /** One event after the other, also when a handler of one causes the next: actions of different steps never mix. */
  #step(event: SessionEvent, message?: PlainReceived): void {
    this.#queue.push(message === undefined ? { event } : { event, message });
    if (!this.#busy) this.#drain();
  }

  #drain(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#apply(step(this.options.rules, this.#state, next.event), next.message);
    }
  }

  #apply(taken: SessionStep, message?: PlainReceived): void {
    this.#state = taken.state;
    this.#busy = true;
    try {
      for (const action of taken.actions) this.#do(action, message);
    } finally {
      this.#busy = false;
    }
    // One that was lost before it was open is not told of; a tick must not take what it still holds for an end that does not read.
    if (this.#state.name === "waiting") this.#forgetConnection();
    this.#armTimer();
    if (this.#state.name === "closed") this.#settleEnd();
    this.#drain();
  }

  #do(action: SessionAction, message: PlainReceived | undefined): void {
    switch (action.do) {
      case "dial":
        this.#cancelDial = this.options.dial?.(action.credential);
        return;
      case "hang-up":
        this.#cancelDial?.();
        this.#cancelDial = undefined;
        this.#connection?.hangUp(action.close);
        this.#forgetConnection();
        return;
      case "send-hello":
        return this.#sendHello();
      case "send-ready": {
        const { negotiated, transcript } = action.agreement;
        this.#connection?.outbox.send({ type: "ready", version: negotiated.version, transcript });
        return;
      }
      case "send-ping":
        this.#connection?.outbox.send(this.#clock.ping(this.#nowUs()));
        return;
      case "deliver":
        if (message !== undefined) this.#deliver(message);
        return;
      case "announce-live":
        return this.#goLive(action);
      case "announce-silent":
        return this.events.emit("silent", { silent: action.silent });
      case "announce-reconnecting":
        this.#forgetConnection();
        this.#texts.wait();
        return this.events.emit("reconnecting", { cause: action.cause });
      case "announce-attempt": {
        const { failures, delayMs, error } = action;
        return this.events.emit("attempt", { failures, delayMs, error });
      }
      case "announce-closed":
        return this.#announceClosed();
    }
  }

  #sendHello(): void {
    const channel = this.#incoming;
    if (channel === undefined) return;
    this.#incoming = undefined;
    this.#connection = this.#connect(channel);
    const hello = createHello(this.options.capabilities);
    this.#ourHello = { hello, bytes: serializeMessage(hello) };
    this.#connection.outbox.send(hello);
  }

  #connect(channel: SecureChannel): Connection {
    this.#openSockets += 1;
    const { scheduler, rules } = this.options;
    return new Connection({
      channel,
      scheduler,
      lingerMs: rules.timing.lingerMs,
      bulk: () => (this.#state.name === "live" ? this.#bulk() : undefined),
      handlers: {
        onHeard: () => this.#step({ type: "heard", nowUs: this.#nowUs() }),
        onMessage: (message, wireBytes) => this.#receive(message, wireBytes),
        onViolation: (code, reason) => this.#step({ type: "violation", code, reason }),
        onLost: (cause) => this.#lost(cause),
        onGone: () => {
          this.#openSockets -= 1;
          if (this.#state.name === "closed") this.#settleEnd();
        },
      },
    });
  }

  #receive(message: ReceivedFromNetwork, wireBytes: () => Uint8Array): void {
    if (!this.#rates.allows(message, this.#nowUs())) {
      return this.#step({ type: "violation", code: "rate-exceeded", reason: `too many ${message.type} messages` });
    }
    switch (message.type) {
      case "hello":
        return this.#step({ type: "hello", outcome: this.#weigh({ hello: message, bytes: wireBytes() }) });
      case "ready":
        return this.#step({ ...message, nowUs: this.#nowUs() });
      case "close":
        return this.#step({ ...message, ...this.#instant() });
      case "ping":
      case "pong":
      case "text":
      case "text-ack":
      case "unknown":
      case "track":
      case "video":
      case "ack":
      case "report":
      case "keyframe-request":
      case "account":
      case "stop":
      case "audio":
      case "audio-track":
      case "audio-report":
      case "video-state":
      case "recording":
      case "file-offer":
      case "file-accept":
      case "file-data":
      case "file-ack":
      case "file-result":
      case "file-withdraw":
        return this.#step({ type: "message", message: message.type }, message);
    }
  }

  #weigh(theirs: HelloOnWire): Agreement | Disagreement {
    const { rules, encodes } = this.options;
    const ours = this.#ourHello;
    if (ours === undefined) return { agreed: false, code: "illegal-state", reason: "hello before a connection" };
    const outcome = negotiate({ role: rules.role, ours, theirs, encodes });
    return outcome.agreed ? (this.options.refuse?.() ?? outcome) : outcome;
  }

  #deliver(message: PlainReceived): void {
    switch (message.type) {
      case "ping":
        this.send(this.#clock.answer(message, this.#nowUs()));
        return;
      case "pong":
        return this.#clock.take(message, this.#nowUs());
      case "text":
        return this.#texts.receive(message);
      case "text-ack":
        if (this.#texts.acknowledged(message.id)) return;
        return this.#step({ type: "violation", code: "malformed", reason: "a text was acknowledged that was not sent" });
      case "unknown":
        // An optional message of a newer version.
        return;
      case "track":
      case "video":
      case "ack":
      case "report":
      case "keyframe-request":
      case "account":
      case "stop":
      case "audio":
      case "audio-track":
      case "audio-report":
      case "video-state":
      case "recording":
      case "file-offer":
      case "file-accept":
      case "file-data":
      case "file-ack":
      case "file-result":
      case "file-withdraw":
        return this.events.emit("message", message);
    }
  }

  #goLive(live: Extract<SessionAction, { do: "announce-live" }>): void {
    this.#lives += 1;
    this.#clock.restart();
    this.#texts.live(live.renewed);
    if (this.#lives === 1) this.options.onFirstLive?.();
    const { negotiated, peer } = live.agreement;
    const remoteAddress = this.#connection?.channel.remoteAddress ?? "";
    this.events.emit("live", { resumed: live.resumed, remoteAddress, peer, negotiated });
    this.#texts.sendWaiting();
  }

  #announceClosed(): void {
    if (this.#state.name !== "closed") return;
    const { code, reason, by, error } = this.#state;
    this.#forgetConnection();
    this.#texts.close();
    this.events.emit("closed", { code, reason, by, error });
  }

  #settleEnd(): void {
    if (this.#openSockets > 0) return;
    for (const resolve of this.#waitingForEnd.splice(0)) resolve();
  }

  /** Ends a connection that this end has found unfit. */
  #drop(cause: string): void {
    this.#connection?.hangUp();
    this.#lost(cause);
  }

  #lost(cause: string): void {
    this.#step({ type: "lost", cause, ...this.#instant() });
  }

  #forgetConnection(): void {
    if (this.#connection === undefined) return;
    this.#earlier.bytesIn += this.#connection.bytesIn;
    this.#earlier.bytesOut += this.#connection.outbox.writtenBytes;
    this.#connection = undefined;
  }

  /** Sees to it that the machine ticks when it wants to. A timer that is early only looks again: most are put off by life. */
  #armTimer(): void {
    const atUs = wakeAtUs(this.options.rules, this.#state);
    if (atUs === undefined) {
      this.#timer?.cancel();
      this.#timer = undefined;
      return;
    }
    if (this.#timer !== undefined && this.#timer.atUs <= atUs) return;
    this.#timer?.cancel();
    const delayMs = Math.max(0, (atUs - this.#nowUs()) / 1_000);
    this.#timer = { atUs, cancel: this.options.scheduler.after(delayMs, () => this.#tick()) };
  }

  #tick(): void {
    this.#timer = undefined;
    const stalledUs = this.#connection?.outbox.stalledUs ?? 0;
    if (stalledUs > noDrainMs * 1_000) this.#drop("the other end does not read");
    else this.#step({ type: "tick", ...this.#instant() });
    this.#armTimer();
  }

  #instant(): { readonly nowUs: Micros; readonly random: number } {
    return { nowUs: this.#nowUs(), random: this.options.random() };
  }

  #nowUs(): Micros {
    return this.options.scheduler.nowUs();
  }
}
