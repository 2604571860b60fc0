import assert from "node:assert/strict";
import {
  type ClockEstimate,
  type EncodedPacket,
  type KeyframeReason,
  type Micros,
  micros,
  nowUs,
  type ReportMessage,
  type VideoCodec,
} from "@simple-video-chat/protocol";
import fc from "fast-check";
import { suite } from "uvu";

import type { Picture } from "../../src/decode/picture.ts";
import { Playback } from "../../src/engine/playback.ts";
import { ageLimitUs } from "../../src/engine/picture-age.ts";
import { countsIn, noPlayback, type PlaybackCounts, totalCount } from "../../src/playback-counts.ts";
import { cv, draw, type Encoded, jpegOf, openTestEncoder, psnr, trackOf } from "../decode/pictures.ts";

const test = suite("Playback");

const track = trackOf("h264", 96, 64);

function packetOf(frame: number, { keyframe, data }: Encoded): EncodedPacket {
  return { track: 1, frame, keyframe, captureUs: micros(frame * 1_000), encodeStartUs: 0, encodedUs: 0, sentUs: 0, data };
}

interface Playing {
  readonly playback: Playback;
  readonly shown: { readonly widthPx: number; readonly heightPx: number; readonly bgr: Buffer }[];
  readonly held: Buffer[];
  readonly reports: ReportMessage[];
  readonly wanted: KeyframeReason[];
}

/** @param time - a clock that only the test moves; default the computer's */
function start(time?: { nowUs: Micros }): Playing {
  const shown: Picture[] = [];
  const held: Buffer[] = [];
  const reports: ReportMessage[] = [];
  const wanted: KeyframeReason[] = [];
  const playback = new Playback(
    {
      track: 1,
      display: {
        show: ({ widthPx, heightPx, bgr }) => shown.push({ widthPx, heightPx, bgr: Buffer.from(bgr) }),
        hold: ({ bgr }) => held.push(Buffer.from(bgr)),
      },
      ...(time !== undefined && { nowUs: () => time.nowUs }),
    },
    { onReport: (report) => reports.push(report), onKeyframeWanted: (reason) => wanted.push(reason) },
  );
  return { playback, shown, held, reports, wanted };
}

function countsOf(reports: readonly ReportMessage[]): PlaybackCounts {
  return countsIn({ ...noPlayback, ...reports.at(-1) });
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
const encoder = await openTestEncoder("h264", 96, 64);
const other = await openTestEncoder("h264", 160, 120);
const garbage: Encoded = { keyframe: true, data: Buffer.alloc(200, 0xff) };
test.after(() => {
  encoder.close();
  other.close();
});

test("shows a picture for each packet that has time, with its times", async () => {
  const { playback, shown, reports, wanted } = start();
  const startUs = nowUs();
  playback.announce(track);
  for (let frame = 1; frame <= 5; frame++) {
    const original = draw(96, 64, frame);
    playback.push(packetOf(frame, encoder.encode(original, frame === 1)));
    await playback.drain();
    assert.ok(psnr(original, shown.at(-1)?.bgr ?? original) > 30);
    const report = reports.at(-1);
    assert.ok(report && report.frame === frame && report.shownUs > startUs && report.decodeUs > 0 && report.displayWaitUs >= 0);
  }
  assert.equal(shown.length, 5);
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 5 });
  assert.deepEqual(wanted, []);
  await playback.close();
});

test("shows only the newest of the pictures that come in one breath, and counts the others", async () => {
  const { playback, shown, reports } = start();
  playback.announce(track);
  await playback.drain();
  const newest = draw(96, 64, 40);
  for (let frame = 1; frame <= 4; frame++) {
    playback.push(packetOf(frame, encoder.encode(frame === 4 ? newest : draw(96, 64, frame), frame === 1)));
  }
  await turn();
  assert.equal(shown.length, 1);
  assert.ok(psnr(newest, shown[0]?.bgr ?? Buffer.alloc(newest.length)) > 30);
  assert.equal(reports.at(-1)?.frame, 4);
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 1, superseded: 3 });
  await playback.close();
});

test("shows the newest picture again when it is asked to, which counts as none, and not one that stands still", async () => {
  const { playback, shown, reports } = start();
  playback.redraw();
  playback.announce(track);
  for (let frame = 1; frame <= 2; frame++) playback.push(packetOf(frame, encoder.encode(draw(96, 64, frame), frame === 1)));
  await playback.drain();
  playback.redraw();
  assert.equal(shown.length, 2);
  assert.deepEqual(shown[0], shown[1]);
  playback.isPaused = true;
  playback.redraw();
  assert.equal(shown.length, 2);
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 1, superseded: 1 });
  await playback.close();
});

test("keeps what comes while the decoder is being opened, in order", async () => {
  const { playback, reports } = start();
  playback.announce(track);
  for (let frame = 1; frame <= 3; frame++) playback.push(packetOf(frame, encoder.encode(draw(96, 64, frame), frame === 1)));
  assert.equal(reports.length, 0);
  await playback.drain();
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 1, superseded: 2 });
  await playback.close();
});

test("counts packets before the first keyframe, and those without any announcement", async () => {
  const { playback, shown, reports, wanted } = start();
  encoder.encode(draw(96, 64, 0), true);
  playback.push(packetOf(1, encoder.encode(draw(96, 64, 1))));
  playback.announce(track);
  playback.push(packetOf(2, encoder.encode(draw(96, 64, 2))));
  await playback.drain();
  assert.deepEqual(countsOf(reports), { ...noPlayback, waitingForKeyframe: 2 });
  assert.equal(shown.length, 0);
  assert.deepEqual(wanted, []);
  await playback.close();
});

test("asks for a keyframe after a packet that it cannot decode, and leaves out what comes before that", async () => {
  const { playback, shown, reports, wanted } = start();
  playback.announce(track);
  const good = draw(96, 64, 7);
  playback.push(packetOf(1, encoder.encode(good, true)));
  playback.push(packetOf(2, garbage));
  playback.push(packetOf(3, encoder.encode(draw(96, 64, 8))));
  await playback.drain();
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 1, waitingForKeyframe: 1, undecodable: 1 });
  assert.deepEqual(wanted, ["undecodable"]);
  assert.ok(psnr(good, shown[0]?.bgr ?? Buffer.alloc(good.length)) > 30, "the good picture was spoiled by the bad one");
  playback.push(packetOf(4, encoder.encode(draw(96, 64, 9), true)));
  await playback.drain();
  assert.equal(reports.at(-1)?.frame, 4);
  await playback.close();
});

test("never shows a picture of another size than was announced, after a good one either", async () => {
  const { playback, shown, reports } = start();
  playback.announce(track);
  playback.push(packetOf(1, encoder.encode(draw(96, 64, 1), true)));
  playback.push(packetOf(2, other.encode(draw(160, 120, 2), true)));
  await playback.drain();
  assert.deepEqual(
    shown.map(({ widthPx, bgr }) => [widthPx, bgr.length]),
    [[96, 96 * 64 * 3]],
  );
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 1, undecodable: 1 });
  await playback.close();
});

test("follows changes of the format, also several in one breath, each packet in its own", async () => {
  const { playback, shown, reports, wanted } = start();
  playback.announce(track);
  playback.push(packetOf(1, encoder.encode(draw(96, 64, 1), true)));
  playback.announce(trackOf("h264", 160, 120));
  playback.push(packetOf(2, other.encode(draw(160, 120, 1), true)));
  playback.push(packetOf(3, other.encode(draw(160, 120, 2))));
  playback.announce(track);
  playback.push(packetOf(4, encoder.encode(draw(96, 64, 1), true)));
  await playback.drain();
  assert.deepEqual(
    shown.map(({ widthPx }) => widthPx),
    [96, 160, 96],
  );
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 3, superseded: 1 });
  assert.deepEqual(wanted, []);
  await playback.close();
});

test("goes on with the same decoder when the same format is announced again, from a keyframe", async () => {
  const { playback, reports } = start();
  playback.announce(track);
  playback.push(packetOf(1, encoder.encode(draw(96, 64, 1), true)));
  playback.announce(track);
  playback.push(packetOf(2, encoder.encode(draw(96, 64, 2))));
  playback.push(packetOf(3, encoder.encode(draw(96, 64, 3), true)));
  await playback.drain();
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 2, waitingForKeyframe: 1 });
  await playback.close();
});

test("counts every packet of a codec that it does not have as undecodable, and goes on with one that it has", async () => {
  const { playback, reports } = start();
  playback.announce(trackOf("none" as VideoCodec, 96, 64));
  playback.push(packetOf(1, encoder.encode(draw(96, 64, 1), true)));
  playback.announce(track);
  playback.push(packetOf(2, encoder.encode(draw(96, 64, 1), true)));
  await playback.drain();
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 1, undecodable: 1 });
  await playback.close();
});

/** Of a sender whose clock is an hour ahead of ours, over a way of this round trip. */
function clockOf(rttUs: number, errorUs: number = rttUs / 2): ClockEstimate {
  return { offsetUs: 3_600_000_000, errorUs, rttUs };
}

/** Plays one keyframe that is this old when it is shown. */
async function shownAtAge(ageUs: number, clock: ClockEstimate | undefined): Promise<PlaybackCounts> {
  const time = { nowUs: micros(1_000_000_000) };
  const { playback, reports } = start(time);
  playback.announce(track);
  playback.clock = clock;
  const captureUs = micros(time.nowUs + clockOf(0).offsetUs - ageUs);
  playback.push({ ...packetOf(1, encoder.encode(draw(96, 64, 1), true)), captureUs });
  await playback.drain();
  await playback.close();
  return countsOf(reports);
}

for (const [what, clock, limitMs] of [
  ["500 ms over a short way", clockOf(400), 500],
  ["500 ms over a way of 50 ms", clockOf(100_000), 500],
  ["a satellite's way, as long as it may be, and 400 ms", clockOf(600_000), 1_000],
  ["more where the clock is less well known than the way", clockOf(100_000, 90_000), 540],
] as const) {
  test(`shows no picture that is older than ${what}, all others, and counts it as stale`, async () => {
    assert.ok(ageLimitUs(clock) <= limitMs * 1_000 && ageLimitUs(clock) > limitMs * 950, `${ageLimitUs(clock)} us`);
    assert.deepEqual(await shownAtAge(ageLimitUs(clock), clock), { ...noPlayback, shown: 1 });
    assert.deepEqual(await shownAtAge(ageLimitUs(clock) + 1, clock), { ...noPlayback, stale: 1 });
  });
}

test("shows pictures of any age while the sender's clock is not known, and of a capture time in the future", async () => {
  assert.deepEqual(await shownAtAge(3_600_000_000, undefined), { ...noPlayback, shown: 1 });
  assert.deepEqual(await shownAtAge(-5_000_000, clockOf(400)), { ...noPlayback, shown: 1 });
});

test("does not show again, when it is asked to, what was too old to be shown at all", async () => {
  const time = { nowUs: micros(10_000_000) };
  const { playback, shown, reports } = start(time);
  playback.announce(track);
  playback.clock = { offsetUs: 0, errorUs: 100, rttUs: 200 };
  for (const [frame, ageUs] of [
    [1, 30_000],
    [2, 3_000_000],
  ] as const) {
    const packet = packetOf(frame, encoder.encode(draw(96, 64, frame), frame === 1));
    playback.push({ ...packet, captureUs: micros(time.nowUs - ageUs) });
    await playback.drain();
  }
  playback.redraw();
  assert.equal(shown.length, 1);
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 1, stale: 1 });
  await playback.close();
});

test("plays pictures that are decoded in halves in their order, only the newest of a breath, and closes while it decodes", async () => {
  const [widthPx, heightPx] = [1280, 720] as const;
  const inHalves = (number: number): Encoded => {
    const cut = [cv.IMWRITE_JPEG_QUALITY, 80, cv.IMWRITE_JPEG_RST_INTERVAL, (widthPx / 16) * 23];
    return { keyframe: true, data: jpegOf(draw(widthPx, heightPx, number), [widthPx, heightPx], cut) };
  };
  const { playback, shown, reports } = start();
  playback.announce(trackOf("jpeg", widthPx, heightPx));
  playback.push(packetOf(1, inHalves(1)));
  await playback.drain();
  // Until the decoders of the halves are open.
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (let frame = 2; frame <= 5; frame++) playback.push(packetOf(frame, inHalves(frame)));
  await playback.drain();
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 2, superseded: 3 });
  assert.ok(psnr(draw(widthPx, heightPx, 5), shown.at(-1)?.bgr ?? Buffer.alloc(0)) > 30);
  // In a long breath some are shown on the way.
  for (let frame = 6; frame <= 20; frame++) playback.push(packetOf(frame, inHalves(frame)));
  await playback.drain();
  const { shown: all, superseded } = countsOf(reports);
  assert.equal(all + superseded, 20);
  assert.ok(all >= 5 && all <= 8, `${all} shown`);
  // What cannot be decoded is told, and the next is good again.
  playback.push(packetOf(21, { keyframe: true, data: inHalves(21).data.subarray(0, -2) }));
  playback.push(packetOf(22, inHalves(22)));
  await playback.drain();
  assert.equal(countsOf(reports).undecodable, 1);
  assert.ok(psnr(draw(widthPx, heightPx, 22), shown.at(-1)?.bgr ?? Buffer.alloc(0)) > 30);
  // A good one is shown although the one for whose sake it waited is bad.
  playback.push(packetOf(23, inHalves(23)));
  playback.push(packetOf(24, inHalves(24)));
  playback.push(packetOf(25, { keyframe: true, data: inHalves(25).data.subarray(0, -2) }));
  const count = shown.length;
  while (shown.length === count) await turn();
  assert.ok(psnr(draw(widthPx, heightPx, 24), shown.at(-1)?.bgr ?? Buffer.alloc(0)) > 30);
  playback.push(packetOf(26, inHalves(26)));
  await playback.close();
});

test("decodes what is too old all the same: the next picture builds on it", async () => {
  const time = { nowUs: micros(10_000_000) };
  const { playback, shown, reports, wanted } = start(time);
  playback.announce(track);
  playback.clock = { offsetUs: 0, errorUs: 100, rttUs: 200 };
  const newest = draw(96, 64, 3);
  for (const [frame, ageUs, picture] of [
    [1, 3_000_000, draw(96, 64, 1)],
    [2, 1_000_000, draw(96, 64, 2)],
    [3, 30_000, newest],
  ] as const) {
    const packet = packetOf(frame, encoder.encode(picture, frame === 1));
    playback.push({ ...packet, captureUs: micros(time.nowUs - ageUs) });
    await playback.drain();
  }
  assert.equal(shown.length, 1);
  assert.ok(psnr(newest, shown[0]?.bgr ?? Buffer.alloc(newest.length)) > 30);
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 1, stale: 2 });
  assert.deepEqual(wanted, []);
  await playback.close();
});

test("holds the picture that is shown while it is paused, decodes on, and goes on with the newest", async () => {
  const { playback, shown, held, reports } = start();
  playback.announce(track);
  const originals = Array.from({ length: 5 }, (_, frame) => draw(96, 64, frame));
  playback.isPaused = true;
  assert.equal(held.length, 0, "there is no picture to hold yet");
  playback.isPaused = false;
  for (const [index, original] of originals.entries()) {
    if (index === 2) playback.isPaused = true;
    playback.push(packetOf(index + 1, encoder.encode(original, index === 0)));
    if (index < 2) await playback.drain();
    await turn();
  }
  assert.equal(shown.length, 2);
  assert.equal(held.length, 1);
  assert.ok(psnr(originals[1] ?? Buffer.alloc(0), held[0] ?? Buffer.alloc(1)) > 30, "the second picture is held");
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 2, superseded: 2 });
  playback.isPaused = false;
  assert.equal(shown.length, 3);
  assert.ok(psnr(originals[4] ?? Buffer.alloc(0), shown[2]?.bgr ?? Buffer.alloc(1)) > 30, "the newest goes on");
  assert.deepEqual(countsOf(reports), { ...noPlayback, shown: 3, superseded: 2 });
  await playback.close();
});

test("has counted every packet exactly once when it is drained, in any history", async () => {
  const events = fc.array(
    fc.constantFrom("keyframe", "delta", "delta", "garbage", "announce", "resize", "turn", "drain", "age", "hold", "go on"),
    {
      maxLength: 30,
    },
  );
  await fc.assert(
    fc.asyncProperty(events, async (history) => {
      const time = { nowUs: micros(10_000_000) };
      const { playback, shown, reports } = start(time);
      const clock = { offsetUs: 0, errorUs: 100, rttUs: 200 };
      playback.clock = clock;
      let packets = 0;
      const packet = (encoded: Encoded): EncodedPacket => ({ ...packetOf(++packets, encoded), captureUs: time.nowUs });
      for (const event of history) {
        if (event === "keyframe" || event === "delta") {
          playback.push(packet(encoder.encode(draw(96, 64, packets), event === "keyframe")));
        } else if (event === "garbage") playback.push(packet(garbage));
        else if (event === "age") time.nowUs = micros(time.nowUs + ageLimitUs(clock) + 1);
        else if (event === "announce") playback.announce(track);
        else if (event === "resize") playback.announce(trackOf("h264", 160, 120));
        else if (event === "hold" || event === "go on") playback.isPaused = event === "hold";
        else if (event === "turn") await turn();
        else await playback.drain();
      }
      await playback.drain();
      const counts = countsOf(reports);
      assert.equal(totalCount(counts), packets);
      assert.equal(shown.length, counts.shown);
      await playback.close();
    }),
    { numRuns: 60 },
  );
});

test.run();
