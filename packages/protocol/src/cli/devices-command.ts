// The subcommand "devices": what can be looked through, heard with and listened to, as a table for people and as JSON for programs.

import { forTerminal } from "./console-output.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

/** A camera, as people know it. */
export interface ListedCamera {
  /** What `--camera` takes, besides a part of the name. */
  readonly camera: string;
  readonly name: string;
  /** Sizes with the most pictures a second of each, the largest first; empty where they are not known. */
  readonly modes: readonly { readonly widthPx: number; readonly heightPx: number; readonly frameRate: number }[];
  /** The programs that have it open. */
  readonly usedBy: readonly { readonly pid: number; readonly name: string }[];
}

/** A microphone or speaker. */
export interface ListedSound {
  readonly name: string;
  readonly isDefault: boolean;
}

/** All devices of the kinds that a program uses. */
export interface DeviceList {
  readonly cameras?: readonly ListedCamera[];
  readonly microphones?: readonly ListedSound[];
  readonly speakers?: readonly ListedSound[];
  /** Kinds that could not be listed, as sentences. */
  readonly problems: readonly string[];
}

/** Sizes of a camera in the table; JSON has all. */
const shownModes = 6;

/** The subcommand of a program that uses what `list` gives. */
export function devicesCommand(list: () => Promise<DeviceList>): Command {
  return {
    name: "devices",
    describe: "list cameras, microphones and speakers, as far as this program uses them, by their names",
    options: { json: { type: "boolean", default: false, describe: "one JSON object on stdout, for programs" } },
    run: async (_args, { output }) => {
      const devices = await list();
      output.event({ event: "devices", ...(JSON.parse(JSON.stringify(devices)) as object) });
      output.result(deviceTable(devices));
      for (const problem of devices.problems) output.say(problem, true);
      return exitCodes.ok;
    },
  };
}

/** The devices as a table for a terminal. */
export function deviceTable({ cameras, microphones, speakers }: DeviceList): string {
  const sections: string[] = [];
  if (cameras !== undefined) sections.push(section("Cameras", cameras.map(cameraLines)));
  if (microphones !== undefined) sections.push(section("Microphones", microphones.map(soundLine)));
  if (speakers !== undefined) sections.push(section("Speakers", speakers.map(soundLine)));
  return sections.join("\n\n");
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...(lines.length === 0 ? ["  none"] : lines)].join("\n");
}

function cameraLines({ camera, name, modes, usedBy }: ListedCamera): string {
  const users = usedBy.map((user) => `${forTerminal(user.name)} (pid ${user.pid})`).join(" and ");
  const sizes = modes
    .slice(0, shownModes)
    .map(({ widthPx, heightPx, frameRate }) => `${widthPx}x${heightPx} at ${Math.round(frameRate)} fps`);
  const more = modes.length > shownModes ? ["…"] : [];
  const lines = [`  ${camera}  ${forTerminal(name)}${users === "" ? "" : `, used by ${users}`}`];
  if (sizes.length > 0) lines.push(`     ${[...sizes, ...more].join(", ")}`);
  return lines.join("\n");
}

function soundLine({ name, isDefault }: ListedSound): string {
  return `  ${forTerminal(name)}${isDefault ? "  (default)" : ""}`;
}
