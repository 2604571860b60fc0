import assert from "node:assert/strict";
import { type CaptureCountMessage, micros } from "@simple-video-chat/protocol";
import fc from "fast-check";
import { suite } from "uvu";

import { type OutgoingAccount, OutgoingVideo } from "../src/outgoing-video.ts";
import { FakeSession, packetOf, type Sent, track } from "./fake-session.ts";

const test = suite("OutgoingVideo");

interface Outgoing extends Disposable {
  readonly session: FakeSession;
  readonly video: OutgoingVideo;
  readonly asked: { keyframes: number; room: number };
}

function start(): Outgoing {
  const session = new FakeSession();
  const asked = { keyframes: 0, room: 0 };
  const video = new OutgoingVideo(
    session,
    { maxLatencyMs: 200, maxBitrateBps: 2_000_000 },
    { onRoom: () => asked.room++, onKeyframeWanted: () => asked.keyframes++ },
  );
  return { session, video, asked, [Symbol.dispose]: () => video.stop() };
}

function count(frame: number, notEncoded: number = 0, encoderDropped: number = 0): CaptureCountMessage {
  return { type: "capture-count", track: 1, frame, notEncoded, encoderDropped };
}

function ack({ session, video }: Outgoing): void {
  video.receive({ type: "ack", track: 1, bytes: session.bytes, frame: 1, receivedUs: micros(1) });
}

function framesOf(session: FakeSession): number[] {
  return session.packets.map(({ frame }) => frame);
}

const sumOf = ({ notEncoded, encoderDropped, notSent, sent }: OutgoingAccount): number => notEncoded + encoderDropped + notSent + sent;

test("announces the track on every connection, and asks for a keyframe there", () => {
  using outgoing = start();
  const { session, video, asked } = outgoing;
  video.settle(count(0));
  video.connected(track);
  assert.deepEqual(session.sent, [track]);
  assert.equal(asked.keyframes, 1);
  video.disconnected();
  video.connected(track);
  assert.deepEqual(session.sent, [track, track]);
  assert.equal(asked.keyframes, 2);
});

test("sends no packet before the keyframe that it builds on", () => {
  using outgoing = start();
  const { session, video } = outgoing;
  video.settle(count(10));
  video.connected(track);
  for (const packet of [packetOf(11), packetOf(12), packetOf(13, true), packetOf(14)]) {
    video.offer(packet);
    video.settle(count(packet.frame));
    ack(outgoing);
  }
  assert.deepEqual(framesOf(session), [13, 14]);
  video.announce(track);
  video.offer(packetOf(15));
  video.settle(count(15));
  video.offer(packetOf(16, true));
  video.settle(count(16));
  assert.deepEqual(framesOf(session), [13, 14, 16]);
  assert.deepEqual(video.account, { firstFrame: 11, lastFrame: 16, notEncoded: 0, encoderDropped: 0, notSent: 3, sent: 3 });
});

test("sends nothing beyond its window, keyframes neither, and begins again with a keyframe when there is room", () => {
  using outgoing = start();
  const { session, video, asked } = outgoing;
  video.settle(count(0));
  video.connected(track);
  for (let frame = 1; frame <= 50; frame++) {
    video.offer(packetOf(frame, true));
    video.settle(count(frame));
  }
  assert.ok(session.packets.length <= 3, `${session.packets.length} packets without an ack`);
  const before = asked.keyframes;
  assert.equal(video.hasRoom(), false);
  video.offer(packetOf(51));
  video.settle(count(51));
  assert.equal(asked.keyframes, before, "asked for a keyframe that it has no room for");
  ack(outgoing);
  assert.equal(asked.keyframes, before + 1);
  video.offer(packetOf(52));
  video.settle(count(52));
  assert.equal(asked.keyframes, before + 1, "asked twice");
  video.offer(packetOf(53, true));
  video.settle(count(53));
  assert.equal(framesOf(session).at(-1), 53);
});

test("asks again for a keyframe that found no room", () => {
  using outgoing = start();
  const { session, video, asked } = outgoing;
  video.settle(count(0));
  video.connected(track);
  session.isFull = true;
  video.offer(packetOf(1, true));
  video.settle(count(1));
  assert.equal(asked.keyframes, 2);
  session.isFull = false;
  video.offer(packetOf(2, true));
  assert.deepEqual(framesOf(session), [2]);
});

test("sends only the final account after a stop, once", () => {
  using outgoing = start();
  const { session, video } = outgoing;
  video.settle(count(0));
  video.connected(track);
  video.offer(packetOf(1, true));
  video.settle(count(1));
  video.receive({ type: "stop", track: 1 });
  const sent = session.sent.length;
  assert.deepEqual(session.sent.at(-1), {
    type: "account",
    track: 1,
    final: true,
    firstFrame: 1,
    lastFrame: 1,
    notEncoded: 0,
    encoderDropped: 0,
    notSent: 0,
    sent: 1,
  });
  video.offer(packetOf(2, true));
  video.settle(count(2));
  video.announce(track);
  video.receive({ type: "stop", track: 1 });
  video.receive({ type: "keyframe-request", track: 1, reason: "joined" });
  video.disconnected();
  video.connected(track);
  video.stop();
  assert.equal(session.sent.length, sent);
  assert.equal(video.hasRoom(), false);
});

test("answers a stop before any frame with an empty final account, if the track was announced", () => {
  for (const announced of [track, undefined]) {
    using outgoing = start();
    const { session, video } = outgoing;
    video.settle(count(5));
    video.connected(announced);
    video.receive({ type: "stop", track: 1 });
    const told = session.accounts.map(({ final, firstFrame, lastFrame, sent }) => ({ final, firstFrame, lastFrame, sent }));
    assert.deepEqual(told, announced === undefined ? [] : [{ final: true, firstFrame: 0, lastFrame: 0, sent: 0 }]);
  }
});

test("ends the session of a receiver that acknowledges more than was sent", () => {
  using outgoing = start();
  const { session, video } = outgoing;
  video.settle(count(0));
  video.connected(track);
  video.offer(packetOf(1, true));
  video.receive({ type: "ack", track: 1, bytes: session.bytes, frame: 1, receivedUs: micros(1) });
  assert.deepEqual(session.closed, []);
  video.receive({ type: "ack", track: 1, bytes: session.bytes + 1, frame: 1, receivedUs: micros(1) });
  assert.deepEqual(session.closed, ["malformed"]);
});

test("forgets the bytes of a connection that was lost", () => {
  using outgoing = start();
  const { session, video } = outgoing;
  video.settle(count(0));
  video.connected(track);
  video.offer(packetOf(1, true));
  video.settle(count(1));
  video.disconnected();
  session.bytes = 0;
  video.connected(track);
  video.receive({ type: "ack", track: 1, bytes: 1, frame: 0, receivedUs: micros(1) });
  assert.deepEqual(session.closed, ["malformed"]);
});

type Step =
  | { readonly do: "packet"; readonly skipped: number; readonly keyframe: boolean; readonly bytes: number }
  | { readonly do: "dropped"; readonly skipped: number }
  | { readonly do: "ack" | "cut" | "connect" | "announce" | "full" | "tell" };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant("packet" as const),
        skipped: fc.nat(3),
        keyframe: fc.boolean(),
        bytes: fc.constantFrom(1, 500, 20_000, 100_000),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("dropped" as const), skipped: fc.nat(3) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("ack", "cut", "connect", "announce", "full", "tell") }) },
  ),
  { maxLength: 60 },
);

/** Whatever one connection carried is legal: the rules of docs/protocol.md, Video and Account of frames. */
function checkConnection(sent: readonly Sent[]): void {
  let newest = 0;
  let accountedTo = 0;
  let packets = 0;
  let accountedPackets = 0;
  let needsKeyframe = true;
  let isAnnounced = false;
  for (const one of sent) {
    if (one.type === "track") {
      isAnnounced = true;
      needsKeyframe = true;
    } else if (one.type === "packet") {
      const { packet } = one;
      assert.ok(isAnnounced, "a packet before its track");
      assert.ok(packet.frame > newest, "frames out of order");
      assert.ok(packet.keyframe || !needsKeyframe, "the first packet of a format is no keyframe");
      needsKeyframe = false;
      newest = packet.frame;
      packets++;
    } else if (one.type === "account" && one.firstFrame !== 0) {
      if (accountedTo !== 0) assert.equal(one.firstFrame, accountedTo + 1, "a gap between accounts");
      accountedTo = one.lastFrame;
      accountedPackets += one.sent;
      assert.equal(accountedPackets, packets, "an account that does not tell of all packets before it");
    }
  }
}

test("keeps its account balanced and its connections legal in any history", () => {
  fc.assert(
    fc.property(steps, (history) => {
      using outgoing = start();
      const { session, video } = outgoing;
      let now = count(100, 40, 10);
      const base = now;
      let connection = 0;
      const connections: Sent[][] = [];
      const cut = (): void => {
        video.disconnected();
        connections.push(session.sent.splice(0));
        connection = 0;
        session.isLive = false;
      };
      session.isLive = false;
      video.settle(now);
      for (const step of history) {
        if (step.do === "packet") {
          const frame = now.frame + step.skipped + 1;
          const before = session.packets.length;
          video.offer(packetOf(frame, step.keyframe, step.bytes));
          if (session.packets.length > before) connection = session.bytes;
          now = count(frame, now.notEncoded + step.skipped, now.encoderDropped);
          video.settle(now);
        } else if (step.do === "dropped") {
          now = count(now.frame + step.skipped + 1, now.notEncoded + step.skipped, now.encoderDropped + 1);
          video.settle(now);
        } else if (step.do === "ack" && connection > 0) {
          video.receive({ type: "ack", track: 1, bytes: connection, frame: 1, receivedUs: micros(1) });
        } else if (step.do === "cut" && session.isLive) {
          cut();
        } else if (step.do === "connect" && !session.isLive) {
          session.isLive = true;
          session.bytes = 0;
          video.connected(track);
        } else if (step.do === "announce") {
          video.announce(track);
        } else if (step.do === "full") {
          session.isFull = !session.isFull;
        }
        assert.equal(sumOf(video.account), now.frame - base.frame);
      }
      if (session.isLive) video.stop();
      connections.push(session.sent);
      for (const sent of connections) checkConnection(sent);
      const sentInAll = connections.flat().filter(({ type }) => type === "packet").length;
      assert.equal(video.account.sent, sentInAll);
      assert.equal(video.account.notEncoded, now.notEncoded - base.notEncoded);
      assert.equal(video.account.encoderDropped, now.encoderDropped - base.encoderDropped);
      assert.deepEqual(session.closed, []);
    }),
    { numRuns: 1_000 },
  );
});

test("tells a connected receiver its account about once a second, also while no frames come", async () => {
  using outgoing = start();
  const { session, video } = outgoing;
  video.settle(count(0));
  video.connected(track);
  for (let frame = 1; frame <= 3; frame++) {
    video.offer(packetOf(frame, true));
    video.settle(count(frame));
    ack(outgoing);
  }
  await new Promise((resolve) => setTimeout(resolve, 2_300));
  assert.deepEqual(
    session.accounts.map(({ final, firstFrame, lastFrame, sent }) => ({ final, firstFrame, lastFrame, sent })),
    [
      { final: false, firstFrame: 1, lastFrame: 3, sent: 3 },
      { final: false, firstFrame: 0, lastFrame: 0, sent: 0 },
    ],
  );
  checkConnection(session.sent);
});

test.run();
