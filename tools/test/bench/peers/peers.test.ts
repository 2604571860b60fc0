// Tests of tools/bench/peers: what is made of the lines, texts and codings of other programs; none of them need be installed.

import { test } from "uvu";
import * as assert from "uvu/assert";

import { toJson } from "../../../bench/result.ts";
import { difference, quotient } from "../../../bench/peers/beside.ts";
import { bytesAt } from "../../../bench/peers/coding-quality.ts";
import { toAndFro } from "../../../bench/peers/footage.ts";
import { parseSocketBytes } from "../../../bench/peers/measure-pair.ts";
import { findProgram, requireProgram } from "../../../bench/peers/peer-process.ts";
import { parseArrival, PictureLog, summarizeArrivals } from "../../../bench/peers/picture-log.ts";
import { isHarness } from "../../../bench/peers/pipe-peer.ts";

test("reads a picture's line, and nothing else", () => {
  assert.equal(parseArrival("17 1000 2500"), { frame: 17, capturedUs: 1000, arrivedUs: 2500 });
  for (const line of ["unreadable", "", "17 1000", "17 1000 2500 1", "a 1 2"]) assert.is(parseArrival(line), undefined, line);
});

test("counts unreadable pictures, and keeps them out of the delays", () => {
  const log = new PictureLog();
  for (const line of ["1 0 9", "unreadable", "2 5 12"]) log.add(line);
  assert.is(log.count, 3);
  assert.equal(
    log.since(1).map(({ frame }) => frame),
    [2],
  );
  assert.is(log.position, 2);
});

test("resolves to false when too few pictures come", async () => {
  assert.is(await new PictureLog().reaches(1, 0, () => {}), false);
});

test("takes delays from capture to arrival, and the rate from the first to the last arrival", () => {
  const arrivals = Array.from({ length: 101 }, (_, frame) => ({
    frame,
    capturedUs: frame * 20_000,
    arrivedUs: frame * 20_000 + 1000 * (frame < 96 ? 5 : 8),
  }));
  const { p50Ms, p95Ms, p99Ms, fps } = summarizeArrivals(arrivals);
  assert.equal([p50Ms, p95Ms, p99Ms], [5, 5, 8]);
  assert.ok(Math.abs(fps - 100 / 2.003) < 1e-9);
  assert.throws(() => summarizeArrivals(arrivals.slice(0, 1)), /no pictures/);
});

test("plays recorded pictures forth and back without showing one twice in a row", () => {
  assert.equal(toAndFro(4), [0, 1, 2, 3, 2, 1]);
  assert.equal(toAndFro(1), [0]);
});

test("takes the busier direction of a connection, as ss prints it", () => {
  const text =
    "0 0 [::ffff:127.0.0.1]:5000 [::ffff:127.0.0.1]:6000\n\t cubic bytes_sent:7 bytes_acked:8 bytes_received:123456 segs_out:3\n";
  assert.is(parseSocketBytes(text), 123456);
  assert.is(parseSocketBytes(""), undefined);
});

test("tells those who only bring or take pictures from the programs that are measured", () => {
  assert.ok(isHarness("/usr/bin/python3 /x/pipes.py feed clip.bgr 1280 720 30 -- ffmpeg -i pipe:0"));
  assert.ok(isHarness("python3 /x/pipes.py take 1280 720 -- /usr/bin/python3 /x/pipes.py feed"));
  for (const measured of ["ffmpeg -i pipe:0 tcp://127.0.0.1:1", "python3 /x/pipes.py pass 1280 720"]) assert.not(isHarness(measured));
});

test("divides and subtracts figures, and gives nothing when one is missing", () => {
  const figures = { own: 6, "ffmpeg.own": 14, "pipes.own": 2 };
  assert.is(quotient("own", "ffmpeg.own")(figures), 6 / 14);
  assert.is(quotient("own", difference("ffmpeg.own", "pipes.own"))(figures), 0.5);
  assert.is(quotient("own", difference("ffmpeg.own", "absent.own"))(figures), undefined);
});

test("gives each program an object of its own in the JSON", () => {
  const spec = { label: "", unit: "ms", digits: 1 };
  const figures = [
    { ...spec, name: "p50Ms" },
    { ...spec, name: "ffmpeg.p50Ms", of: "peers" as const },
    { ...spec, name: "ffmpeg.fps", of: "peers" as const },
    { ...spec, name: "webrtc.p50Ms", of: "peers" as const },
  ];
  const runs = [{ p50Ms: 9, "ffmpeg.p50Ms": 12, "ffmpeg.fps": 30, "webrtc.p50Ms": 20 }];
  const circumstances = { machine: { cpu: "", cores: 2, memoryGib: 8, system: "", node: "" }, date: "", command: "", disturbed: 0 };
  const { ours, peers } = toJson({ name: "x", figures }, { runs, series: [] }, circumstances);
  assert.equal(ours, { p50Ms: 9 });
  assert.equal(peers, { ffmpeg: { p50Ms: 12, fps: 30 }, webrtc: { p50Ms: 20 } });
});

test("finds the bytes at a quality between two codings, and none beyond them", () => {
  const codings = [
    { psnrYDb: 40, bytesPerFrame: 4000 },
    { psnrYDb: 30, bytesPerFrame: 250 },
    { psnrYDb: 35, bytesPerFrame: 1000 },
  ];
  assert.ok(Math.abs((bytesAt(codings, 37.5) ?? 0) - 2000) < 1e-9);
  assert.is(bytesAt(codings, 30), 250);
  assert.is(bytesAt(codings, 29), undefined);
  assert.is(bytesAt(codings, 41), undefined);
});

test("finds a program as a shell does", () => {
  assert.match(findProgram("no-such-program", "sh") ?? "", /\/sh$/);
  assert.is(findProgram("no-such-program"), undefined);
  requireProgram("sh");
  assert.throws(() => requireProgram("no-such-program"), /apt-get install no-such-program/);
});

test.run();
