// The playback engine: a process of its own that holds the decoder and the window. It does what the network process tells it over
// its pipe, and ends when the pipe does.

import { isDeepStrictEqual } from "node:util";

import { type EncodedPacket, type Message, PacketAssembler, toJsonObject } from "@simple-video-chat/protocol";
import { FilterError, leaveSignalsToParent, openEnginePort, selfViewTrack, videoTrack } from "@simple-video-chat/protocol/engine";

import type { VideoDecoder } from "../decode/decoder.ts";
import { openDecoder } from "../decode/open-decoder.ts";
import type { Picture } from "../decode/picture.ts";
import type { Display } from "../display/display.ts";
import { HeadlessDisplay } from "../display/headless-display.ts";
import { openDisplay } from "../display/open-display.ts";
import { bareOverlay, type Overlay } from "../display/overlay.ts";
import { writePng } from "../recording/png-file.ts";
import { RecordingError } from "../recording/recording-error.ts";
import type { LegacyPlaybackCommand, LegacyPlaybackEvent } from "./legacy-command.ts";
import { LegacyPlayback } from "./legacy-playback.ts";
import { PictureFilter } from "./picture-filter.ts";
import { Playback } from "./playback.ts";
import { SoundPace } from "./sound-pace.ts";
import type { PlaybackCommand, PlaybackEvent } from "./playback-command.ts";

leaveSignalsToParent();

let display: Display = new HeadlessDisplay();
/** One for each track, from its announcement on: a sender that has begun anew counts its frames from 1. */
const assemblers = new Map<number, PacketAssembler>();
const playback = new Playback(
  { track: videoTrack, display: { show, hold: (picture) => display.hold(picture) } },
  {
    onReport: (report) => port.send(report),
    onKeyframeWanted: (reason) => port.send({ type: "keyframe-request", track: videoTrack, reason }),
  },
);
const pace = new SoundPace((packet, heldUs) => playback.push(packet, heldUs));
/** A picture is shown, and no card. */
let isLive = false;
let overlay: Overlay = bareOverlay;
let legacy: LegacyPlayback | undefined;
let selfView: Promise<VideoDecoder> | undefined;
/** Commands are carried out one after the other. */
let working: Promise<void> = Promise.resolve();

const port = openEnginePort(receive, () => process.exit(0));

function receive(message: Message): void {
  if (message.type === "video") {
    const packet = assemblers.get(message.track)?.push(message);
    if (packet === undefined) return;
    if (packet.track === selfViewTrack) void showSelfView(packet);
    else pace.push(packet);
  } else if (message.type === "track") {
    assemblers.set(message.track, new PacketAssembler());
    if (message.track === selfViewTrack) selfView = openDecoder(message);
    else {
      pace.flush();
      playback.announce(message);
    }
  } else if (message.type === "engine-configure") {
    const command = message.value as unknown as PlaybackCommand | LegacyPlaybackCommand;
    // From now on, whatever comes in the same breath.
    if (command.command === "open" && command.filter !== undefined) playback.filter = "loading";
    working = working.then(() => obey(command)).catch(fail);
  }
}

async function obey(command: PlaybackCommand | LegacyPlaybackCommand): Promise<void> {
  switch (command.command) {
    case "open": {
      const loading = command.filter === undefined ? undefined : loadFilter(command.filter);
      display = await openDisplay(command.title, (input) =>
        tell(input.kind === "key" ? { event: "key", key: input.key } : { event: "closed" }),
      );
      tell({ event: "opened", display: display.kind });
      await loading;
      break;
    }
    case "card":
      isLive = false;
      display.showCard(command);
      break;
    case "title":
      display.setTitle(command.title);
      break;
    case "overlay":
      takeOverlay(command.overlay);
      break;
    case "view":
      display.setView(command.view);
      if (isLive) playback.redraw();
      break;
    case "pause":
      playback.isPaused = command.isPaused;
      break;
    case "clock":
      playback.clock = command.clock ?? undefined;
      break;
    case "sound":
      pace.offsetUs = command.offsetUs ?? undefined;
      break;
    case "snapshot":
      takeSnapshot(command.path);
      break;
    case "drain":
      pace.flush();
      await playback.drain();
      tell({ event: "drained", barcodes: playback.barcodes });
      break;
    case "watch-legacy":
      legacy = new LegacyPlayback(command, { show: (picture) => display.show(picture), tell });
      void legacy.run();
      break;
    case "stop-legacy":
      legacy?.stop();
      break;
  }
}

function takeOverlay(next: Overlay): void {
  const metersStand = isDeepStrictEqual(next.levels, overlay.levels);
  overlay = next;
  display.setOverlay(overlay);
  // A key is not to wait for the next picture; meters move with the pictures, which come more often than levels do.
  if (isLive && metersStand) playback.redraw();
}

/** Never rejects. */
async function loadFilter(url: string): Promise<void> {
  try {
    playback.filter = await PictureFilter.load(url, {
      onTold: (value) => tell({ event: "filter", value }),
      onTrouble: (code, message) => tell({ event: "filter-trouble", code, message }),
    });
  } catch (error) {
    if (error instanceof FilterError) tell({ event: "filter-trouble", code: error.code, message: error.message });
    else fail(error);
  }
}

function show(picture: Picture): void {
  isLive = true;
  display.show(picture);
}

function takeSnapshot(path: string): void {
  playback.takePicture((picture) => {
    if (picture === undefined) {
      tell({ event: "snapshot-failed", path, code: "no-picture", message: "There is no picture yet to take a snapshot of." });
      return;
    }
    const { widthPx, heightPx } = picture;
    writePng(path, picture).then(
      () => tell({ event: "snapshot", path, widthPx, heightPx }),
      (error: unknown) => {
        if (!(error instanceof RecordingError)) return fail(error);
        tell({ event: "snapshot-failed", path, code: error.code, message: error.message });
      },
    );
  });
}

async function showSelfView(packet: EncodedPacket): Promise<void> {
  const decoder = await selfView;
  if (decoder !== undefined && (await decoder.decode(packet.data))) display.setSelfView(decoder.picture());
}

function tell(event: PlaybackEvent | LegacyPlaybackEvent): void {
  port.send({ type: "engine-event", value: toJsonObject(event) });
}

function fail(error: unknown): void {
  tell({ event: "failed", message: error instanceof Error ? error.message : String(error) });
}
