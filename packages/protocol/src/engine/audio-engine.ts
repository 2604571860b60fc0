// One half of an audio engine, recording or playing, as the network process sees it: started with its first command, told of in sentences. The
// engine may be its own, or one that both halves of a call share.

import { toJsonObject } from "../messages/json-object.ts";
import type { Message } from "../messages/message.ts";
import { audioConfinement } from "./confinement.ts";
import { describeDeath, type EngineDeath, EngineHost, type EngineHostOptions } from "./engine-host.ts";
import { audioPulseLimitMs } from "./pulse.ts";

/** What is decided by whoever needs an engine, not by whoever starts it. */
export type AudioEngineOptions = Omit<EngineHostOptions, "entry" | "confinement">;
/** Starts an engine, or gives a share of one. */
export type StartAudioEngine = (options: AudioEngineOptions) => Pick<EngineHost, "pid" | "send" | "stop">;

/** There is no sound (any more): a sentence for the user; final when it will not come back. */
export interface SoundTrouble {
  readonly code: string;
  readonly message: string;
  readonly isFinal: boolean;
}

/** What a half is told. */
export interface AudioEngineEvents {
  readonly onMessage: (message: Message) => void;
  /** The engine died; a new one waits for commands. */
  readonly onRestart: () => void;
  /** Told before {@link onRestart}, and when the engine is given up. */
  readonly onTrouble: (trouble: SoundTrouble) => void;
}

/** Engines of this program, each a process of its own. @param entry the program */
export function audioEngineOf(entry: URL): StartAudioEngine {
  return (options) => new EngineHost({ ...options, entry, confinement: audioConfinement(), pulseLimitMs: audioPulseLimitMs });
}

/** One half. */
export class AudioEngine {
  readonly #start: StartAudioEngine;
  readonly #events: AudioEngineEvents;
  #engine: ReturnType<StartAudioEngine> | undefined;
  #isGivenUp = false;

  constructor(start: StartAudioEngine, events: AudioEngineEvents) {
    this.#start = start;
    this.#events = events;
  }

  /** The engine's process id; undefined before the first command. */
  get pid(): number | undefined {
    return this.#engine?.pid;
  }

  /** Whether it has died too often. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** Tells it what to do; it is started for the first command. */
  command(command: object): void {
    this.#engine ??= this.#begin();
    this.#engine.send({ type: "engine-configure", value: toJsonObject(command) });
  }

  /** Gives it a packet; nothing before the first command. */
  send(message: Message): void {
    this.#engine?.send(message);
  }

  /** Ends it; resolves when its process is gone. */
  async stop(): Promise<void> {
    await this.#engine?.stop();
  }

  #begin(): ReturnType<StartAudioEngine> {
    const trouble = (death: EngineDeath, isFinal: boolean): void =>
      this.#events.onTrouble({ code: "engine-failed", message: `The audio engine ${describeDeath(death)}.`, isFinal });
    return this.#start({
      onMessage: (message) => this.#events.onMessage(message),
      onRestart: (death) => {
        trouble(death, false);
        this.#events.onRestart();
      },
      onGiveUp: (death) => {
        this.#isGivenUp = true;
        trouble(death, true);
      },
    });
  }
}
