import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite } from "uvu";
import type { Capabilities } from "../../src/messages/capabilities.ts";
import { serializeMessage } from "../../src/messages/message.ts";
import { createHello, type HelloOnWire, negotiate } from "../../src/session/negotiation.ts";
import { capabilities } from "./call.ts";

const test = suite("negotiation");

function helloOf(changes: Partial<Capabilities> = {}, versions: { minVersion?: number; maxVersion?: number } = {}): HelloOnWire {
  const hello = { ...createHello({ ...capabilities, ...changes }), ...versions };
  return { hello, bytes: serializeMessage(hello) };
}

const encodes = ["h264", "jpeg"] as const;

test("gives both ends the same version and transcript", () => {
  const [ours, theirs] = [helloOf(), helloOf()];
  const here = negotiate({ role: "dialer", ours, theirs, encodes });
  const there = negotiate({ role: "listener", ours: theirs, theirs: ours, encodes });
  assert.ok(here.agreed && there.agreed);
  assert.deepEqual(here.transcript, there.transcript);
  assert.deepEqual(Buffer.from(here.transcript), createHash("sha256").update(ours.bytes).update(theirs.bytes).digest());
  assert.equal(here.negotiated.version, 1);
});

test("takes the newest version that both speak, and none when the ranges do not meet", () => {
  const newest = negotiate({
    role: "dialer",
    ours: helloOf({}, { minVersion: 2, maxVersion: 5 }),
    theirs: helloOf({}, { minVersion: 1, maxVersion: 3 }),
    encodes,
  });
  assert.ok(newest.agreed);
  assert.equal(newest.negotiated.version, 3);
  const none = negotiate({ role: "dialer", ours: helloOf(), theirs: helloOf({}, { minVersion: 2, maxVersion: 2 }), encodes });
  assert.ok(!none.agreed);
  assert.equal(none.code, "no-common-version");
});

test("sends what the other end wants, in its best codec that this end encodes, within its limits", () => {
  const theirs = helloOf({
    videoCodecs: ["vp9", "jpeg", "h264"],
    maxWidthPx: 640,
    maxHeightPx: 480,
    maxFrameRate: 15,
    features: ["b", "c"],
  });
  const outcome = negotiate({ role: "listener", ours: helloOf({ features: ["a", "b"] }), theirs, encodes });
  assert.ok(outcome.agreed);
  assert.deepEqual(outcome.negotiated.sendVideo, {
    codec: "jpeg",
    codecs: ["jpeg", "h264"],
    maxWidthPx: 640,
    maxHeightPx: 480,
    maxFrameRate: 15,
  });
  assert.deepEqual(outcome.negotiated.features, ["b"]);
});

test("sends nothing that is not wanted and awaits nothing that is not sent", () => {
  const outcome = negotiate({
    role: "dialer",
    ours: helloOf({ sends: [] }),
    theirs: helloOf({ receives: [], sends: ["video", "audio"], videoCodecs: [] }),
    encodes,
  });
  assert.ok(outcome.agreed);
  const { sendVideo, receiveVideo, sendAudio, receiveAudio } = outcome.negotiated;
  assert.deepEqual([sendVideo, receiveVideo, sendAudio, receiveAudio], [undefined, true, false, false]);
});

test("refuses to send video that the other end cannot decode", () => {
  const outcome = negotiate({ role: "dialer", ours: helloOf(), theirs: helloOf({ videoCodecs: ["vp9"] }), encodes });
  assert.ok(!outcome.agreed);
  assert.equal(outcome.code, "refused");
});

test.run();
