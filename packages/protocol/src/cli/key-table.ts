// The keys, as one table: what each does, and in which programs. From it come what happens when one is pressed (keyboard.ts), the help
// box, the help in the terminal, and the tables of the READMEs, which a test compares.

import type { ProgramName } from "./command-name.ts";

/** What a key can do. */
export type KeyAction =
  | "quit"
  | "fullscreen"
  | "mute"
  | "camera"
  | "next-source"
  | "pause"
  | "quieter"
  | "louder"
  | "statistics"
  | "self-view"
  | "corner"
  | "mirror"
  | "record"
  | "snapshot"
  | "type"
  | "kick"
  | "new-code"
  | "help";

/** What the keys do in a running program; one that is not there does nothing. */
export type KeyActions = { readonly [action in KeyAction]?: () => void };

/** A row of the table. */
export interface KeyBinding {
  /** By their names: a character, or "Escape", "Space", "Enter". */
  readonly keys: readonly string[];
  /** What a program gives a function for. */
  readonly action: KeyAction;
  /** In words, for people. */
  readonly does: string;
  readonly programs: readonly ProgramName[];
}

const all = ["sender", "receiver", "peer"] as const;
const watching = ["receiver", "peer"] as const;
const calling = ["peer"] as const;

/** All keys, in the order in which they are shown. A new one is a row here and a function where its program runs. */
export const keyTable: readonly KeyBinding[] = [
  { keys: ["q", "Escape"], action: "quit", does: "end", programs: all },
  { keys: ["f"], action: "fullscreen", does: "full screen, or the window again", programs: watching },
  { keys: ["m"], action: "mute", does: "microphone off (it is released), or on", programs: ["sender", "peer"] },
  { keys: ["v"], action: "camera", does: "camera off (it is released), or on", programs: ["sender", "peer"] },
  { keys: ["c"], action: "next-source", does: "the next camera, or the next of several --source", programs: ["sender", "peer"] },
  { keys: ["Space"], action: "pause", does: "hold the picture, or go on live", programs: watching },
  { keys: ["9"], action: "quieter", does: "quieter", programs: watching },
  { keys: ["0"], action: "louder", does: "louder", programs: watching },
  { keys: ["i"], action: "statistics", does: "name, sound levels and figures, or none", programs: watching },
  { keys: ["h"], action: "self-view", does: "hide your own picture, or show it", programs: calling },
  { keys: ["p"], action: "corner", does: "your own picture to the next corner", programs: calling },
  { keys: ["x"], action: "mirror", does: "mirror the picture, or not", programs: watching },
  { keys: ["r"], action: "record", does: "record to a new file in this folder, or end that", programs: watching },
  { keys: ["s"], action: "snapshot", does: "the picture as a PNG file", programs: watching },
  { keys: ["k"], action: "kick", does: "put a receiver out; asks whom when there are several", programs: ["sender"] },
  { keys: ["n"], action: "new-code", does: "a new code, with --code", programs: ["sender", "peer"] },
  { keys: ["t", "Enter"], action: "type", does: "message or /send FILE: Enter sends, Esc leaves", programs: all },
  { keys: ["?"], action: "help", does: "these keys and the present settings, or neither", programs: all },
];

/** The keys of a program. */
export function keysOf(program: ProgramName): readonly KeyBinding[] {
  return keyTable.filter(({ programs }) => programs.includes(program));
}

/** The keys of a program in two columns: "q, Esc", "end". */
export function keyRows(program: ProgramName): readonly (readonly [keys: string, does: string])[] {
  return keysOf(program).map(({ keys, does }) => [keys.map((key) => (key === "Escape" ? "Esc" : key)).join(", "), does]);
}
