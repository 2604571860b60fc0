// A screen of its own for a test: Xvfb on a free display number with a window manager (openbox), so that windows have frames and a close
// button. Screenshots are taken by ImageMagick's import, keys and the mouse come from xdotool: nothing of ours is asked.

import { setTimeout as sleep } from "node:timers/promises";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

import { within } from "./wait-until.ts";

const run = promisify(execFile);
const startLimitMs = 10_000;
/** Room for the raw pixels of the largest screenshot. */
const maxOutputBytes = 64 * 2 ** 20;

/** A window's place on the screen, pixels, without its frame. */
export interface WindowPlace {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A screenshot: packed BGR, 8 bits. */
export interface Screenshot {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bgr: Buffer;
}

/** A running virtual display. */
export class VirtualDisplay {
  /** As in DISPLAY: ":12". */
  readonly name: string;
  readonly #server: ChildProcess;
  readonly #windowManager: ChildProcess;

  private constructor(name: string, server: ChildProcess, windowManager: ChildProcess) {
    this.name = name;
    this.#server = server;
    this.#windowManager = windowManager;
  }

  /** Starts one. Whoever starts it stops it. */
  static async start({
    widthPx = 1500,
    heightPx = 1000,
  }: { readonly widthPx?: number; readonly heightPx?: number } = {}): Promise<VirtualDisplay> {
    // -displayfd: the server finds a free number by itself and writes it there when it is ready.
    const args = ["-displayfd", "3", "-screen", "0", `${widthPx}x${heightPx}x24`, "-nolisten", "tcp", "-noreset"];
    const server = spawn("Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    const failed = once(server, "error").then(([error]) => Promise.reject(error as Error));
    const numberLine = once(createInterface({ input: server.stdio[3] as Readable }), "line");
    const [number] = (await within(Promise.race([numberLine, failed]), startLimitMs, () => "Xvfb's display number")) as [string];
    const name = `:${number}`;
    const windowManager = spawn("openbox", ["--sm-disable"], { stdio: "ignore", env: { ...process.env, DISPLAY: name } });
    windowManager.on("error", () => {});
    const display = new VirtualDisplay(name, server, windowManager);
    const untilMs = performance.now() + startLimitMs;
    let isManaged = false;
    while (!isManaged && performance.now() < untilMs) {
      isManaged = (await display.#ask("xprop", ["-root", "_NET_SUPPORTING_WM_CHECK"])).includes("window id");
    }
    if (!isManaged) throw new Error("openbox does not manage the virtual display");
    return display;
  }

  /** The visible windows whose title has these words, as soon as there are `count`. */
  async windows(title: string, count: number = 1, limitMs: number = startLimitMs): Promise<string[]> {
    const untilMs = performance.now() + limitMs;
    for (;;) {
      const found = (await this.#ask("xdotool", ["search", "--onlyvisible", "--name", title])).split("\n").filter((id) => id !== "");
      if (found.length >= count) return found;
      if (performance.now() > untilMs)
        throw new Error(`not within ${limitMs / 1000} s: ${count} windows named ${title}; there are ${found.length}`);
    }
  }

  /** The first of {@link windows}. */
  async window(title: string): Promise<string> {
    return (await this.windows(title))[0] ?? "";
  }

  /** How many visible windows have these words in their title now. */
  async countWindows(title: string): Promise<number> {
    return (await this.#ask("xdotool", ["search", "--onlyvisible", "--name", title])).split("\n").filter((id) => id !== "").length;
  }

  /** A window's whole title. */
  async titleOf(window: string): Promise<string> {
    return (await this.#tell("xdotool", ["getwindowname", window])).trim();
  }

  /** What the window manager has noted of a window: "_NET_WM_STATE_ABOVE", … */
  async statesOf(window: string): Promise<readonly string[]> {
    return (await this.#tell("xprop", ["-id", window, "_NET_WM_STATE"])).match(/_NET_WM_STATE_\w+/g) ?? [];
  }

  async placeOf(window: string): Promise<WindowPlace> {
    const text = await this.#tell("xwininfo", ["-id", window]);
    const number = (label: string): number => Number(new RegExp(`${label}: +(-?\\d+)`).exec(text)?.[1]);
    return {
      leftPx: number("Absolute upper-left X"),
      topPx: number("Absolute upper-left Y"),
      widthPx: number("Width"),
      heightPx: number("Height"),
    };
  }

  /**
   * Waits until a window has this size and keeps it: a program's own resizing is done then, and cannot undo what a test does.
   *
   * @throws Error after 10 s
   */
  async settled(window: string, widthPx: number, heightPx: number): Promise<void> {
    const untilMs = performance.now() + 10_000;
    for (let seen = 0; seen < 3;) {
      const place = await this.placeOf(window);
      seen = place.widthPx === widthPx && place.heightPx === heightPx ? seen + 1 : 0;
      if (performance.now() > untilMs) throw new Error(`the window is ${place.widthPx}x${place.heightPx}, not ${widthPx}x${heightPx}`);
      await sleep(100);
    }
  }

  /** Moves a window, its frame's corner, pixels. */
  async move(window: string, leftPx: number, topPx: number): Promise<void> {
    await this.#tell("xdotool", ["windowmove", "--sync", window, String(leftPx), String(topPx)]);
  }

  /** Resizes a window as its user would at its frame. */
  async resize(window: string, widthPx: number, heightPx: number): Promise<void> {
    await this.#tell("xdotool", ["windowsize", "--sync", window, String(widthPx), String(heightPx)]);
  }

  /** Brings a window to the front, as a click on it would. */
  async activate(window: string): Promise<void> {
    await this.#tell("xdotool", ["windowactivate", "--sync", window]);
  }

  /** How far up a window is in the pile of all: the uppermost has the highest number. */
  async order(window: string): Promise<number> {
    const pile = (await this.#tell("xprop", ["-root", "_NET_CLIENT_LIST_STACKING"])).match(/0x[0-9a-f]+/g) ?? [];
    return pile.map(Number).indexOf(Number(window));
  }

  /** Presses a key in a window: "q", "Escape". */
  async press(window: string, key: string): Promise<void> {
    await this.#tell("xdotool", ["windowactivate", "--sync", window, "key", key]);
  }

  /** Clicks a window's close button, at the right end of the title bar that openbox gave it. */
  async clickClose(window: string): Promise<void> {
    const frame = /= (\d+), (\d+), (\d+), (\d+)/.exec(await this.#tell("xprop", ["-id", window, "_NET_FRAME_EXTENTS"]));
    const titleBarPx = Number(frame?.[3]);
    if (!(titleBarPx > 0)) throw new Error("the window has no title bar");
    const { leftPx, topPx, widthPx } = await this.placeOf(window);
    const x = String(leftPx + widthPx - Math.round(titleBarPx / 2));
    const y = String(topPx - Math.round(titleBarPx / 2));
    await this.#tell("xdotool", ["windowactivate", "--sync", window, "mousemove", "--sync", x, y, "click", "1"]);
  }

  /** A window's pixels, without its frame. */
  async screenshot(window: string): Promise<Screenshot> {
    const { stdout } = await run("import", ["-silent", "-window", window, "-depth", "8", "ppm:-"], {
      env: { ...process.env, DISPLAY: this.name },
      encoding: "buffer",
      maxBuffer: maxOutputBytes,
    });
    const header = /^P6\s(\d+)\s(\d+)\s255\s/.exec(stdout.toString("latin1", 0, 40));
    if (header === null) throw new Error("import gave no PPM of 8 bits");
    const [widthPx, heightPx] = [Number(header[1]), Number(header[2])];
    return { widthPx, heightPx, bgr: swapRedAndBlue(stdout.subarray(header[0].length)) };
  }

  /** Saves a picture of a window with its frame, or of the whole screen ("root"), as a file of the kind that its name says. */
  async save(window: string, file: string, options: readonly string[] = []): Promise<void> {
    await this.#tell("import", ["-silent", "-window", window, ...(window === "root" ? [] : ["-frame"]), ...options, file]);
  }

  /** Ends it; its windows' programs lose their screen. */
  async stop(): Promise<void> {
    for (const child of [this.#windowManager, this.#server]) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    }
  }

  /** What a command prints; nothing when it fails. */
  async #ask(command: string, args: readonly string[]): Promise<string> {
    return this.#tell(command, args).catch(() => "");
  }

  async #tell(command: string, args: readonly string[]): Promise<string> {
    // Titles are UTF-8, whatever the computer's own language is.
    const env = { ...process.env, DISPLAY: this.name, LC_ALL: "C.UTF-8" };
    const { stdout } = await run(command, [...args], { env, timeout: startLimitMs });
    return stdout;
  }
}

/** A test body with a virtual display, which is gone after it. */
export async function withDisplay(body: (display: VirtualDisplay) => Promise<void>): Promise<void> {
  const display = await VirtualDisplay.start();
  try {
    await body(display);
  } finally {
    await display.stop();
  }
}

/** RGB → BGR, into a buffer of its own. */
function swapRedAndBlue(rgb: Buffer): Buffer {
  const bgr = Buffer.allocUnsafe(rgb.byteLength);
  for (let index = 0; index + 2 < rgb.byteLength; index += 3) {
    bgr[index] = rgb[index + 2] ?? 0;
    bgr[index + 1] = rgb[index + 1] ?? 0;
    bgr[index + 2] = rgb[index] ?? 0;
  }
  return bgr;
}
