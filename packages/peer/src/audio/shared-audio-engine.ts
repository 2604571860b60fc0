// One audio engine for both halves of a call's sound, each of which sees it as its own.

import {
  type AudioEngineOptions,
  audioConfinement,
  EngineHost,
  type EngineHostOptions,
  type StartAudioEngine,
} from "@simple-video-chat/protocol/engine";
import type { Message } from "@simple-video-chat/protocol";

/** The engine of a call. It is started for its first half and ended with its last. */
export class SharedAudioEngine {
  readonly #shares: AudioEngineOptions[] = [];
  readonly #start: (options: EngineHostOptions) => EngineHost;
  #engine: EngineHost | undefined;
  #users = 0;

  constructor(start: (options: EngineHostOptions) => EngineHost = (options) => new EngineHost(options)) {
    this.#start = start;
  }

  /** Gives one half its share: what the engine says goes to both, and each knows what is its own. */
  join(share: AudioEngineOptions): ReturnType<StartAudioEngine> {
    this.#shares.push(share);
    this.#users++;
    const engine = (this.#engine ??= this.#start({
      entry: new URL("../engine/audio-main.js", import.meta.url),
      confinement: audioConfinement(),
      onMessage: (message) => this.#each(({ onMessage }) => onMessage(message)),
      onRestart: (death) => this.#each(({ onRestart }) => onRestart(death)),
      onGiveUp: (death) => this.#each(({ onGiveUp }) => onGiveUp(death)),
    }));
    return {
      get pid() {
        return engine.pid;
      },
      send: (message: Message) => engine.send(message),
      stop: async () => {
        if (--this.#users === 0) await engine.stop();
      },
    };
  }

  #each(tell: (share: AudioEngineOptions) => void): void {
    for (const share of this.#shares) tell(share);
  }
}
