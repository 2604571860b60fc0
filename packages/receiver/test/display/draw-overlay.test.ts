import { test } from "uvu";
import * as assert from "uvu/assert";

import { Canvas } from "../../src/display/canvas.ts";
import { drawOverlay } from "../../src/display/draw-overlay.ts";
import { programLetters } from "../../src/display/letters.ts";
import { bareOverlay, hasLayers, type Overlay } from "../../src/display/overlay.ts";
import { assertGolden, ground } from "./golden.ts";

const statistics = [
  ["latency", "p50 84.2, p95 110.9, p99 131.0 ms, ±5.6"],
  ["stages", "capture wait 2.1, encode 8.4, send queue 0.3 ms"],
  ["", "network 52.0, decode 3.1, display wait 0.8 ms"],
] as const;
const help: Overlay["help"] = {
  keys: [
    ["q, Esc", "end"],
    ["Space", "hold the picture, or go on live"],
    ["?", "these keys and the present settings, or neither"],
  ],
  settings: [
    ["with", "Ann"],
    ["volume", "90 %"],
  ],
};
const greeting = { from: "Zoë", text: "Hello! Grüße, Привет." };
const long = {
  from: "Ann",
  text: "A message that is too long for one line and goes on, and on, and on, to the end of the third line. ".repeat(3),
};
const levels = [
  { name: "Ann", peakDbfs: -12, isMuted: false },
  { name: "You", peakDbfs: null, isMuted: true },
];

const cases: Readonly<Record<string, { readonly layers: Partial<Overlay>; readonly size?: readonly [number, number] }>> = {
  name: { layers: { name: { name: "Ann", state: "↓28 fps 1.9 Mbit/s" } } },
  recording: { layers: { name: { name: "Ann", state: "live" }, recording: { text: "0:12" } } },
  levels: { layers: { levels } },
  statistics: { layers: { name: { name: "Ann", state: "live" }, statistics } },
  messages: { layers: { messages: [greeting, { from: "", text: "Volume 90 %" }, long], typing: "I am typ" } },
  "typing-long": { layers: { typing: `begin ${"and on ".repeat(30)}end` } },
  help: { layers: { help, name: { name: "Ann", state: "live" } } },
  paused: { layers: { isPaused: true } },
  "self-view-left": {
    layers: { name: { name: "Ann", state: "live" }, messages: [greeting], selfView: { isHidden: false, corner: "bottom-left" } },
  },
  "self-view-top": { layers: { name: { name: "Ann", state: "live" }, selfView: { isHidden: false, corner: "top-left" } } },
  large: { layers: { name: { name: "Ann", state: "live" }, levels }, size: [1280, 720] },
  tiny: { layers: { name: { name: "Ann", state: "live" }, statistics, messages: [long], help }, size: [160, 90] },
};

for (const [name, { layers, size: [widthPx, heightPx] = [480, 270] }] of Object.entries(cases)) {
  test(`draws the layers as they were: ${name}`, async () => {
    const picture = ground(widthPx, heightPx);
    const canvas = new Canvas(widthPx, heightPx, programLetters());
    drawOverlay({ ...bareOverlay, ...layers }, canvas);
    canvas.layOver(picture.bgr);
    await assertGolden(picture, `overlay-${name}`);
  });
}

test("draws nothing where there are no layers", () => {
  const picture = ground(64, 36);
  const canvas = new Canvas(64, 36, programLetters());
  drawOverlay(bareOverlay, canvas);
  canvas.layOver(picture.bgr);
  assert.equal(picture.bgr, ground(64, 36).bgr);
  assert.is(hasLayers(bareOverlay), false);
  for (const { layers } of Object.values(cases)) assert.is(hasLayers({ ...bareOverlay, ...layers }), true);
});

test("draws on a canvas that was cleared as on a new one", () => {
  const canvas = new Canvas(480, 270, programLetters());
  const all = Object.values(cases).filter(({ size }) => size === undefined);
  for (const { layers } of [...all, ...all.toReversed()]) {
    const overlay = { ...bareOverlay, ...layers };
    const [fresh, again] = [ground(480, 270), ground(480, 270)];
    const newCanvas = new Canvas(480, 270, programLetters());
    drawOverlay(overlay, newCanvas);
    newCanvas.layOver(fresh.bgr);
    canvas.clear();
    drawOverlay(overlay, canvas);
    canvas.layOver(again.bgr);
    assert.is(Buffer.compare(fresh.bgr, again.bgr), 0);
  }
});

test.run();
