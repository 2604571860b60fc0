import assert from "node:assert/strict";
import { type EncodedPacket, type KeyframeReason, micros, nowUs, type ReportMessage, type VideoCodec } from "@simple-video-chat/protocol";
import fc from "fast-check";
import { suite } from "uvu";

import type { Picture } from "../../src/decode/picture.ts";
import { Playback } from "../../src/engine/playback.ts";
import { draw, type Encoded, openTestEncoder, psnr, trackOf } from "../decode/pictures.ts";

const test = suite("Playback");

const track = trackOf("h264", 96, 64);

function packetOf(frame: number, { keyframe, data }: Encoded): EncodedPacket {
  return { track: 1, frame, keyframe, captureUs: micros(frame * 1_000), encodeStartUs: 0, encodedUs: 0, sentUs: 0, data };
}

interface Playing {
  readonly playback: Playback;
  readonly shown: { readonly widthPx: number; readonly heightPx: number; readonly bgr: Buffer }[];
  readonly reports: ReportMessage[];
  readonly wanted: KeyframeReason[];
}

function start(): Playing {
  const shown: Picture[] = [];
  const reports: ReportMessage[] = [];
  const wanted: KeyframeReason[] = [];
  const playback = new Playback(
    1,
    { show: ({ widthPx, heightPx, bgr }) => shown.push({ widthPx, heightPx, bgr: Buffer.from(bgr) }) },
    { onReport: (report) => reports.push(report), onKeyframeWanted: (reason) => wanted.push(reason) },
  );
  return { playback, shown, reports, wanted };
}

function countsOf(reports: readonly ReportMessage[]): object {
  const { shown = 0, superseded = 0, waitingForKeyframe = 0, undecodable = 0 } = reports.at(-1) ?? {};
  return { shown, superseded, waitingForKeyframe, undecodable };
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
  assert.deepEqual(countsOf(reports), { shown: 5, superseded: 0, waitingForKeyframe: 0, undecodable: 0 });
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
  assert.deepEqual(countsOf(reports), { shown: 1, superseded: 3, waitingForKeyframe: 0, undecodable: 0 });
  await playback.close();
});

test("keeps what comes while the decoder is being opened, in order", async () => {
  const { playback, reports } = start();
  playback.announce(track);
  for (let frame = 1; frame <= 3; frame++) playback.push(packetOf(frame, encoder.encode(draw(96, 64, frame), frame === 1)));
  assert.equal(reports.length, 0);
  await playback.drain();
  assert.deepEqual(countsOf(reports), { shown: 1, superseded: 2, waitingForKeyframe: 0, undecodable: 0 });
  await playback.close();
});

test("counts packets before the first keyframe, and those without any announcement", async () => {
  const { playback, shown, reports, wanted } = start();
  encoder.encode(draw(96, 64, 0), true);
  playback.push(packetOf(1, encoder.encode(draw(96, 64, 1))));
  playback.announce(track);
  playback.push(packetOf(2, encoder.encode(draw(96, 64, 2))));
  await playback.drain();
  assert.deepEqual(countsOf(reports), { shown: 0, superseded: 0, waitingForKeyframe: 2, undecodable: 0 });
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
  assert.deepEqual(countsOf(reports), { shown: 1, superseded: 0, waitingForKeyframe: 1, undecodable: 1 });
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
  assert.deepEqual(countsOf(reports), { shown: 1, superseded: 0, waitingForKeyframe: 0, undecodable: 1 });
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
  assert.deepEqual(countsOf(reports), { shown: 3, superseded: 1, waitingForKeyframe: 0, undecodable: 0 });
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
  assert.deepEqual(countsOf(reports), { shown: 2, superseded: 0, waitingForKeyframe: 1, undecodable: 0 });
  await playback.close();
});

test("counts every packet of a codec that it does not have as undecodable, and goes on with one that it has", async () => {
  const { playback, reports } = start();
  playback.announce(trackOf("none" as VideoCodec, 96, 64));
  playback.push(packetOf(1, encoder.encode(draw(96, 64, 1), true)));
  playback.announce(track);
  playback.push(packetOf(2, encoder.encode(draw(96, 64, 1), true)));
  await playback.drain();
  assert.deepEqual(countsOf(reports), { shown: 1, superseded: 0, waitingForKeyframe: 0, undecodable: 1 });
  await playback.close();
});

test("has counted every packet exactly once when it is drained, in any history", async () => {
  const events = fc.array(fc.constantFrom("keyframe", "delta", "delta", "garbage", "announce", "resize", "turn", "drain"), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(events, async (history) => {
      const { playback, shown, reports } = start();
      let packets = 0;
      for (const event of history) {
        if (event === "keyframe" || event === "delta") {
          playback.push(packetOf(++packets, encoder.encode(draw(96, 64, packets), event === "keyframe")));
        } else if (event === "garbage") playback.push(packetOf(++packets, garbage));
        else if (event === "announce") playback.announce(track);
        else if (event === "resize") playback.announce(trackOf("h264", 160, 120));
        else if (event === "turn") await turn();
        else await playback.drain();
      }
      await playback.drain();
      const { shown: shownCount = 0, superseded = 0, waitingForKeyframe = 0, undecodable = 0 } = reports.at(-1) ?? {};
      assert.equal(shownCount + superseded + waitingForKeyframe + undecodable, packets);
      assert.equal(shown.length, shownCount);
      await playback.close();
    }),
    { numRuns: 60 },
  );
});

test.run();
