// The capture engine: a process of its own that holds the camera and the encoder. It does what the network process tells it
// over its pipe, and ends when the pipe does.

import { toJsonObject } from "@simple-video-chat/protocol";
import { FilterError, FilterRunner, isScreenReachable, leaveSignalsToParent, openEnginePort } from "@simple-video-chat/protocol/engine";

import { openSource } from "../capture/open-source.ts";
import { CaptureLoop, type CaptureStart } from "../capture/capture-loop.ts";
import { PreviewWindow } from "../capture/preview-window.ts";
import { SelfView } from "../capture/self-view.ts";
import { EncoderError, SourceError } from "../errors.ts";
import { loadOpenCv, type Mat, missingOpenCv, type OpenCv } from "../native/opencv.ts";
import { type CaptureCommand, type CaptureEvent, type CaptureOptions } from "./capture-command.ts";
import { LegacyCapture } from "./legacy-capture.ts";
import type { LegacyCaptureCommand, LegacyCaptureEvent } from "./legacy-command.ts";

leaveSignalsToParent();
// Loaded before it is needed, so that the first receiver's first picture does not wait for it; whoever needs it hears of a failure.
loadOpenCv().catch(() => {});

let loop: CaptureLoop | undefined;
let preview: PreviewWindow | undefined;
/** Loaded at the first start; it keeps what it remembers. */
let filter: FilterRunner<Mat, OpenCv> | undefined;
let selfView: SelfView | undefined;
let legacy: LegacyCapture | undefined;
/** Number of the last start. */
let run = 0;
/** It was said that OpenCV is missing. */
let isMissingTold = false;
/** Commands are carried out one after the other, and grants after the start that they were given for. */
let working: Promise<void> = Promise.resolve();

const port = openEnginePort(
  (message) => {
    if (message.type === "engine-configure") {
      const command = message.value as unknown as CaptureCommand | LegacyCaptureCommand;
      working = working.then(() => obey(command)).catch(fail);
    } else if (message.type === "credit") {
      working = working.then(() => loop?.grant(message.track, message.packets, message.targetBitrateBps));
    } else if (message.type === "keyframe-request") {
      loop?.requestKeyframe(message.track);
    }
  },
  () => {
    void Promise.all([loop?.stop(), legacy?.stop()]).finally(() => process.exit(0));
  },
);

function tell(event: CaptureEvent | LegacyCaptureEvent): void {
  port.send({ type: "engine-event", value: toJsonObject(event) });
}

function fail(error: unknown): void {
  const code = error instanceof SourceError || error instanceof FilterError || error instanceof EncoderError ? error.code : "engine-failed";
  tell({ event: "failed", run, code, message: error instanceof Error ? error.message : String(error) });
}

async function obey(command: CaptureCommand | LegacyCaptureCommand): Promise<void> {
  switch (command.command) {
    case "start":
      run = command.run;
      await start(command.options, command);
      break;
    case "open-tier":
      if (command.run === run) loop?.openTier(command.track, command.bitrateBps);
      break;
    case "close-tier":
      if (command.run === run) loop?.closeTier(command.track);
      break;
    case "stop":
      await stop();
      tell({ event: "stopped", run: command.run });
      break;
    case "start-legacy":
      legacy = new LegacyCapture(command.options, tell);
      await legacy.start();
      break;
    case "stop-legacy":
      await legacy?.stop();
      break;
  }
}

async function start(options: CaptureOptions, begin: CaptureStart): Promise<void> {
  await stop();
  const ours = run;
  const cv = await loadOpenCv();
  const why = missingOpenCv();
  if (why !== undefined && !isMissingTold)
    tell({ event: "notice", code: "no-opencv", message: `${why} Until then pictures are prepared without it, which takes longer.` });
  isMissingTold = why !== undefined;
  if (options.filter !== undefined && why !== undefined) throw new FilterError(`A filter needs OpenCV. ${why}`);
  if (options.filter !== undefined) {
    filter ??= await FilterRunner.load(options.filter, cv, "sent", {
      onTold: (value) => tell({ event: "filter", value }),
      onTrouble: (code, message) => tell({ event: "notice", code, message }),
    });
  }
  const source = await openSource(options.source, (originUs) => tell({ event: "timeline", run: ours, originUs }));
  tell({ event: "opened", run: ours, name: source.name, ...source.format });
  selfView = options.selfView
    ? new SelfView(
        cv,
        (track) => port.send(track),
        (packet) => port.sendPacket(packet),
      )
    : undefined;
  if (options.preview && why === undefined && (await isScreenReachable()))
    preview = new PreviewWindow(cv, (key) => tell({ event: "key", key }));
  const sink = {
    onTrack: port.send.bind(port),
    onPacket: port.sendPacket.bind(port),
    onCount: port.send.bind(port),
    onTierOpen: (track: number, frame: number) => tell({ event: "tier-opened", run: ours, track, frame }),
    onRawFrame: (mat: Parameters<SelfView["offer"]>[0]) => {
      selfView?.offer(mat);
      preview?.show(mat);
    },
    onFallback: (message: string) => tell({ event: "notice", code: "encoder-fallback", message }),
    onStall: (isStalled: boolean) =>
      tell({
        event: "stalled",
        run: ours,
        isStalled,
        message: `${source.name} gives no pictures. It goes on by itself when they come again.`,
      }),
    onEnd: (error: unknown) => {
      working = working.then(async () => {
        // It may have been stopped, and another one started, before this came to its turn.
        if (run !== ours) return;
        await stop();
        if (error === undefined) tell({ event: "ended", run });
        else fail(error);
      });
    },
  };
  loop = await CaptureLoop.start(source, options, { ...begin, filter }, sink);
}

async function stop(): Promise<void> {
  const running = loop;
  loop = undefined;
  if (running === undefined) return;
  await running.stop();
  preview?.close();
  preview = undefined;
  selfView?.close();
  selfView = undefined;
}
