// The browser engine: in place of the playback engine it serves a page that decodes and shows (`--view browser`). It hears and says the same on
// its pipe. It needs neither OpenCV nor FFmpeg; the decoder that stands before bytes from outside is the browser's, in the browser's sandbox.

import { type ClockEstimate, type Message, nowUs, PacketAssembler, toJsonObject, type TrackMessage } from "@simple-video-chat/protocol";
import { leaveSignalsToParent, openEnginePort, selfViewTrack, videoTrack } from "@simple-video-chat/protocol/engine";

import { PageAccount } from "../browser/page-account.ts";
import type { FromPage } from "../browser/page-messages.ts";
import { PageServer } from "../browser/page-server.ts";
import { type DisplayView, plainView } from "../display/display.ts";
import { bareOverlay, type Overlay } from "../display/overlay.ts";
import type { BarcodeCount, PlaybackCommand, PlaybackEvent } from "./playback-command.ts";
import { SoundPace } from "./sound-pace.ts";

leaveSignalsToParent();

/** What a page that comes later must be told. */
const present: {
  title: string;
  card: string | undefined;
  overlay: Overlay;
  view: DisplayView;
  isPaused: boolean;
  clock: ClockEstimate | null;
  readonly tracks: Map<number, TrackMessage>;
} = { title: "", card: undefined, overlay: bareOverlay, view: plainView, isPaused: false, clock: null, tracks: new Map() };
const assemblers = new Map<number, PacketAssembler>();
const account = new PageAccount(videoTrack);
let barcodes: BarcodeCount = { verified: 0, mismatched: 0, unreadable: 0 };
let barcodesBefore = barcodes;
let onDrained: (() => void) | undefined;
/** The page's own decoder begins with a keyframe, and a self-view with its next picture. */
const pace = new SoundPace((packet, heldUs) => {
  account.packet(server?.sendPacket({ ...packet, isSelfView: false, heldUs }) ?? false);
  if (server?.hasPage !== true) port.send(account.report);
});
let server: PageServer | undefined;
let working: Promise<void> = Promise.resolve();

const port = openEnginePort(receive, () => {
  server?.close();
  process.exit(0);
});

function receive(message: Message): void {
  if (message.type === "video") {
    const packet = assemblers.get(message.track)?.push(message);
    if (packet === undefined) return;
    if (packet.track === selfViewTrack) server?.sendPacket({ ...packet, isSelfView: true, heldUs: 0 });
    else {
      present.card = undefined;
      pace.push(packet);
    }
  } else if (message.type === "track") {
    assemblers.set(message.track, new PacketAssembler());
    if (message.track === videoTrack) pace.flush();
    present.tracks.set(message.track, message);
    sendTrack(message);
  } else if (message.type === "engine-configure") {
    const command = message.value as unknown as PlaybackCommand;
    working = working.then(() => obey(command)).catch(fail);
  }
}

async function obey(command: PlaybackCommand): Promise<void> {
  switch (command.command) {
    case "open":
      server ??= await PageServer.open({ onJoin, onMessage, onLeave });
      if (command.title !== undefined) present.title = command.title;
      tell({ event: "opened", display: "browser", url: server.url });
      break;
    case "card":
      present.card = command.text;
      server?.send({ type: "card", text: command.text });
      break;
    case "title":
      present.title = command.title;
      server?.send({ type: "title", title: command.title });
      break;
    case "overlay":
      present.overlay = command.overlay;
      server?.send({ type: "overlay", overlay: command.overlay });
      break;
    case "view":
      present.view = command.view;
      server?.send({ type: "view", view: command.view });
      break;
    case "pause":
      present.isPaused = command.isPaused;
      server?.send({ type: "pause", isPaused: command.isPaused });
      break;
    case "clock":
      present.clock = command.clock;
      server?.send({ type: "clock", clock: command.clock });
      break;
    case "sound":
      pace.offsetUs = command.offsetUs ?? undefined;
      break;
    case "snapshot": {
      const message = "Snapshots are taken of a window only; a browser takes them itself.";
      tell({ event: "snapshot-failed", path: command.path, code: "no-picture", message });
      break;
    }
    case "drain":
      await drain();
      break;
  }
}

function onJoin(): void {
  const { title, card, overlay, view, isPaused, clock, tracks } = present;
  server?.send({ type: "title", title });
  server?.send({ type: "overlay", overlay });
  server?.send({ type: "view", view });
  server?.send({ type: "pause", isPaused });
  server?.send({ type: "clock", clock });
  if (card !== undefined) server?.send({ type: "card", text: card });
  for (const track of tracks.values()) sendTrack(track);
  if (tracks.has(videoTrack)) port.send({ type: "keyframe-request", track: videoTrack, reason: "joined" });
}

function onMessage(message: FromPage): void {
  switch (message.type) {
    case "ping":
      server?.send({ type: "pong", id: message.id, nowUs: nowUs() });
      break;
    case "report":
      if (account.told(message)) port.send(account.report);
      break;
    case "keyframe":
      port.send({ type: "keyframe-request", track: videoTrack, reason: message.reason });
      break;
    case "key":
      tell({ event: "key", key: message.key });
      break;
    case "barcodes":
      barcodes = addBarcodes(barcodesBefore, message.barcodes);
      break;
    case "drained":
      onDrained?.();
      break;
  }
}

function onLeave(): void {
  account.left();
  barcodesBefore = barcodes;
  port.send(account.report);
  onDrained?.();
}

async function drain(): Promise<void> {
  pace.flush();
  if (server?.hasPage === true) {
    // Whoever asked has a time limit of its own.
    await new Promise<void>((resolve) => {
      onDrained = resolve;
      server?.send({ type: "drain" });
    });
    onDrained = undefined;
  }
  port.send(account.report);
  tell({ event: "drained", barcodes });
}

function sendTrack(track: TrackMessage): void {
  server?.send({ type: "track", track, isSelfView: track.track === selfViewTrack });
}

function addBarcodes(a: BarcodeCount, b: BarcodeCount): BarcodeCount {
  return {
    verified: a.verified + b.verified,
    mismatched: a.mismatched + b.mismatched,
    unreadable: a.unreadable + b.unreadable,
  };
}

function tell(event: PlaybackEvent): void {
  port.send({ type: "engine-event", value: toJsonObject(event) });
}

function fail(error: unknown): void {
  tell({ event: "failed", message: error instanceof Error ? error.message : String(error) });
}
