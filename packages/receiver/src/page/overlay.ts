// The layers over the picture (display/overlay.ts) as elements of the page. Texts are set as text only: nothing from outside becomes markup.

import type { DisplayView } from "../display/display.ts";
import type { Overlay, OverlayRow, SoundLevel } from "../display/overlay.ts";

/** Full scale and silence on a meter, dB. */
const silenceDbfs = -60;

function element(name: string, className: string, text: string = ""): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function table(rows: readonly OverlayRow[]): HTMLElement {
  const made = element("table", "rows");
  for (const [label, figures] of rows) {
    const row = document.createElement("tr");
    row.append(element("th", "", label), element("td", "", figures));
    made.append(row);
  }
  return made;
}

function meter({ name, peakDbfs, isMuted }: SoundLevel): HTMLElement {
  const made = element("div", "level");
  const bar = document.createElement("meter");
  bar.min = silenceDbfs;
  bar.max = 0;
  bar.value = isMuted ? silenceDbfs : (peakDbfs ?? silenceDbfs);
  made.append(element("span", "", isMuted ? `${name} (muted)` : name), bar);
  return made;
}

/** Draws the layers into `layers`, in place of what was there. */
export function drawLayers(layers: HTMLElement, overlay: Overlay): void {
  const { name, levels, statistics, messages, typing, help, recording, isPaused } = overlay;
  const top = element("div", "top");
  if (name !== null) top.append(element("div", "name", name.state === "" ? name.name : `${name.name} · ${name.state}`));
  if (recording !== null) top.append(element("div", "recording", `● ${recording.text}`));
  for (const level of levels) top.append(meter(level));
  if (statistics.length > 0) top.append(table(statistics));
  const bottom = element("div", "bottom");
  for (const { from, text } of messages) bottom.append(element("div", "message", from === "" ? text : `${from}: ${text}`));
  if (typing !== null) bottom.append(element("div", "typing", `${typing}▏`));
  const middle = element("div", "middle");
  if (isPaused) middle.append(element("div", "paused", "❚❚ paused"));
  if (help !== null) {
    const box = element("div", "help");
    box.append(table(help.keys), table(help.settings));
    middle.append(box);
  }
  layers.replaceChildren(top, middle, bottom);
}

/** Places the self-view. */
export function placeSelfView(selfView: HTMLElement, { isHidden, corner }: Overlay["selfView"]): void {
  selfView.dataset["corner"] = corner;
  selfView.classList.toggle("hidden", isHidden);
}

/** Full screen and mirroring. A browser goes to full screen only just after a key press of the user's. */
export function applyView(picture: HTMLElement, { isFullscreen, isMirrored }: DisplayView): void {
  picture.classList.toggle("mirrored", isMirrored);
  const isNow = document.fullscreenElement !== null;
  if (isFullscreen && !isNow) document.documentElement.requestFullscreen().catch(() => {});
  if (!isFullscreen && isNow) document.exitFullscreen().catch(() => {});
}
