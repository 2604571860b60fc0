import assert from "node:assert/strict";
import { suite } from "uvu";
import { callDetail, detailLines } from "../../src/cli/call-detail.ts";

const test = suite("call detail");

const figures = {
  fps: 27.61,
  bitrateBps: 1_940_000,
  codec: "h264",
  widthPx: 1280,
  heightPx: 720,
  captured: 100,
  shown: 95,
  dropped: { notEncoded: 3, superseded: 0, stale: 2 },
  latencyMs: { p50: 84.23, p95: 110.9, p99: 131, max: 140 },
  clockOffsetMs: -12.34,
  clockErrorMs: 5.6,
  rttMs: 11.2,
  stages: { captureWaitUs: 2_100, encodeUs: 8_400, sendQueueUs: 300, networkUs: 52_000, decodeUs: 3_100, displayWaitUs: 840 },
};

test("tells all figures, in rows", () => {
  assert.equal(
    detailLines(callDetail(figures, { fps: 30, bitrateBps: 2_000_000 })),
    [
      "  latency  p50 84.2, p95 110.9, p99 131.0 ms, ±5.6",
      "  stages   capture wait 2.1, encode 8.4, send queue 0.3 ms",
      "           network 52.0, decode 3.1, display wait 0.8 ms",
      "  clock    offset -12.3 ms, ±5.6 ms, round trip 11.2 ms",
      "  video    h264 1280x720, 27.6 fps, 1.9 Mbit/s",
      "  dropped  5 of 100: notEncoded 3, stale 2",
      "  sending  30.0 fps, 2.0 Mbit/s",
    ].join("\n"),
  );
});

test("leaves out what is not known yet", () => {
  const unknown = { clockOffsetMs: undefined, latencyMs: undefined, stages: undefined, widthPx: 0, heightPx: 0, captured: 0, dropped: {} };
  assert.deepEqual(callDetail({ ...figures, ...unknown }), [["dropped", "0 of 0"]]);
});

test("tells the offset of clocks that are far apart in seconds", () => {
  const [, , , clock] = callDetail({ ...figures, clockOffsetMs: 123_456_789.12 });
  assert.match(clock?.[1] ?? "", /^offset 123456\.7891 s, /);
});

test.run();
