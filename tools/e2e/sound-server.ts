// A sound server of its own for a test: PulseAudio in a private folder with speakers and microphones that exist only there. Never the user's:
// programs find it by PULSE_SERVER alone. What a speaker plays can be listened to, and words be put into a microphone (sound-probes.ts).

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { waitUntil } from "./wait-until.ts";

const run = promisify(execFile);

/** What there is to hear with, and to be heard by; ids, which are names too. */
export interface SoundDevices {
  readonly speakers?: readonly string[];
  readonly microphones?: readonly string[];
  /** Microphones that hear a speaker, as loud as it plays: by the microphone's name, the speaker's. */
  readonly echoes?: Readonly<Record<string, string>>;
}

/** A running sound server. */
export class SoundServer {
  /** What programs need in their environment to find it. */
  readonly env: Readonly<Record<string, string>>;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    // ALSA's programs find it too: node-web-audio-api goes by this.
    const alsa = join(folder, "asound.conf");
    this.env = { PULSE_SERVER: `unix:${join(folder, "native")}`, PULSE_COOKIE: join(folder, "cookie"), ALSA_CONFIG_PATH: alsa };
    writeFileSync(alsa, "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n");
  }

  /** Starts one. Whoever starts it stops it. */
  static async start(devices: SoundDevices): Promise<SoundServer> {
    const folder = mkdtempSync(join(tmpdir(), "svc-sound-"));
    writeFileSync(join(folder, "default.pa"), script(folder, devices));
    const server = new SoundServer(folder);
    await server.restart();
    return server;
  }

  /** Where the words come out that a microphone is to hear. */
  static mouthOf(microphone: string): string {
    return `${microphone}-mouth`;
  }

  /** Ends the server, as when it crashes; its devices are gone. */
  async crash(): Promise<void> {
    const ended = new Promise((resolve) => this.#process?.once("exit", resolve));
    if (this.#process?.kill("SIGKILL") === true) await ended;
    this.#process = undefined;
  }

  /** Starts it (again), with the devices it had. */
  async restart(): Promise<void> {
    const options = [
      "--daemonize=no",
      "--exit-idle-time=-1",
      "--use-pid-file=no",
      "--disable-shm=yes",
      "--realtime=no",
      "--high-priority=no",
    ];
    const environment = { PATH: process.env["PATH"], HOME: this.#folder, XDG_RUNTIME_DIR: this.#folder, PULSE_RUNTIME_PATH: this.#folder };
    this.#process = spawn("pulseaudio", ["-n", "-F", join(this.#folder, "default.pa"), ...options], { stdio: "ignore", env: environment });
    this.#process.on("error", () => {});
    await waitUntil(() => isThere(join(this.#folder, "native")), "PulseAudio (Debian: pulseaudio)");
  }

  /** Does what a user does with the system's settings. @param args of pactl @returns what it printed */
  async settings(...args: readonly string[]): Promise<string> {
    return (await run("pactl", args, { env: { ...process.env, ...this.env } })).stdout;
  }

  /** Pulls a device out, and whatever it is made of. */
  async unplug(name: string): Promise<void> {
    const modules = (await this.settings("list", "short", "modules")).split("\n");
    for (const line of modules) if (line.includes(`_name=${name} `)) await this.settings("unload-module", line.split("\t")[0] ?? "");
  }

  /** Plugs a speaker in. */
  async plugSpeaker(name: string): Promise<void> {
    await this.settings(...sink(name).split(" "));
  }

  /** Plugs a microphone in whose mouth is still there. */
  async plugMicrophone(name: string): Promise<void> {
    await this.settings(...source(name).split(" "));
  }

  /** Whether somebody records from a microphone now. */
  async isHeard(): Promise<boolean> {
    const stdout = await this.settings("list", "short", "source-outputs");
    // Number, source, client: the module that makes the microphone out of its mouth records too, and is no client.
    return stdout.split("\n").some((line) => /^\d+$/u.test(line.split("\t")[2] ?? ""));
  }

  async stop(): Promise<void> {
    await this.crash();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function sink(name: string): string {
  return `load-module module-null-sink sink_name=${name} rate=48000 channels=2 sink_properties=device.description=${name}`;
}

function source(name: string): string {
  return `load-module module-remap-source master=${SoundServer.mouthOf(name)}.monitor source_name=${name} source_properties=device.description=${name}`;
}

function script(folder: string, { speakers = [], microphones = [], echoes = {} }: SoundDevices): string {
  const echo = ([microphone, speaker]: readonly [string, string]): string =>
    `load-module module-loopback source=${speaker}.monitor sink=${SoundServer.mouthOf(microphone)} latency_msec=20`;
  return [
    `load-module module-native-protocol-unix socket=${join(folder, "native")} auth-cookie=${join(folder, "cookie")}`,
    ...speakers.map(sink),
    ...microphones.flatMap((name) => [sink(SoundServer.mouthOf(name)), source(name)]),
    ...Object.entries(echoes).map(echo),
    "",
  ].join("\n");
}

function isThere(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
