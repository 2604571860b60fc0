// svc-receiver --legacy: argv → watching an original server, its events → sentences and JSON. What it does is in
// engine/legacy-playback.ts; this process reads no byte of that server.

import { nowUs, RateMeter } from "@simple-video-chat/protocol";
import {
  type Address,
  CliError,
  type ConsoleOutput,
  type ExitCode,
  exitCodes,
  formatAddress,
  formatBitrate,
  forTerminal,
  incomingStatus,
  parseAddress,
  commandOf,
} from "@simple-video-chat/protocol/cli";

import type { LegacyPlaybackEvent, LegacyPlaybackStats } from "../engine/legacy-command.ts";
import type { PlaybackEvent } from "../engine/playback-command.ts";
import { LegacyPlaybackHost } from "./legacy-playback-host.ts";

/** What yargs gives for the options of svc-receiver. */
export interface LegacyReceiverArguments {
  readonly target?: string | undefined;
  readonly window: boolean;
}

/** The port of the original server. */
const originalPort = 1234;
const statusIntervalMs = 1000;
/** A server that gives no picture for so long is said to be silent, ms. */
const silentAfterMs = 3000;

/** Watches until it ends. @returns the exit code. @throws CliError usage for what cannot be */
export async function runLegacyReceiver(
  args: LegacyReceiverArguments,
  output: ConsoleOutput,
  stopped: Promise<ExitCode>,
): Promise<ExitCode> {
  const address = findServer(args);
  output.say(
    "This mode has no protection: nothing is encrypted, and anybody on the way sees and can change the pictures. It is for the original Server.py only.",
    true,
  );
  const watching = new Watching(output, address, args.window);
  const host = new LegacyPlaybackHost(
    { ...address, title: args.window ? `Simple Video Chat: ${formatAddress(address)}, unprotected` : undefined },
    {
      onEvent: (event) => watching.onEvent(event),
      onEngineDeath: ({ isFinal, reason }) => watching.onEngineDeath(isFinal, reason),
    },
  );
  const status = setInterval(() => {
    if (watching.showStatus(host.stats) === "silent") host.showCard("no picture");
  }, statusIntervalMs);
  const code = await Promise.race([watching.ended, stopped]);
  clearInterval(status);
  await host.close();
  watching.showSummary(host.stats);
  output.end();
  return code;
}

function findServer({ target }: LegacyReceiverArguments): Address {
  const usage = (message: string): CliError => new CliError(exitCodes.usage, message);
  if (target === undefined) throw usage(`Say where the original server is: ${commandOf("receiver")} --legacy HOST:PORT`);
  // Not repeated in the message: it has a secret in it.
  if (target.includes("/"))
    throw usage("That is an invite, and an original server has none. To use the invite, leave --legacy out; else write HOST:PORT.");
  const address = parseAddress(target, { host: "127.0.0.1", port: originalPort });
  if (address.port === 0) throw usage(`The port of the original server is missing: ${commandOf("receiver")} --legacy HOST:PORT`);
  return address;
}

/** What the program makes of the events. */
class Watching {
  /** Resolves with the exit code when an event ends the program. */
  readonly ended: Promise<ExitCode>;
  readonly #output: ConsoleOutput;
  readonly #address: Address;
  readonly #wantsWindow: boolean;
  readonly #pictureRate = new RateMeter();
  readonly #bitRate = new RateMeter();
  readonly #startedMs = performance.now();
  #end: (code: ExitCode) => void = () => {};
  #connectedMs: number | undefined;
  #pictureMs = 0;
  #isSilent = false;
  #hasPicture = false;
  #last = { received: 0, shown: 0, bytes: 0 };

  constructor(output: ConsoleOutput, address: Address, wantsWindow: boolean) {
    this.#output = output;
    this.#address = address;
    this.#wantsWindow = wantsWindow;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  onEvent(event: PlaybackEvent | LegacyPlaybackEvent): void {
    switch (event.event) {
      case "opened":
        if (this.#wantsWindow && event.display === "none")
          this.#output.say("There is no display here: going on without a window, with figures only.");
        break;
      case "legacy-connected": {
        const { host, port } = this.#address;
        this.#pictureMs = performance.now();
        this.#connectedMs ??= this.#pictureMs;
        this.#output.event({ event: "connected", host, port, protected: false });
        this.#output.say(
          `Connected to ${forTerminal(formatAddress(this.#address))} (not encrypted). Its pictures come here; nothing of yours is sent.`,
        );
        break;
      }
      case "first-picture": {
        const { widthPx, heightPx } = event;
        this.#hasPicture = true;
        this.#output.event({ event: "first-picture", widthPx, heightPx, afterMs: Math.round(performance.now() - this.#startedMs) });
        break;
      }
      case "legacy-ended":
        this.#onServerEnd(event.stats);
        break;
      case "legacy-failed":
        this.#onFailure(event);
        break;
      case "failed":
        this.#onFailure({ code: "engine-failed", message: event.message });
        break;
      case "key":
        if (event.key === "q" || event.key === "Escape") this.#end(exitCodes.ok);
        break;
      case "closed":
        this.#end(exitCodes.ok);
        break;
      case "legacy-stats":
        this.#measure(event.stats);
        break;
      case "legacy-stopped":
      case "drained":
      case "filter":
      case "filter-trouble":
      case "snapshot":
      case "snapshot-failed":
        break;
    }
  }

  onEngineDeath(isFinal: boolean, reason: string): void {
    this.#last = { received: 0, shown: 0, bytes: 0 };
    const message = `The playback engine ${forTerminal(reason, 200)}.${isFinal ? "" : " A new one was started and connects again."}`;
    this.#output.event({ event: "trouble", code: "engine-failed", message, isFinal });
    this.#output.say(message, true);
    if (isFinal) this.#end(this.#hasPicture ? exitCodes.lost : exitCodes.couldNotStart);
  }

  /** @returns "silent" when the server has just become so */
  showStatus(stats: LegacyPlaybackStats): "silent" | undefined {
    const now = nowUs();
    const rates = { fps: this.#pictureRate.perSecond(now), bitrateBps: this.#bitRate.perSecond(now) };
    this.#output.event({ event: "stats", ...stats, barcodes: { ...stats.barcodes }, ...rates });
    if (this.#connectedMs === undefined) return undefined;
    this.#output.status(...incomingStatus({ ...stats, ...rates, captured: stats.received, dropped: { superseded: stats.superseded } }));
    const isSilent = performance.now() - this.#pictureMs > silentAfterMs;
    const hasChanged = isSilent !== this.#isSilent;
    this.#isSilent = isSilent;
    if (hasChanged) this.#output.event({ event: "silent", silent: isSilent });
    if (!hasChanged || !isSilent) return undefined;
    this.#output.say(`Nothing has come for ${silentAfterMs / 1000} s.`);
    return "silent";
  }

  showSummary(stats: LegacyPlaybackStats): void {
    const durationMs = this.#connectedMs === undefined ? 0 : performance.now() - this.#connectedMs;
    const perSecond = (amount: number): number => (durationMs > 0 ? amount / (durationMs / 1000) : 0);
    const rates = { fps: perSecond(stats.shown), bitrateBps: perSecond(8 * stats.bytes) };
    this.#output.event({ event: "summary", ...stats, barcodes: { ...stats.barcodes }, ...rates, durationMs });
    if (this.#connectedMs === undefined) return;
    this.#output.say(
      `${stats.received} pictures received in ${(durationMs / 1000).toFixed(0)} s, ${stats.shown} shown, ${stats.superseded} replaced at the display by a newer one; ${rates.fps.toFixed(1)} fps, ${formatBitrate(rates.bitrateBps)}`,
    );
  }

  #measure({ received, shown, bytes }: LegacyPlaybackStats): void {
    const now = nowUs();
    this.#pictureRate.add(shown - this.#last.shown, now);
    this.#bitRate.add(8 * (bytes - this.#last.bytes), now);
    if (received !== this.#last.received) this.#pictureMs = performance.now();
    this.#last = { received, shown, bytes };
  }

  #onServerEnd({ received }: LegacyPlaybackStats): void {
    this.#output.event({ event: "closed", code: "normal", reason: "", by: "them" });
    if (received === 0)
      this.#output.say(
        "The other computer closed the call before its first picture: does its camera work, and does somebody else watch already?",
        true,
      );
    else this.#output.say("The other computer has ended the call.", true);
    this.#end(received === 0 ? exitCodes.couldNotStart : exitCodes.ok);
  }

  #onFailure({ code, message }: Pick<Extract<LegacyPlaybackEvent, { event: "legacy-failed" }>, "code" | "message">): void {
    this.#output.event({ event: "closed", code, reason: message, by: "error" });
    this.#output.say(forTerminal(message, 500), true);
    if (code === "camera-failed") this.#end(exitCodes.camera);
    else this.#end(this.#hasPicture ? exitCodes.lost : exitCodes.couldNotStart);
  }
}
