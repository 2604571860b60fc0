// Runs an engine process for the network process: starts it, carries its messages, starts it again when it dies.

import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";

import type { EncodedPacket } from "../media/packet.ts";
import { cleanText } from "../messages/clean-text.ts";
import type { Message } from "../messages/message.ts";
import { nowUs } from "../time/clock.ts";
import { cpuTimeMs } from "./cpu-time.ts";
import { EnginePipe } from "./engine-pipe.ts";
import { type EngineStart, startEngine } from "./engine-start.ts";
import { isPulse, pulseIntervalMs, PulseWatch, usualPulseLimitMs } from "./pulse.ts";
import { selfViewTrack } from "./tracks.ts";
import { lookIntervalMs, Watchdog } from "./watchdog.ts";

/** An engine that dies this often within {@link restartWindowUs} is given up. Three: one crash is bad luck, three are a bad stream or a bad driver. */
const maxDeaths = 3;
const restartWindowUs = 60_000_000;
/** How long an engine may take to release its devices after its pipe was closed, before it is killed. */
const stopTimeoutMs = 2000;
/** The last lines an engine wrote to stderr are kept for the reason of its death. */
const keptStderrBytes = 4096;

/** Why an engine ended. */
export interface EngineDeath {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr. */
  readonly lastWords: string;
}

export interface EngineHostOptions extends EngineStart {
  /** It answers every packet with a report, and is killed when it hangs over one. The self-view's packets are not watched. Default false. */
  readonly isWatched?: boolean;
  /** It is killed when it has given no sign of life for this long, ms. Default {@link usualPulseLimitMs}. */
  readonly pulseLimitMs?: number;
  /** Processor time that one packet may take, ms; default what decoding takes at most. */
  readonly packetCpuMs?: number | undefined;
  /** A message from the engine. Video data is valid during the call only. */
  readonly onMessage: (message: Message) => void;
  /** The engine died and a new one was started in its place: configure it again. */
  readonly onRestart: (death: EngineDeath) => void;
  /** The engine died too often, or could not be started. It is not started again. */
  readonly onGiveUp: (death: EngineDeath) => void;
}

/** An engine process and its restarts. */
export class EngineHost {
  readonly #options: EngineHostOptions;
  readonly #deathsUs: number[] = [];
  #child: ChildProcess | undefined;
  #pipe: EnginePipe | undefined;
  #watchdog: Watchdog | undefined;
  #pulseWatch: PulseWatch | undefined;
  #looking: NodeJS.Timeout | undefined;
  #stopping = false;
  #exited: Promise<void> = Promise.resolve();

  constructor(options: EngineHostOptions) {
    this.#options = options;
    this.#start();
  }

  /** The engine's process id, for tests and `doctor`; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Sends a message; lost when the engine is just dying (its successor is configured afresh). */
  send(message: Message): void {
    this.#pipe?.send(message);
  }

  /** Sends a packet in chunks. Its data must not change any more. */
  sendPacket(packet: EncodedPacket): void {
    this.#pipe?.sendPacket(packet);
    if (packet.track !== selfViewTrack) this.#watchdog?.given();
  }

  /** Bytes on their way to the engine. */
  get pendingBytes(): number {
    return this.#pipe?.pendingBytes ?? 0;
  }

  /** Ends the engine for good; resolves when its process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#looking);
    this.#pipe?.end();
    const kill = setTimeout(() => this.#child?.kill("SIGKILL"), stopTimeoutMs);
    await this.#exited;
    clearTimeout(kill);
  }

  #start(): void {
    const child = startEngine(this.#options);
    let lastWords = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      lastWords = (lastWords + text).slice(-keptStderrBytes);
    });
    // A socket pair: Node types it as one direction, it has both. Without descriptors for it there is no stdio, and 'error' follows.
    const stream = (child.stdio as ChildProcess["stdio"] | undefined)?.[3] as unknown as Duplex | undefined;
    const pipe: EnginePipe | undefined =
      stream &&
      new EnginePipe(stream, {
        onMessage: (message) => {
          // Of an engine that is known to be dead nothing is heard any more: its owner has closed the account with it.
          if (this.#pipe !== pipe) return;
          this.#pulseWatch?.heard();
          if (isPulse(message)) return;
          if (message.type === "report") this.#watchdog?.answered();
          this.#options.onMessage(message);
        },
        // A broken pipe means a broken engine; its exit is what counts.
        onClose: () => {
          if (!this.#stopping) child.kill("SIGKILL");
        },
      });
    this.#child = child;
    this.#pipe = pipe;
    this.#watch(child, (reason) => {
      lastWords = `${lastWords.trimEnd()}\n${reason}`;
    });
    this.#exited = new Promise((resolve) => {
      let gone = false;
      const onGone = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
        if (gone) return;
        gone = true;
        resolve();
        this.#onDeath({ exitCode, signal, lastWords });
      };
      child.on("error", (error) => {
        lastWords += error.message;
        onGone(null, null);
      });
      child.on("exit", onGone);
    });
  }

  #watch(child: ChildProcess, onHang: (reason: string) => void): void {
    const { isWatched = false, pulseLimitMs = usualPulseLimitMs, packetCpuMs } = this.#options;
    const startedMs = performance.now();
    const cpuMs = (): number | undefined => (child.pid === undefined ? undefined : cpuTimeMs(child.pid));
    const watchdog = isWatched ? new Watchdog(cpuMs, startedMs, packetCpuMs) : undefined;
    const pulseWatch = new PulseWatch(pulseLimitMs, startedMs);
    this.#watchdog = watchdog;
    this.#pulseWatch = pulseWatch;
    const look = (): void => {
      const nowMs = performance.now();
      const reason = watchdog?.look(nowMs) ?? pulseWatch.look(nowMs);
      if (reason === undefined) return;
      clearInterval(this.#looking);
      onHang(reason);
      child.kill("SIGKILL");
    };
    this.#looking = setInterval(look, isWatched ? lookIntervalMs : pulseIntervalMs);
  }

  #onDeath(death: EngineDeath): void {
    this.#pipe = undefined;
    this.#watchdog = undefined;
    clearInterval(this.#looking);
    if (this.#stopping) return;
    const now = nowUs();
    this.#deathsUs.push(now);
    while ((this.#deathsUs[0] ?? now) < now - restartWindowUs) this.#deathsUs.shift();
    if (this.#deathsUs.length >= maxDeaths) {
      this.#stopping = true;
      this.#options.onGiveUp(death);
      return;
    }
    this.#start();
    this.#options.onRestart(death);
  }
}

/** A death in words, for a message. What the engine wrote may hold text from outside, and is made safe for a terminal. */
export function describeDeath(death: EngineDeath): string {
  const how = death.signal === null ? `ended with code ${death.exitCode ?? "unknown"}` : `was ended by ${death.signal}`;
  const lines = death.lastWords.trim().split("\n");
  // An uncaught error is followed by its stack and by Node's own version: the line that names it says most.
  const words = lines.findLast((line) => /^\w*Error\b.*: /.test(line)) ?? lines.at(-1) ?? "";
  return words === "" ? how : `${how}: ${cleanText(words, { lines: false })}`;
}
