import assert from "node:assert/strict";
import { type AudioMessage, type CloseCode, micros, type ReceivedMessage } from "@simple-video-chat/protocol";
import { suite } from "uvu";
import { IncomingAudio } from "../../src/audio/incoming-audio.ts";

const test = suite("IncomingAudio");

function bench() {
  const calls: string[] = [];
  const sent: ReceivedMessage[] = [];
  const closed: CloseCode[] = [];
  const audio = new IncomingAudio({
    play: (channels) => calls.push(`play ${channels}`),
    push: ({ packet }) => calls.push(`packet ${packet}`),
  });
  const session = {
    send: (message: ReceivedMessage) => sent.push(message) > 0,
    close: (code: CloseCode = "normal") => Promise.resolve(void closed.push(code)),
    clock: { offsetUs: -1_000_000, errorUs: 500, rttUs: 1_000 },
  };
  audio.connected(session);
  return { audio, session, calls, sent, closed };
}

function track(muted: boolean, number = 9): ReceivedMessage {
  return { type: "audio-track", track: number, channels: 1, muted };
}

function packetOf(packet: number, number = 9): AudioMessage {
  return { type: "audio", track: number, packet, captureUs: micros(packet * 10_000), durationUs: 10_000, data: Uint8Array.of(1) };
}

test("plays what is announced, in its order, and reports it", () => {
  const { audio, calls, sent, closed } = bench();
  audio.receive(track(false));
  audio.receive(packetOf(4));
  audio.receive(packetOf(7));
  assert.deepEqual(calls, ["play 1", "packet 4", "packet 7"]);
  const [report] = sent;
  assert.ok(report?.type === "audio-report" && report.track === 9 && report.packet === 4);
  assert.deepEqual(closed, []);
  assert.ok(audio.stats().isOn);
});

test("goes on with its stream when the microphone is switched off and on, and begins another on a new connection", () => {
  const { audio, session, calls } = bench();
  audio.receive(track(false));
  audio.receive(track(true));
  assert.deepEqual([audio.stats().isOn, audio.stats().isMuted], [false, true]);
  audio.receive(track(false));
  audio.receive(packetOf(5));
  audio.connected(session);
  audio.receive(track(false));
  audio.receive(packetOf(1));
  assert.deepEqual(calls, ["play 1", "packet 5", "play 1", "packet 1"]);
});

test("begins another stream, in two channels, when its sound becomes stereo", () => {
  const { audio, calls } = bench();
  audio.receive(track(false));
  audio.receive({ type: "audio-track", track: 9, channels: 2, muted: false });
  audio.receive(packetOf(5));
  assert.deepEqual(calls, ["play 1", "play 2", "packet 5"]);
  assert.equal(audio.stats().channels, 2);
});

test("ends a session whose sound breaks the rules", () => {
  for (const messages of [
    [packetOf(1)],
    [track(false), packetOf(2), packetOf(2)],
    [track(false), packetOf(2), packetOf(1)],
    [track(false), packetOf(1, 8)],
    [track(false), track(false, 8)],
  ]) {
    const { audio, closed } = bench();
    for (const message of messages) audio.receive(message);
    assert.deepEqual(closed, ["bad-media"]);
  }
});

test("reckons the time from mouth to ear with both clocks", () => {
  const { audio } = bench();
  const rest = { delayUs: 25_000, targetUs: 20_000, late: 0, dropped: 0, peakDbfs: -20 };
  audio.receive(track(false));
  audio.played({ offsetUs: 1_055_000, playedUs: 9_900_000, concealedUs: 100_000, ...rest });
  const { latencyMs, jitterMs, concealedShare, peakDbfs } = audio.stats();
  assert.deepEqual([latencyMs, jitterMs, concealedShare, peakDbfs], [55, 25, 0.01, -20]);
});

test.run();
