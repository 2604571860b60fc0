// How soon a key acts: from the key's press in a real window until the screen shows what it does, and until the program tells of it. The
// screen is a virtual one; it is watched by ffmpeg, and the keys come from xdotool: nothing of ours is asked.

import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

import { VirtualDisplay } from "../../e2e/virtual-display.ts";
import { requireProgram } from "../peers/peer-process.ts";
import { Program } from "../program.ts";
import { BenchError, type Figures, type Scenario } from "../scenario.ts";
import { percentile } from "../statistics.ts";

/** How often the screen is looked at, Hz: the figures are exact to half of that, and too long by no more. */
const lookRateHz = 200;
/** A square of the screen is watched, pixels. */
const sidePx = 16;
const bytesPerLook = sidePx * sidePx * 4;
/** Mean difference of a colour value that is a change: the help box is nearly black, and the test card stands still there. */
const changedBy = 12;
const patienceMs = 5_000;
/** Between two presses, ms: odd, so that they do not keep step with the pictures. */
const pauseMs = 487;
/** A window grows with its pictures for 5 s. */
const callSettlesMs = 6_000;

/** Watches a square of a screen. */
class Watch {
  readonly #child: ChildProcess;
  #rest: Buffer = Buffer.alloc(0);
  #now: Buffer | undefined;
  #onLook: ((look: Buffer) => void) | undefined;

  constructor(display: string, left: number, top: number) {
    const input = ["-f", "x11grab", "-framerate", `${lookRateHz}`, "-draw_mouse", "0", "-video_size", `${sidePx}x${sidePx}`];
    const args = ["-loglevel", "error", "-fflags", "nobuffer", ...input, "-i", `${display}+${left},${top}`];
    this.#child = spawn("ffmpeg", [...args, "-f", "rawvideo", "-pix_fmt", "bgr0", "-fps_mode", "passthrough", "-flush_packets", "1", "-"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      while (this.#rest.byteLength >= bytesPerLook) {
        const look = this.#rest.subarray(0, bytesPerLook);
        this.#rest = this.#rest.subarray(bytesPerLook);
        this.#now = look;
        this.#onLook?.(look);
      }
    });
  }

  /** Resolves when it has seen something. */
  async begun(): Promise<void> {
    while (this.#now === undefined) await sleep(10);
  }

  /** Resolves, with the time, when what is seen is no longer what it is now. @throws BenchError (rejects) when it stays the same */
  changes(): Promise<number> {
    const before = this.#now ?? Buffer.alloc(bytesPerLook);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new BenchError("program-silent", "a key changed nothing on the screen")), patienceMs);
      this.#onLook = (look) => {
        if (meanDifference(before, look) < changedBy) return;
        clearTimeout(timer);
        this.#onLook = undefined;
        resolve(performance.now());
      };
    });
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}

function meanDifference(a: Buffer, b: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytesPerLook; at++) sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0));
  return sum / bytesPerLook;
}

/** `pnpm bench keys`. */
export const keys: Scenario = {
  name: "keys",
  description:
    "two svc-peer on loopback, one with a window on a virtual screen: from a key's press to the help box on the screen (?), and to the event of a camera that is off or on (v)",
  defaults: { seconds: 20 },
  figures: [
    { name: "screenP50Ms", label: "key to screen (?), p50", unit: "ms", digits: 0, goal: { atMost: 50 } },
    { name: "screenP95Ms", label: "key to screen (?), p95", unit: "ms", digits: 0, goal: { atMost: 50 } },
    { name: "toldP50Ms", label: "key to event (v), p50", unit: "ms", digits: 0, goal: { atMost: 50 } },
    { name: "toldP95Ms", label: "key to event (v), p95", unit: "ms", digits: 0, goal: { atMost: 50 } },
  ],
  async measure({ seconds }): Promise<Figures> {
    for (const program of ["ffmpeg", "xdotool"]) requireProgram(program);
    const display = await VirtualDisplay.start();
    const size = ["--source", "testcard", "--camera-size", "640x360"];
    const waiting = new Program("peer", [...size, "--no-window", "--listen", "127.0.0.1:0"]);
    let shown: Program | undefined;
    let watch: Watch | undefined;
    let hands: ChildProcess | undefined;
    try {
      const { value } = await waiting.first("invite");
      shown = new Program("peer", [String(value["invite"]), ...size], { env: { DISPLAY: display.name } });
      await shown.first("first-picture");
      const window = await display.window("Simple Video Chat");
      await display.press(window, "Shift");
      await sleep(callSettlesMs);
      await display.resize(window, 640, 360);
      const { leftPx, topPx, widthPx, heightPx } = await display.placeOf(window);
      watch = new Watch(display.name, leftPx + Math.round(widthPx * 0.4), topPx + Math.round(heightPx * 0.45));
      await watch.begun();
      // One that reads its commands: starting it takes longer than a key may.
      hands = spawn("xdotool", ["-"], { stdio: ["pipe", "ignore", "inherit"], env: { ...process.env, DISPLAY: display.name } });
      const press = (key: string): number => {
        hands?.stdin?.write(`key --delay 0 ${key}\n`);
        return performance.now();
      };
      const screenMs: number[] = [];
      const toldMs: number[] = [];
      for (let pressed = 0; pressed < seconds; pressed++) {
        const changed = watch.changes();
        const helpMs = press("question");
        screenMs.push((await changed) - helpMs);
        await sleep(pauseMs);
        const told = shown.next("camera");
        const offMs = press("v");
        toldMs.push((await told).atMs - offMs);
        await sleep(pauseMs);
      }
      return {
        screenP50Ms: percentile(screenMs, 0.5),
        screenP95Ms: percentile(screenMs, 0.95),
        toldP50Ms: percentile(toldMs, 0.5),
        toldP95Ms: percentile(toldMs, 0.95),
      };
    } finally {
      hands?.kill("SIGKILL");
      watch?.stop();
      await shown?.stop();
      await waiting.stop();
      await display.stop();
    }
  },
};
