// One side of the call with oneself: a real svc-peer process, its JSON lines and its sentences.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import type { JsonObject } from "@simple-video-chat/protocol";
import { type ExitCode, exitCodes } from "@simple-video-chat/protocol/cli";

const peerProgram = fileURLToPath(new URL("../../../packages/peer/bin/svc-peer.js", import.meta.url));
/** Sentences that are kept, to say why a side did not start. */
const keptSentences = 5;

/** A running svc-peer. */
export class PeerProcess {
  readonly name: string;
  /** Resolves with the exit code; a side that was killed counts as lost. */
  readonly exited: Promise<ExitCode>;
  readonly #child: ChildProcess;
  readonly #eventHandlers: ((event: JsonObject) => void)[] = [];
  readonly #sentenceHandlers: ((sentence: string) => void)[] = [];
  readonly #sentences: string[] = [];
  #lastStats: JsonObject | undefined;
  #summary: JsonObject | undefined;

  /** @param invite of the other side; it goes through the environment, where other users cannot read it */
  constructor(name: string, args: readonly string[], invite: string | undefined) {
    this.name = name;
    this.#child = spawn(process.execPath, [peerProgram, "--name", name, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...(invite !== undefined && { SVC_INVITE: invite }) },
    });
    this.exited = new Promise((resolve) => {
      this.#child.on("close", (code) => resolve((code ?? exitCodes.lost) as ExitCode));
      this.#child.on("error", () => resolve(exitCodes.couldNotStart));
    });
    this.#read();
  }

  /** The last "stats" event. */
  get lastStats(): JsonObject | undefined {
    return this.#lastStats;
  }

  /** Calls `handler` for every JSON line. */
  onEvent(handler: (event: JsonObject) => void): void {
    this.#eventHandlers.push(handler);
  }

  /** Calls `handler` for every sentence that the side says to people. */
  onSentence(handler: (sentence: string) => void): void {
    this.#sentenceHandlers.push(handler);
  }

  /** The next event of this name. */
  event(name: string): Promise<JsonObject> {
    return new Promise((resolve) => {
      this.onEvent((event) => {
        if (event["event"] === name) resolve(event);
      });
    });
  }

  /** What the side said last. */
  lastSentences(): string {
    return this.#sentences.join("\n");
  }

  /** The figures of its summary; of a side that never gave one there is nothing to count. */
  summary(): Omit<JsonObject, "event"> {
    const { event: _event, ...figures }: JsonObject = this.#summary ?? {
      captured: 0,
      shown: 0,
      dropped: {},
      fps: 0,
      bitrateBps: 0,
      latencyMs: null,
    };
    return figures;
  }

  /** As Ctrl-C: the side hangs up and says goodbye. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Ends it without a goodbye, if it is still there. */
  kill(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
  }

  #read(): void {
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) return;
    createInterface({ input: stdout }).on("line", (line) => {
      const event = JSON.parse(line) as JsonObject;
      if (event["event"] === "stats") this.#lastStats = event;
      if (event["event"] === "summary") this.#summary = event;
      for (const handler of this.#eventHandlers) handler(event);
    });
    createInterface({ input: stderr }).on("line", (sentence) => {
      this.#sentences.push(sentence);
      if (this.#sentences.length > keptSentences) this.#sentences.shift();
      for (const handler of this.#sentenceHandlers) handler(sentence);
    });
  }
}
