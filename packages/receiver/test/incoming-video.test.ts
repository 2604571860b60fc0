import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import {
  type AckMessage,
  type ClockEstimate,
  type EncodedPacket,
  type MediaMessage,
  micros,
  nowUs,
  packetWireBytes,
  ProtocolError,
  type ReportMessage,
  type TrackMessage,
  videoChunks,
} from "@simple-video-chat/protocol";
import { suite } from "uvu";

import { type IncomingSession, IncomingVideo } from "../src/incoming-video.ts";
import type { ShownPicture } from "../src/picture-times.ts";
import { noPlayback } from "../src/playback-counts.ts";

const test = suite("IncomingVideo");

const track: TrackMessage = { type: "track", track: 1, codec: "h264", barcode: false, widthPx: 96, heightPx: 64, frameRate: 30 };

class FakeSession implements IncomingSession {
  status: IncomingSession["status"] = "live";
  clock: ClockEstimate | undefined;
  readonly sent: MediaMessage[] = [];

  send(message: MediaMessage): boolean {
    this.sent.push(message);
    return true;
  }

  get acks(): readonly AckMessage[] {
    return this.sent.filter((message) => message.type === "ack");
  }
}

class FakePlayback {
  readonly announced: TrackMessage[] = [];
  readonly played: EncodedPacket[] = [];
  clock: ClockEstimate | undefined;

  setClock(clock: ClockEstimate | undefined): void {
    this.clock = clock;
  }

  announce(format: TrackMessage): void {
    this.announced.push(format);
  }

  play(packet: EncodedPacket): void {
    this.played.push(packet);
  }
}

function packetOf(frame: number, bytes: number = 500, fields: Partial<EncodedPacket> = {}): EncodedPacket {
  return {
    track: 1,
    frame,
    keyframe: true,
    captureUs: micros(frame * 1_000),
    encodeStartUs: 100,
    encodedUs: 300,
    sentUs: 600,
    data: new Uint8Array(bytes).fill(frame),
    ...fields,
  };
}

interface Incoming {
  readonly video: IncomingVideo;
  readonly session: FakeSession;
  readonly playback: FakePlayback;
  readonly shown: readonly ShownPicture[];
  send(packet: EncodedPacket): void;
  report(fields: Partial<ReportMessage>): void;
}

function start(announce: boolean = true): Incoming {
  const session = new FakeSession();
  const playback = new FakePlayback();
  const shown: ShownPicture[] = [];
  const video = new IncomingVideo(playback);
  video.connected(session, true);
  if (announce) video.receive(track);
  return {
    video,
    session,
    playback,
    shown,
    send: (packet) => {
      for (const chunk of videoChunks(packet)) video.receive(chunk);
    },
    report: (fields) => {
      const report = { type: "report", track: 1, frame: 0, shownUs: micros(0), decodeUs: 0, displayWaitUs: 0, ...noPlayback } as const;
      shown.push(...[video.played({ ...report, ...fields })].filter((picture) => picture !== undefined));
    },
  };
}

function failsWith(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ProtocolError && error.code === code;
}

function account(firstFrame: number, lastFrame: number, fields: object = {}): Parameters<IncomingVideo["receive"]>[0] {
  const sent = firstFrame === 0 ? 0 : lastFrame - firstFrame + 1;
  return { type: "account", track: 1, final: false, firstFrame, lastFrame, notEncoded: 0, encoderDropped: 0, notSent: 0, sent, ...fields };
}

test("has whole packets played, and acknowledges all their bytes as the sender counts them", () => {
  const { session, playback, send } = start();
  let bytes = 0;
  for (const [index, size] of [1, 16_384, 16_385, 100_000].entries()) {
    send(packetOf(index + 1, size));
    bytes += packetWireBytes(size);
    const ack = session.acks.at(-1);
    assert.deepEqual([ack?.bytes, ack?.frame, ack?.track], [bytes, index + 1, 1]);
  }
  assert.deepEqual(
    playback.played.map(({ frame, data }) => [frame, data.byteLength]),
    [
      [1, 1],
      [2, 16_384],
      [3, 16_385],
      [4, 100_000],
    ],
  );
});

test("acknowledges within a long packet at least every 65,536 bytes", () => {
  const { session, send } = start();
  send(packetOf(1, 1_000_000));
  const steps = session.acks.map(({ bytes }, index) => bytes - (session.acks[index - 1]?.bytes ?? 0));
  assert.ok(Math.max(...steps) <= 65_536);
});

test("tells of each picture shown once, with its latency on the sender's clock and its packet's bytes", () => {
  const { session, shown, send, report } = start();
  send(packetOf(1, 600));
  report({ frame: 1, shownUs: micros(1_000), shown: 1 });
  session.clock = { offsetUs: 5_000, errorUs: 10, rttUs: 20 };
  send(packetOf(2, 700));
  send(packetOf(3, 800));
  report({ frame: 3, shownUs: micros(10_250), shown: 2, superseded: 1 });
  report({ frame: 3, shownUs: micros(10_250), shown: 2, superseded: 1 });
  assert.deepEqual(shown, [
    { frame: 1, shownUs: 1_000, latencyMs: undefined, bytes: 600 },
    { frame: 3, shownUs: 10_250, latencyMs: 12.25, bytes: 800 },
  ]);
});

test("holds acknowledgements back while the playback does not keep up, and gives them when it does", () => {
  const { session, send, report } = start();
  for (let frame = 1; frame <= 10; frame++) send(packetOf(frame));
  const held = session.acks.length;
  assert.ok(held >= 3 && held <= 5, `${held} acks with nothing shown`);
  report({ frame: 5, shown: 1, superseded: 4 });
  assert.equal(session.acks.length, held, "too soon");
  report({ frame: 10, shown: 2, superseded: 8 });
  assert.equal(session.acks.length, held + 1);
  assert.equal(session.acks.at(-1)?.bytes, 10 * packetWireBytes(500));
});

test("gives the acknowledgements back when the playback engine died, and asks for a keyframe", () => {
  const { video, session, send } = start();
  for (let frame = 1; frame <= 10; frame++) send(packetOf(frame));
  video.playbackDied();
  assert.equal(session.acks.at(-1)?.bytes, 10 * packetWireBytes(500));
  assert.ok(session.sent.some((message) => message.type === "keyframe-request" && message.reason === "gap"));
  assert.equal(video.stats().dropped.engineDied, 10);
});

test("closes the account when no playback shows anything any more, and hears no report after that", () => {
  const { video, send, report } = start();
  for (let frame = 1; frame <= 3; frame++) send(packetOf(frame));
  report({ frame: 1, shown: 1 });
  video.playbackDied();
  // It was given up: nobody takes these.
  send(packetOf(4));
  send(packetOf(5));
  video.playbackEnded();
  report({ frame: 5, shown: 2 });
  assert.equal(video.stats().dropped.engineDied, 4);
  assert.equal(video.stats().shown, 1);
});

test("refuses video and accounts of a track that was not announced on this connection", () => {
  const fresh = start(false);
  assert.throws(() => fresh.send(packetOf(1)), failsWith("unannounced-track"));
  assert.throws(() => fresh.video.receive(account(1, 1)), failsWith("unannounced-track"));
  const { video, send } = start();
  assert.throws(() => send(packetOf(1, 500, { track: 2 })), failsWith("unannounced-track"));
  video.connected(new FakeSession(), false);
  assert.throws(() => send(packetOf(1)), failsWith("unannounced-track"));
});

test("plays the first track that is announced, and leaves the others alone", () => {
  const { video, session, playback, send } = start();
  video.receive({ ...track, track: 2, widthPx: 640 });
  send(packetOf(1, 500, { track: 2 }));
  video.receive({ ...account(1, 100), track: 2 } as Parameters<IncomingVideo["receive"]>[0]);
  send(packetOf(1));
  assert.deepEqual([playback.announced.length, playback.played.length, video.stats().captured], [1, 1, 1]);
  assert.equal(video.stats().widthPx, 96);
  assert.ok(session.acks.every((ack) => ack.track === 1));
  for (const number of [3, 4]) video.receive({ ...track, track: number });
});

test("refuses a fifth track, and a track that is announced again and again", () => {
  const { video } = start();
  for (const number of [2, 3, 4]) video.receive({ ...track, track: number });
  assert.throws(() => video.receive({ ...track, track: 5 }), failsWith("too-many-tracks"));
  const flood = start();
  assert.throws(() => {
    for (let times = 0; times < 10; times++) flood.video.receive({ ...track, widthPx: 96 + 2 * times });
  }, failsWith("track-flood"));
  assert.ok(flood.playback.announced.length <= 5);
});

test("refuses packets and accounts out of order", () => {
  const { video, send } = start();
  send(packetOf(5));
  assert.throws(() => send(packetOf(5)), failsWith("frame-order"));
  const accounts = start().video;
  accounts.receive(account(1, 3));
  accounts.receive(account(0, 0));
  accounts.receive(account(4, 9));
  assert.throws(() => accounts.receive(account(9, 12)), failsWith("bad-value"));
  assert.throws(() => accounts.receive(account(11, 12)), failsWith("bad-value"));
  video.connected(new FakeSession(), false);
});

test("tells the latency from capture to display by the sender's clock, and where it went", () => {
  const { video, session, send, report } = start();
  const offsetUs = 5_000_000;
  session.clock = { offsetUs, errorUs: 1_500, rttUs: 3_000 };
  const captureUs = micros(nowUs() + offsetUs - 40_000);
  send(packetOf(1, 500, { captureUs }));
  report({ frame: 1, shown: 1, shownUs: micros(captureUs - offsetUs + 84_000), decodeUs: 2_000, displayWaitUs: 700 });
  const stats = video.stats();
  assert.deepEqual([Math.round(stats.latencyMs?.p50 ?? 0), stats.clockOffsetMs, stats.clockErrorMs, stats.rttMs], [84, 5_000, 1.5, 3]);
  assert.deepEqual([stats.codec, stats.widthPx], ["h264", 96]);
  const { captureWaitUs, encodeUs, sendQueueUs, networkUs, decodeUs, displayWaitUs } = stats.stages ?? {};
  assert.deepEqual([captureWaitUs, encodeUs, sendQueueUs, decodeUs, displayWaitUs], [100, 200, 300, 2_000, 700]);
  assert.ok(networkUs !== undefined && networkUs >= 39_000 && networkUs < 200_000, `${networkUs} us`);
  assert.equal(Math.round(video.summary().latencyMs?.p50 ?? 0), 84);
});

test("tells no latency without a clock to compare with", () => {
  const { video, send, report } = start();
  send(packetOf(1));
  report({ frame: 1, shown: 1, shownUs: nowUs() });
  assert.equal(video.stats().latencyMs, undefined);
  assert.notEqual(video.firstShownUs, undefined);
});

test("tells the playback the sender's clock, through a new connection too, but not that of a sender that began anew", () => {
  const { video, session, playback, send } = start();
  send(packetOf(1));
  assert.equal(playback.clock, undefined);
  const clock = { offsetUs: 5, errorUs: 1_500, rttUs: 3_000 };
  session.clock = clock;
  send(packetOf(2));
  assert.deepEqual(playback.clock, clock);
  const again = new FakeSession();
  video.connected(again, false);
  video.receive(track);
  send(packetOf(3));
  assert.deepEqual(playback.clock, clock);
  video.connected(again, true);
  assert.equal(playback.clock, undefined);
});

test("tells the sender what was shown since this connection began", () => {
  const { video, session, send, report } = start();
  send(packetOf(1));
  report({ frame: 1, shown: 1, shownUs: micros(7) });
  const again = new FakeSession();
  video.connected(again, false);
  video.receive(track);
  send(packetOf(2));
  report({ frame: 2, shown: 2, shownUs: micros(9), superseded: 0 });
  const reports = [...session.sent, ...again.sent].filter((message) => message.type === "report");
  assert.deepEqual(
    reports.map(({ frame, shown }) => [frame, shown]),
    [
      [1, 1],
      [2, 1],
    ],
  );
});

test("tells the sender of pictures shown ten times a second at most, and of the last before it asks it to stop", async () => {
  const { video, session, send, report } = start();
  const begunMs = performance.now();
  for (let frame = 1; frame <= 60; frame++) {
    send(packetOf(frame));
    report({ frame, shown: frame, shownUs: micros(frame) });
    await sleep(2);
  }
  const reports = (): readonly ReportMessage[] => session.sent.filter((message) => message.type === "report");
  assert.ok(reports().length <= 1 + (performance.now() - begunMs) / 100, `${reports().length} reports`);
  assert.equal(reports()[0]?.shown, 1, "the first at once");
  await video.stop(0);
  assert.equal(reports().at(-1)?.shown, 60);
  assert.ok(session.sent.findLastIndex(({ type }) => type === "report") < session.sent.findIndex(({ type }) => type === "stop"));
});

test("acknowledges a packet whose chunks come in the same breath a few times only", () => {
  const { session, send } = start();
  send(packetOf(1, 150_000));
  assert.ok(session.acks.length <= 5, `${session.acks.length} acks for ten chunks`);
});

test("adds what a new session brings to what the one before brought", () => {
  const { video, send, report } = start();
  for (const frame of [1, 2, 3]) send(packetOf(frame));
  video.receive(account(1, 3));
  report({ frame: 3, shown: 3 });
  video.connected(new FakeSession(), true);
  video.receive(track);
  for (const frame of [1, 2]) send(packetOf(frame));
  video.receive(account(1, 4, { sent: 2, notEncoded: 2 }));
  report({ frame: 2, shown: 5 });
  const { captured, shown, dropped } = video.summary();
  assert.deepEqual([captured, shown, dropped.notEncoded, dropped.lost], [7, 5, 2, 0]);
});

test("stops with the sender's final account, or without it when it does not come", async () => {
  const { video, session } = start();
  const stopped = video.stop(5_000);
  assert.deepEqual(session.sent.at(-1), { type: "stop", track: 1 });
  video.receive(account(0, 0, { final: true }));
  await stopped;
  const sinceMs = performance.now();
  await start().video.stop(100);
  const tookMs = performance.now() - sinceMs;
  assert.ok(tookMs >= 95 && tookMs < 2_000, `${tookMs} ms`);
});

test("stops at once when there is nothing to stop", async () => {
  await start(false).video.stop(60_000);
  const { video, session } = start();
  session.status = "reconnecting";
  await video.stop(60_000);
  assert.equal(session.sent.length, 0);
});

test.run();
