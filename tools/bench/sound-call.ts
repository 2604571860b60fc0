// A sender and a receiver with a sound server of their own: what is said to the one is heard at the other.

import { Ear, Mouth } from "../e2e/sound-probes.ts";
import { SoundServer } from "../e2e/sound-server.ts";
import { treeOf, readTree } from "./process-stat.ts";
import { Program } from "./program.ts";
import type { LinkEnd } from "./slow-link.ts";

const [microphone, speaker] = ["mic", "ear"];

/** A call under way. */
export interface SoundCall {
  readonly sender: Program;
  readonly receiver: Program;
  readonly mouth: Mouth;
  readonly ear: Ear;
}

/** What the receiver's statistics say of the sound. */
export interface SoundLine {
  readonly latencyMs?: number;
  readonly playedMs: number;
  readonly concealedShare: number;
}

/**
 * Holds a call with sound for as long as `use` takes.
 * @param source the sender's options; without "--microphone" it has the sound that its source has
 * @param options.ends of a link, sender first; without them on loopback
 * @param options.watching what the receiver is told besides
 */
export async function withSoundCall<T>(
  source: readonly string[],
  use: (call: SoundCall) => Promise<T>,
  { ends, watching = [] }: { readonly ends?: readonly [LinkEnd, LinkEnd]; readonly watching?: readonly string[] } = {},
): Promise<T> {
  const server = await SoundServer.start({ speakers: [speaker], microphones: [microphone] });
  const before = Object.fromEntries(Object.keys(server.env).map((name) => [name, process.env[name]]));
  Object.assign(process.env, server.env);
  const programs: Program[] = [];
  try {
    const listen = ends === undefined ? "127.0.0.1:0" : `${ends[0].address}:0`;
    const sender = new Program("sender", [...source, "--listen", listen], ends?.[0]);
    programs.push(sender);
    const { value } = await sender.first("invite");
    const receiver = new Program("receiver", [String(value["invite"]), "--no-window", "--speaker", speaker, ...watching], ends?.[1]);
    programs.push(receiver);
    const mouth = await Mouth.open(server, microphone);
    const ear = await Ear.open(server, speaker);
    await Promise.all([sender.first("recording"), receiver.first("playing")]);
    try {
      return await use({ sender, receiver, mouth, ear });
    } finally {
      mouth.close();
      ear.close();
    }
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await server.stop();
  }
}

/** The options by which a sender hears the mouth. */
export const throughMicrophone: readonly string[] = ["--microphone", microphone];

/** CPU time of a program's audio engine so far, ms. */
export function audioEngineCpuMs({ pid }: Program): number {
  const processes = readTree(pid);
  const engines = processes.filter(({ command }) => command.includes("audio-main.js"));
  return engines.reduce((sum, engine) => sum + treeOf(processes, engine.pid).reduce((all, { cpuMs }) => all + cpuMs, 0), 0);
}

/** Sound that was made up between two lines, per cent of all that was heard. */
export function concealedPercent(from: SoundLine, to: SoundLine): number {
  const concealedMs = ({ playedMs, concealedShare }: SoundLine): number => (playedMs * concealedShare) / (1 - concealedShare);
  const concealed = concealedMs(to) - concealedMs(from);
  return (100 * concealed) / (to.playedMs - from.playedMs + concealed);
}

/** The sound of a statistics line of a receiver's. */
export function soundLine(value: Readonly<Record<string, unknown>>): SoundLine {
  return value["audio"] as SoundLine;
}
