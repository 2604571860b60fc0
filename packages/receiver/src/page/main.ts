// The page of `--view browser`: connects to the engine that served it, plays what comes, and says which keys are pressed.

import type { TrackMessage } from "@simple-video-chat/protocol";

import { type FromPage, packetFromBytes, type PagePacket, pageProtocol, type ToPage } from "../browser/page-messages.ts";
import { EngineClock } from "./clock.ts";
import { openPageDecoder, type PageDecoder } from "./decoder.ts";
import { applyView, drawLayers, placeSelfView } from "./overlay.ts";
import { PagePlayback } from "./playback.ts";

/** Names of keys where ours differ from the browser's. */
const keyNames: Readonly<Record<string, string>> = { " ": "Space" };
const namedKeys: readonly string[] = ["Escape", "Enter", "Backspace"];

function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${id}.`);
  return found;
}

const picture = byId("picture", HTMLCanvasElement);
const selfView = byId("self-view", HTMLCanvasElement);
const card = byId("card", HTMLElement);
const layers = byId("layers", HTMLElement);

const { host, hash } = window.location;
const socket = new WebSocket(`ws://${host}/`, [pageProtocol, hash.slice(1)]);
socket.binaryType = "arraybuffer";

function send(message: FromPage): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function showCard(text: string): void {
  card.textContent = text;
  card.classList.remove("hidden");
}

const clock = new EngineClock((id) => send({ type: "ping", id }));
const playback = new PagePlayback(
  picture,
  () => clock.nowUs(),
  send,
  () => card.classList.add("hidden"),
);
let selfViewDecoder: PageDecoder | undefined;

function announceSelfView(track: TrackMessage): void {
  const context = selfView.getContext("2d");
  selfViewDecoder?.close();
  selfViewDecoder = openPageDecoder(track, {
    onPicture: (own) => {
      selfView.width = track.widthPx;
      selfView.height = track.heightPx;
      context?.drawImage(own, 0, 0);
      own.close();
      selfView.classList.add("shown");
    },
    onFailure: () => {},
  });
}

function obey(message: ToPage): void {
  switch (message.type) {
    case "title":
      document.title = message.title;
      break;
    case "card":
      showCard(message.text);
      break;
    case "overlay":
      drawLayers(layers, message.overlay);
      placeSelfView(selfView, message.overlay.selfView);
      break;
    case "view":
      applyView(picture, message.view);
      break;
    case "pause":
      playback.isPaused = message.isPaused;
      break;
    case "clock":
      playback.clock = message.clock;
      break;
    case "track":
      if (message.isSelfView) announceSelfView(message.track);
      else playback.announce(message.track);
      break;
    case "pong":
      clock.answered(message.id, message.nowUs);
      break;
    case "drain":
      void playback.drain().then(() => send({ type: "drained" }));
      break;
  }
}

function play(packet: PagePacket): void {
  if (packet.isSelfView) selfViewDecoder?.decode(packet);
  else playback.push(packet);
}

socket.addEventListener("open", () => clock.start());
socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
  if (typeof data === "string") obey(JSON.parse(data) as ToPage);
  else play(packetFromBytes(data));
});
socket.addEventListener("close", ({ code }) => {
  showCard(code === 4000 ? "Shown in another page now." : "The program has ended, or this address is no longer its own.");
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = keyNames[event.key] ?? event.key;
  if ([...key].length !== 1 && !namedKeys.includes(key) && key !== "Space") return;
  event.preventDefault();
  send({ type: "key", key });
});
picture.addEventListener("dblclick", () => send({ type: "key", key: "f" }));
