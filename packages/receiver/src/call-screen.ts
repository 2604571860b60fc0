// What a running call shows over its picture, and changes by keys: figures, sound levels, messages, the line that is typed, the help box.

import { isDeepStrictEqual } from "node:util";

import type { DetailRow } from "@simple-video-chat/protocol/cli";

import type { DisplayView } from "./display/display.ts";
import { type Overlay, selfViewCorners, type SoundLevel } from "./display/overlay.ts";

/** A message is shown so long, ms: read twice at leisure. */
const messageMs = 8_000;
/** Messages that are shown at once, and what of each: a glance's worth. */
const maxMessages = 5;
const maxMessageCharacters = 300;
/** What the typing line may have of its end: more than the picture is wide. */
const maxTypingCharacters = 300;

/** What can be drawn over. */
export interface CallDisplay {
  overlay: Overlay;
  view: DisplayView;
}

/** What is shown while the figures are. */
export interface ScreenFigures {
  readonly name: string;
  readonly state: string;
  readonly levels: readonly SoundLevel[];
  readonly detail: readonly DetailRow[];
}

/** The screen of a call. */
export class CallScreen {
  readonly #display: CallDisplay;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** The last message of each topic. */
  readonly #latest = new Map<string, Overlay["messages"][number]>();
  #isDetailed = false;
  #isStopped = false;

  constructor(display: CallDisplay) {
    this.#display = display;
  }

  /** Whether name, levels and figures are shown. */
  get isDetailed(): boolean {
    return this.#isDetailed;
  }

  /** Whether the help box is. */
  get hasHelp(): boolean {
    return this.#display.overlay.help !== null;
  }

  /** Shows the figures from now on, or, undefined, none. */
  showFigures(figures: ScreenFigures | undefined): void {
    this.#isDetailed = figures !== undefined;
    if (figures === undefined) this.change({ name: null, levels: [], statistics: [] });
    else {
      const { name, state, levels, detail } = figures;
      this.change({ name: name === "" ? null : { name, state }, levels, statistics: detail });
    }
  }

  /** Moves the meters. */
  showLevels(levels: readonly SoundLevel[]): void {
    if (!isDeepStrictEqual(levels, this.#display.overlay.levels)) this.change({ levels });
  }

  /** Shows the help box, or, undefined, none. */
  showHelp(help: Overlay["help"] | undefined): void {
    this.change({ help: help ?? null });
  }

  /**
   * Shows a message for some seconds.
   * @param from whose it is; "" when the program itself says it
   * @param topic the message takes the place of the one before that has the same
   */
  say(from: string, text: string, topic?: string): void {
    // What became of a text may be known only when the call is over.
    if (this.#isStopped) return;
    const message = { from, text: [...text.replaceAll("\n", " ")].slice(0, maxMessageCharacters).join("") };
    const replaced = topic === undefined ? undefined : this.#latest.get(topic);
    if (topic !== undefined) this.#latest.set(topic, message);
    const others = this.#display.overlay.messages.filter((shown) => shown !== replaced);
    this.change({ messages: [...others, message].slice(-maxMessages) });
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.change({ messages: this.#display.overlay.messages.filter((shown) => shown !== message) });
    }, messageMs);
    this.#timers.add(timer);
  }

  /** Shows what is being typed; undefined: no more. */
  showTyping(text: string | undefined): void {
    this.change({ typing: text === undefined ? null : [...text].slice(-maxTypingCharacters).join("") });
  }

  /** @returns whether it is hidden now */
  toggleSelfView(): boolean {
    const { selfView } = this.#display.overlay;
    this.change({ selfView: { ...selfView, isHidden: !selfView.isHidden } });
    return !selfView.isHidden;
  }

  /** Moves the self-view to the next corner, and shows it. */
  nextCorner(): void {
    const { corner } = this.#display.overlay.selfView;
    const next = selfViewCorners[(selfViewCorners.indexOf(corner) + 1) % selfViewCorners.length] ?? corner;
    this.change({ selfView: { isHidden: false, corner: next } });
  }

  toggleFullscreen(): void {
    this.#display.view = { ...this.#display.view, isFullscreen: !this.#display.view.isFullscreen };
  }

  /** @returns whether left and right are exchanged now */
  toggleMirror(): boolean {
    const isMirrored = !this.#display.view.isMirrored;
    this.#display.view = { ...this.#display.view, isMirrored };
    return isMirrored;
  }

  /** Changes some layers. */
  change(layers: Partial<Overlay>): void {
    this.#display.overlay = { ...this.#display.overlay, ...layers };
  }

  /** Shows no more. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
