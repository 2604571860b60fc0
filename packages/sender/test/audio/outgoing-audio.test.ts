import assert from "node:assert/strict";
import { type AudioMessage, micros, type ReceivedMessage } from "@simple-video-chat/protocol";
import { suite } from "uvu";
import { OutgoingAudio } from "../../src/audio/outgoing-audio.ts";

const test = suite("OutgoingAudio");

function bench() {
  const sent: ReceivedMessage[] = [];
  const link = { hasRoom: true };
  const session = {
    send: (message: ReceivedMessage): boolean => (message.type !== "audio" || link.hasRoom) && sent.push(message) > 0,
    clock: { offsetUs: 0, errorUs: 0, rttUs: 100_000 },
  };
  const startUs = 1_000_000;
  const clock = { us: startUs };
  const audio = new OutgoingAudio(
    session,
    () => {},
    () => micros(clock.us),
  );
  /** Sent at this time; recorded by a device whose clock says something else. */
  const packetAt = (packet: number, atMs: number): AudioMessage => {
    clock.us = startUs + atMs * 1_000;
    return { type: "audio", track: 3, packet, captureUs: micros(packet), durationUs: 10_000, data: Uint8Array.of(1) };
  };
  const report = (packet: number): void =>
    audio.receive({ type: "audio-report", track: 3, packet, receivedUs: micros(startUs), jitterUs: 0, concealedMs: 0 }, 1_000_000);
  const packets = (): number[] => sent.flatMap((message) => (message.type === "audio" ? [message.packet] : []));
  return { audio, sent, link, packetAt, report, packets };
}

test("announces its track on every connection, and when the microphone is switched off or on", () => {
  const { audio, sent } = bench();
  audio.setMuted(true);
  assert.equal(sent.length, 0);
  audio.connected(1);
  audio.setMuted(false);
  audio.disconnected();
  audio.setMuted(true);
  assert.deepEqual(
    sent.map((message) => message.type === "audio-track" && message.muted),
    [true, false],
  );
});

test("announces its track again when it has other channels, and only then", () => {
  const { audio, sent } = bench();
  audio.connected(2);
  audio.setChannels(2);
  audio.setChannels(1);
  audio.disconnected();
  audio.setChannels(2);
  assert.deepEqual(
    sent.map((message) => message.type === "audio-track" && message.channels),
    [2, 1],
  );
});

test("sends nothing before and after a connection, and counts what the link has no room for", () => {
  const { audio, link, packetAt, packets } = bench();
  audio.offer(packetAt(1, 0));
  audio.connected(1);
  audio.offer(packetAt(2, 10));
  link.hasRoom = false;
  audio.offer(packetAt(3, 20));
  link.hasRoom = true;
  audio.offer(packetAt(4, 30));
  audio.disconnected();
  audio.offer(packetAt(5, 40));
  assert.deepEqual(packets(), [2, 4]);
  assert.deepEqual(audio.counts, { sent: 2, notSent: 1 });
});

test("adds nothing to sound that stands on the way, and goes on when some of it has arrived", () => {
  const { audio, packetAt, report, packets } = bench();
  audio.connected(1);
  for (let packet = 1; packet <= 200; packet++) audio.offer(packetAt(packet, packet * 10));
  // 600 ms and the round trip.
  assert.equal(packets().length, 71);
  report(60);
  audio.offer(packetAt(201, 1_300));
  assert.equal(packets().at(-1), 201);
});

test.run();
