import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseCapabilities, serializeCapabilities, type Capabilities } from "../../src/messages/capabilities.ts";

const good: Capabilities = {
  name: "Ada",
  software: "svc/1",
  sends: ["video"],
  receives: ["video", "audio"],
  videoCodecs: ["jpeg", "h264"],
  maxWidthPx: 1280,
  maxHeightPx: 720,
  maxFrameRate: 29.97,
  features: ["text"],
};

test("reads what it wrote", () => {
  assert.equal(parseCapabilities(serializeCapabilities(good)), good);
});

test("ignores fields of newer versions", () => {
  assert.equal(parseCapabilities(JSON.stringify({ ...good, mood: "fine", nested: { deep: [1] } })), good);
});

test("ignores codecs and kinds of media of newer versions, and keeps the order of the others", () => {
  const newer = { ...good, videoCodecs: ["av2", "jpeg", "h264", "jpeg"], sends: ["smell", "video"] };
  assert.equal(parseCapabilities(JSON.stringify(newer)), good);
});

test("keeps features that it does not know: whoever asks for one knows it", () => {
  assert.equal(parseCapabilities(JSON.stringify({ ...good, features: ["x", "y", "x"] })).features, ["x", "y"]);
});

test("takes no field from a prototype", () => {
  const { name: _, ...rest } = good;
  const json = `{"__proto__":{"name":"Eve"},${JSON.stringify(rest).slice(1)}`;
  assert.throws(() => parseCapabilities(json), /name in the capabilities/u);
  assert.is(Object.hasOwn(Object.prototype, "name"), false);
});

test("counts the characters of a name as code points", () => {
  const name = "😀".repeat(64);
  assert.is(parseCapabilities(JSON.stringify({ ...good, name })).name, name);
});

test("does not write what the other end would refuse", () => {
  assert.throws(
    () => serializeCapabilities({ ...good, name: "\u001b" }),
    (error: unknown) => error instanceof RangeError,
  );
});

test.run();
