// svc-sender --legacy: argv → the bridge to the original client, its events → sentences and JSON. What it does is in
// engine/legacy-capture.ts; this process touches no picture.

import { nowUs, RateMeter } from "@simple-video-chat/protocol";
import {
  type ConsoleOutput,
  type ExitCode,
  exitCodes,
  formatAddress,
  formatBitrate,
  formatOutgoing,
  forTerminal,
  isLoopback,
  parseAddress,
  parseNumber,
  sourceOptions,
} from "@simple-video-chat/protocol/cli";
import { isScreenReachable } from "@simple-video-chat/protocol/engine";

import type { LegacyCaptureErrorCode, LegacyCaptureEvent } from "../engine/legacy-command.ts";
import { checkSource, type SourceArguments, videoOptionsFrom } from "../video-arguments.ts";
import { LegacyCaptureHost } from "./legacy-capture-host.ts";
import type { LegacyViewerEnd } from "./legacy-viewer.ts";

/** What yargs gives for the options of svc-sender. */
export interface LegacySenderArguments extends SourceArguments {
  /** Undefined when the user said nothing. */
  readonly listen?: string | undefined;
  readonly maxReceivers: number;
  readonly preview: boolean;
  readonly exitOnNoViewers: boolean;
}

/** Where the original server listens. */
const originalAddress = { host: "127.0.0.1", port: 1234 };
const statusIntervalMs = 1000;

/** Runs the bridge until it ends. @returns the exit code. @throws CliError usage for what cannot be */
export async function runLegacySender(args: LegacySenderArguments, output: ConsoleOutput, stopped: Promise<ExitCode>): Promise<ExitCode> {
  const {
    source,
    maxSidePx = sourceOptions["max-size"].default,
    maxFrameRate = sourceOptions["max-fps"].default,
    barcode,
  } = videoOptionsFrom(args);
  checkSource(source);
  const bridge = new Bridge(output, args);
  const options = {
    source,
    ...parseAddress(args.listen ?? "", originalAddress),
    maxViewers: parseNumber("max-receivers", args.maxReceivers, 1, 32),
    maxSidePx,
    maxFrameRate,
    barcode: barcode ?? source.kind === "testcard",
    preview: args.preview,
  };
  output.say(
    "This mode has no protection: nothing is encrypted, and anybody who reaches the port sees the pictures. It is for the original Client.py only.",
    true,
  );
  if (args.preview && !(await isScreenReachable())) output.say("There is no display here: going on without the preview.");
  const host = new LegacyCaptureHost(options, {
    onEvent: (event) => bridge.onEvent(event),
    onEngineDeath: ({ isFinal, reason }) => bridge.onEngineDeath(isFinal, reason),
  });
  const startedMs = performance.now();
  const status = setInterval(() => bridge.showStatus(host.stats), statusIntervalMs);
  const code = await Promise.race([bridge.ended, stopped]);
  clearInterval(status);
  await host.close();
  bridge.showSummary(host.stats, performance.now() - startedMs);
  output.end();
  return code;
}

/** What the program makes of the bridge's events. */
class Bridge {
  /** Resolves with the exit code when an event ends the program. */
  readonly ended: Promise<ExitCode>;
  readonly #output: ConsoleOutput;
  readonly #exitOnNoViewers: boolean;
  readonly #pictureRate = new RateMeter();
  readonly #bitRate = new RateMeter();
  #end: (code: ExitCode) => void = () => {};
  #last = { captured: 0, bytes: 0 };
  #viewers = 0;
  #isListening = false;
  #startedMs: number | undefined;

  constructor(output: ConsoleOutput, { exitOnNoViewers }: { readonly exitOnNoViewers: boolean }) {
    this.#output = output;
    this.#exitOnNoViewers = exitOnNoViewers;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  onEvent(event: LegacyCaptureEvent): void {
    switch (event.event) {
      case "listening":
        this.#onListening(event);
        break;
      case "opened":
        this.#output.event({ ...event });
        this.#output.say(`Showing ${forTerminal(event.name)}, ${event.widthPx}x${event.heightPx}.`);
        break;
      case "viewer-joined":
        this.#viewers++;
        this.#startedMs ??= performance.now();
        this.#output.event({ ...event });
        this.#output.say(`${event.address} watches now.`);
        break;
      case "viewer-refused":
        this.#output.event({ ...event });
        this.#output.say(`Refused ${event.address}: as many watch as --max-receivers lets in.`);
        break;
      case "viewer-left":
        this.#viewers--;
        this.#output.event({ ...event });
        this.#output.say(`${viewerEndWords[event.reason]}: viewer ${event.viewer}, ${event.sent} pictures sent, ${event.skipped} skipped.`);
        if (this.#exitOnNoViewers && this.#viewers === 0) this.#end(exitCodes.ok);
        break;
      case "legacy-ended":
        this.#output.event({ event: "ended" });
        this.#output.say("The file is at its end.");
        this.#end(exitCodes.ok);
        break;
      case "failed":
        this.#output.event({ event: "trouble", code: event.code, message: event.message, isFinal: true });
        this.#output.say(forTerminal(event.message, 500), true);
        this.#end(this.#exitCodeOf(event.code));
        break;
      case "key":
        if (event.key === "q" || event.key === "Escape" || event.key === "close") this.#end(exitCodes.ok);
        break;
      case "legacy-stats":
        this.#measure(event.stats);
        break;
      case "legacy-stopped":
        break;
    }
  }

  onEngineDeath(isFinal: boolean, reason: string): void {
    const watched = this.#viewers > 0 ? " Those who watched have to connect again." : "";
    this.#viewers = 0;
    this.#last = { captured: 0, bytes: 0 };
    const message = `The capture engine ${forTerminal(reason, 200)}.${isFinal ? "" : ` A new one was started.${watched}`}`;
    this.#output.event({ event: "trouble", code: "engine-failed", message, isFinal });
    this.#output.say(message, true);
    if (isFinal) this.#end(this.#isListening ? exitCodes.lost : exitCodes.couldNotStart);
  }

  showStatus(stats: LegacyCaptureHost["stats"]): void {
    const now = nowUs();
    const rates = { fps: this.#pictureRate.perSecond(now), bitrateBps: this.#bitRate.perSecond(now) };
    this.#output.event({ event: "stats", ...stats, ...rates });
    if (stats.viewers > 0) this.#output.status(`${formatOutgoing(rates)}  ${stats.viewers} watching`);
  }

  showSummary(stats: LegacyCaptureHost["stats"], durationMs: number): void {
    const servedS = (performance.now() - (this.#startedMs ?? performance.now())) / 1000;
    const bitrateBps = servedS > 0 ? (8 * stats.bytes) / servedS : 0;
    const { captured, sent, skipped, bytes, viewersEver } = stats;
    this.#output.event({ event: "summary", viewers: viewersEver, captured, sent, skipped, bytes, bitrateBps, durationMs });
    if (!this.#isListening) return;
    this.#output.say(
      `${viewersEver} ${viewersEver === 1 ? "viewer" : "viewers"} in ${(durationMs / 1000).toFixed(0)} s; ${captured} pictures captured, ${sent} sent, ${skipped} skipped (the viewer was still busy), ${formatBitrate(bitrateBps)} since the first viewer.`,
    );
  }

  #measure(stats: LegacyCaptureHost["stats"]): void {
    const now = nowUs();
    this.#pictureRate.add(stats.captured - this.#last.captured, now);
    this.#bitRate.add(8 * (stats.bytes - this.#last.bytes), now);
    this.#last = stats;
  }

  #onListening({ host, port }: { readonly host: string; readonly port: number }): void {
    const place = formatAddress({ host, port });
    this.#isListening = true;
    this.#output.event({ event: "listening", host, port, protected: false });
    if (isLoopback(host)) this.#output.say(`Only this computer can watch: listening at ${place}.`, true);
    else this.#output.say(`NOT ONLY THIS COMPUTER: EVERYBODY WHO CAN REACH ${place} SEES THE PICTURES, WITHOUT A PASSWORD.`, true);
  }

  #exitCodeOf(code: LegacyCaptureErrorCode): ExitCode {
    if (code.startsWith("camera")) return exitCodes.camera;
    return this.#isListening ? exitCodes.lost : exitCodes.couldNotStart;
  }
}

const viewerEndWords: Readonly<Record<LegacyViewerEnd, string>> = {
  left: "Left",
  spoke: "Put out, because it is not the original client (it sent something)",
  stalled: "Put out, because it took no picture for 30 s",
  "server-stopped": "Put out at the end",
};
