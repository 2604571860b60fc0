import assert from "node:assert/strict";
import { micros } from "@simple-video-chat/protocol";
import fc from "fast-check";
import { suite } from "uvu";

import type { OutgoingAccount } from "../src/outgoing-account.ts";
import { OutgoingVideo } from "../src/outgoing-video.ts";
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
  video.enter(0);
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
  video.enter(10);
  video.connected(track);
  for (const packet of [packetOf(11), packetOf(12), packetOf(13, true), packetOf(14)]) {
    video.offer(packet);
    video.settle(packet.frame, 0);
    ack(outgoing);
  }
  assert.deepEqual(framesOf(session), [13, 14]);
  video.announce(track);
  video.offer(packetOf(15));
  video.settle(15, 0);
  video.offer(packetOf(16, true));
  video.settle(16, 0);
  assert.deepEqual(framesOf(session), [13, 14, 16]);
  assert.deepEqual(video.account, { firstFrame: 11, lastFrame: 16, notEncoded: 0, encoderDropped: 0, notSent: 3, sent: 3 });
});

test("sends nothing beyond its window, keyframes neither, and begins again with a keyframe when there is room", () => {
  using outgoing = start();
  const { session, video, asked } = outgoing;
  video.enter(0);
  video.connected(track);
  for (let frame = 1; frame <= 50; frame++) {
    video.offer(packetOf(frame, true));
    video.settle(frame, 0);
  }
  assert.ok(session.packets.length <= 3, `${session.packets.length} packets without an ack`);
  const before = asked.keyframes;
  assert.equal(video.hasRoom(), false);
  video.offer(packetOf(51));
  video.settle(51, 0);
  assert.equal(asked.keyframes, before, "asked for a keyframe that it has no room for");
  ack(outgoing);
  assert.equal(asked.keyframes, before + 1);
  video.offer(packetOf(52));
  video.settle(52, 0);
  assert.equal(asked.keyframes, before + 1, "asked twice");
  video.offer(packetOf(53, true));
  video.settle(53, 0);
  assert.equal(framesOf(session).at(-1), 53);
});

test("takes a packet that others get too a little beyond its window, but no keyframe, and stops there", () => {
  using outgoing = start();
  const { session, video } = outgoing;
  video.enter(0);
  video.connected(track);
  const offer = (frame: number, keyframe: boolean): void => {
    video.offer(packetOf(frame, keyframe), true);
    video.settle(frame, 0);
  };
  for (let frame = 1; frame <= 20; frame++) {
    offer(frame, frame === 1);
    ack(outgoing);
  }
  let frame = 20;
  while (video.hasRoom()) offer(++frame, false);
  const full = session.packets.length;
  offer(++frame, false);
  assert.equal(session.packets.length, full + 1);
  for (let more = 0; more < 50; more++) offer(++frame, false);
  const most = session.packets.length;
  assert.ok(most <= 2 * (full - 20) + 20 + 1, `${most - 20} packets without an ack, ${full - 20} in a window`);
  offer(++frame, true);
  assert.equal(session.packets.length, most);
});

test("asks again for a keyframe that found no room", () => {
  using outgoing = start();
  const { session, video, asked } = outgoing;
  video.enter(0);
  video.connected(track);
  session.isFull = true;
  video.offer(packetOf(1, true));
  video.settle(1, 0);
  assert.equal(asked.keyframes, 2);
  session.isFull = false;
  video.offer(packetOf(2, true));
  assert.deepEqual(framesOf(session), [2]);
});

test("sends only the final account after a stop, once", () => {
  using outgoing = start();
  const { session, video } = outgoing;
  video.enter(0);
  video.connected(track);
  video.offer(packetOf(1, true));
  video.settle(1, 0);
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
  video.settle(2, 0);
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
    video.enter(5);
    video.connected(announced);
    video.receive({ type: "stop", track: 1 });
    const told = session.accounts.map(({ final, firstFrame, lastFrame, sent }) => ({ final, firstFrame, lastFrame, sent }));
    assert.deepEqual(told, announced === undefined ? [] : [{ final: true, firstFrame: 0, lastFrame: 0, sent: 0 }]);
  }
});

test("ends the session of a receiver that acknowledges more than was sent", () => {
  using outgoing = start();
  const { session, video } = outgoing;
  video.enter(0);
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
  video.enter(0);
  video.connected(track);
  video.offer(packetOf(1, true));
  video.settle(1, 0);
  video.disconnected();
  session.bytes = 0;
  video.connected(track);
  video.receive({ type: "ack", track: 1, bytes: 1, frame: 0, receivedUs: micros(1) });
  assert.deepEqual(session.closed, ["malformed"]);
});

test("names what became of each frame, and goes from one encoder to another without a gap", () => {
  using outgoing = start();
  const { session, video, asked } = outgoing;
  video.enter(10);
  video.connected(track);
  video.offer(packetOf(13, true));
  video.settle(13, 0);
  ack(outgoing);
  video.settle(16, 2);
  assert.deepEqual(video.account, { firstFrame: 11, lastFrame: 16, notEncoded: 3, encoderDropped: 2, notSent: 0, sent: 1 });
  // An encoder that is ahead: nobody offered this receiver what it has made.
  const before = asked.keyframes;
  video.announce({ ...track, widthPx: 32 });
  video.enter(20);
  assert.equal(asked.keyframes, before + 1);
  video.offer(packetOf(21));
  video.settle(21, 0);
  assert.deepEqual(video.account, { firstFrame: 11, lastFrame: 21, notEncoded: 3, encoderDropped: 2, notSent: 5, sent: 1 });
  // One that is behind: its old frames are not sent, whatever they are, and not counted again.
  video.enter(17);
  video.offer(packetOf(18, true));
  video.settle(18, 0);
  video.offer(packetOf(23));
  video.settle(23, 0);
  video.offer(packetOf(24, true));
  video.settle(24, 0);
  assert.deepEqual(framesOf(session), [13, 24]);
  assert.deepEqual(video.account, { firstFrame: 11, lastFrame: 24, notEncoded: 4, encoderDropped: 2, notSent: 6, sent: 2 });
});

type Step =
  | { readonly do: "packet"; readonly skipped: number; readonly keyframe: boolean; readonly bytes: number }
  | { readonly do: "dropped"; readonly skipped: number; readonly dropped: number }
  | { readonly do: "tier"; readonly ahead: number }
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
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("dropped" as const), skipped: fc.nat(3), dropped: fc.integer({ min: 1, max: 3 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("tier" as const), ahead: fc.integer({ min: -5, max: 5 }) }) },
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
      const first = 100;
      /** The last frame that its encoder has settled, and that anyone has. */
      let now = first;
      let newest = first;
      let connection = 0;
      const connections: Sent[][] = [];
      const cut = (): void => {
        video.disconnected();
        connections.push(session.sent.splice(0));
        connection = 0;
        session.isLive = false;
      };
      session.isLive = false;
      video.enter(first);
      for (const step of history) {
        if (step.do === "packet") {
          now += step.skipped + 1;
          const before = session.packets.length;
          video.offer(packetOf(now, step.keyframe, step.bytes));
          if (session.packets.length > before) connection = session.bytes;
          video.settle(now, 0);
        } else if (step.do === "dropped") {
          now += step.skipped + step.dropped;
          video.settle(now, step.dropped);
        } else if (step.do === "tier") {
          now = Math.max(first, now + step.ahead);
          video.announce(track);
          video.enter(now);
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
        newest = Math.max(newest, now);
        assert.equal(sumOf(video.account), newest - first);
        if (newest > first) assert.deepEqual([video.account.firstFrame, video.account.lastFrame], [first + 1, newest]);
      }
      if (session.isLive) video.stop();
      connections.push(session.sent);
      for (const sent of connections) checkConnection(sent);
      const sentInAll = connections.flat().filter(({ type }) => type === "packet").length;
      assert.equal(video.account.sent, sentInAll);
      assert.deepEqual(session.closed, []);
    }),
    { numRuns: 1_000 },
  );
});

test("tells a connected receiver its account about once a second, also while no frames come", async () => {
  using outgoing = start();
  const { session, video } = outgoing;
  video.enter(0);
  video.connected(track);
  for (let frame = 1; frame <= 3; frame++) {
    video.offer(packetOf(frame, true));
    video.settle(frame, 0);
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
