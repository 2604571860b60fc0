// The keys of a running call, in its window and in the terminal: what each of them does to it, and says.

import {
  type ConsoleOutput,
  detailLines,
  type DetailRow,
  type KeyActions,
  keyRows,
  type ProgramName,
} from "@simple-video-chat/protocol/cli";

import type { CallFigures, RunningCall } from "./call-program.ts";
import type { CallScreen } from "./call-screen.ts";

/** What a key makes it louder or quieter by. */
const volumeStep = 0.1;

/** What the keys of a call work on. */
export interface CallKeysOptions {
  readonly call: RunningCall;
  readonly screen: CallScreen;
  readonly output: ConsoleOutput;
  readonly program: ProgramName;
  readonly figures: () => CallFigures;
  /** The program's own present settings; those of the display are added. */
  readonly settings: () => readonly DetailRow[];
  readonly nextSource?: (() => void) | undefined;
}

/** The functions of the keys of receiver and peer. */
export function callKeys({
  call,
  screen,
  output,
  program,
  figures,
  settings,
  nextSource,
}: CallKeysOptions): Omit<KeyActions, "quit" | "type" | "record" | "snapshot"> {
  const tell = (sentence: string, topic: string): void => {
    output.say(sentence);
    screen.say("", sentence, topic);
  };
  const louder = (by: number): void => {
    call.volume += by;
    tell(`Volume ${Math.round(100 * call.volume)} %`, "volume");
  };
  return {
    statistics: () => {
      const present = figures();
      screen.showFigures(screen.isDetailed ? undefined : present.screen);
      if (screen.isDetailed) output.say(detailLines(present.screen.detail));
    },
    help: () => {
      const rows = [...settings(), ...displaySettings(call)];
      const keys = keyRows(program);
      screen.showHelp(screen.hasHelp ? undefined : { keys, settings: rows });
      if (screen.hasHelp) output.say(`${detailLines(keys)}\n\n${detailLines(rows)}`);
    },
    mute: () => {
      if (call.isMuted !== undefined) call.isMuted = !call.isMuted;
    },
    camera: () => {
      if (call.isCameraOff !== undefined) call.isCameraOff = !call.isCameraOff;
    },
    "next-source": () => nextSource?.(),
    pause: () => {
      call.isPaused = !call.isPaused;
      output.say(call.isPaused ? "The picture is held; Space goes on." : "The picture is live again.");
    },
    quieter: () => louder(-volumeStep),
    louder: () => louder(volumeStep),
    fullscreen: () => screen.toggleFullscreen(),
    mirror: () => tell(screen.toggleMirror() ? "Mirrored" : "Not mirrored", "mirror"),
    "self-view": () => output.say(screen.toggleSelfView() ? "Your own picture is hidden here." : "Your own picture is shown here."),
    corner: () => screen.nextCorner(),
  };
}

function displaySettings(call: RunningCall): readonly DetailRow[] {
  return [
    ["volume", `${Math.round(100 * call.volume)} %`],
    ["picture", `${call.isPaused ? "held" : "live"}${call.view.isMirrored ? ", mirrored" : ""}`],
  ];
}
