import assert from "node:assert/strict";
import { suite } from "uvu";
import { formatBitrate, formatDuration, formatOutgoing, formatSummary, incomingStatus, statusBeside } from "../../src/cli/call-figures.ts";

const test = suite("call figures");

const dropped = {
  notEncoded: 0,
  encoderDropped: 0,
  notSent: 0,
  lost: 0,
  waitingForKeyframe: 0,
  undecodable: 0,
  engineDied: 0,
  superseded: 0,
  stale: 0,
};
const incoming = {
  fps: 27.6,
  bitrateBps: 1_940_000,
  widthPx: 1280,
  heightPx: 720,
  captured: 100,
  shown: 98,
  dropped: { ...dropped, superseded: 2 },
};

const measured = { ...incoming, latencyMs: { p50: 83.6, p95: 110.2, p99: 131 }, clockErrorMs: 5.2, rttMs: 31.4 };

test("writes the incoming video in a line, with the latency and how wrong it may be", () => {
  assert.equal(incomingStatus(measured)[0], "↓28 fps 1.9 Mbit/s 1280x720  lat 84±6 ms p95 110  rtt 31  drop 2 %");
  assert.match(incomingStatus({ ...measured, rttMs: 0.24 })[0], / rtt 0\.2 /);
});

test("leaves out what is not known yet", () => {
  assert.equal(incomingStatus({ ...incoming, captured: 0, dropped })[0], "↓28 fps 1.9 Mbit/s 1280x720  drop 0 %");
  assert.deepEqual(incomingStatus({ ...incoming, widthPx: 0, heightPx: 0 }), ["↓ no picture yet"]);
});

test("has narrower status lines, which keep the latency; a call's fits into 80 columns", () => {
  const lines = statusBeside(incomingStatus(measured), ["↑30 fps 2.0 Mbit/s"]);
  const widths = lines.map(({ length }) => length);
  assert.deepEqual(
    widths,
    [...new Set(widths)].sort((a, b) => b - a),
  );
  for (const line of lines) assert.match(line, /lat 84±6 ms p95 110.* {3}↑30 fps 2\.0 Mbit\/s$/);
  assert.ok(widths.some((width) => width >= 70 && width < 80));
});

test("writes the outgoing video", () => {
  assert.equal(formatOutgoing({ fps: 30, bitrateBps: 2_000_000 }), "↑30 fps 2.0 Mbit/s");
});

for (const [bps, text] of [
  [0, "0 kbit/s"],
  [640_000, "640 kbit/s"],
  [999_400, "999 kbit/s"],
  [1_000_000, "1.0 Mbit/s"],
  [123_456_789, "123.5 Mbit/s"],
] as const) {
  test(`writes ${bps} bit/s as ${text}`, () => {
    assert.equal(formatBitrate(bps), text);
  });
}

test("sums a call up, naming only the drops that there were", () => {
  const figures = {
    captured: 100,
    shown: 89,
    fps: 29.97,
    bitrateBps: 500_000,
    dropped: { ...dropped, notEncoded: 5, lost: 1, superseded: 3, stale: 2 },
  };
  const latencyMs = { p50: 1, p95: 2.25, p99: 30 };
  const text = formatSummary({ ...figures, latencyMs });
  assert.match(text, /^100 frames captured, 89 shown, /);
  assert.match(
    text,
    /5 before encoding \(no room on the link\), 1 lost with a connection, 3 at the display \(a newer one was ready\), 2 at the display \(too old\)/,
  );
  assert.match(text, /30\.0 fps, 500 kbit\/s, latency p50 1\.0 p95 2\.[23] p99 30\.0 ms$/);
  assert.match(formatSummary({ ...figures, dropped }), /none dropped; 30\.0 fps, 500 kbit\/s$/);
});

test("has words for every kind of drop", () => {
  const all = Object.fromEntries(Object.keys(dropped).map((name) => [name, 1]));
  const text = formatSummary({ captured: 9, shown: 0, fps: 0, bitrateBps: 0, dropped: all });
  for (const name of Object.keys(dropped).filter((key) => key !== "lost" && key !== "undecodable")) assert.ok(!text.includes(name), name);
});

test("says how long a call was", () => {
  for (const [seconds, words] of [
    [0.4, "0 s"],
    [59.4, "59 s"],
    [59.6, "1 min 00 s"],
    [187, "3 min 07 s"],
    [7_530, "2 h 05 min"],
  ] as const) {
    assert.equal(formatDuration(seconds), words);
  }
});

test.run();
