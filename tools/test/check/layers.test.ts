// The import arrows are really held.
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findViolations, importedSpecifiers, whyForbidden } from "../../check/layers.mjs";

const forbidden: readonly (readonly [string, string])[] = [
  ["packages/sender/src/sender.ts", "@simple-video-chat/receiver"],
  ["packages/receiver/src/receiver.ts", "@simple-video-chat/sender"],
  ["packages/protocol/src/index.ts", "@simple-video-chat/sender"],
  ["packages/protocol/src/index.ts", "yargs"],
  ["packages/peer/src/peer.ts", "@simple-video-chat/tools"],
  ["packages/peer/src/peer.ts", "../../sender/src/sender.ts"],
  ["packages/peer/src/peer.ts", "node-av"],
  ["packages/sender/src/capture/camera.ts", "@u4/opencv4nodejs"],
  ["packages/sender/src/encode/h264.ts", "node-av/constants"],
  ["packages/sender/src/sender.ts", "@simple-video-chat/protocol/testing"],
  ["packages/protocol/src/wire/header.ts", "../messages/hello.ts"],
  ["packages/protocol/src/messages/hello.ts", "../session/state.ts"],
  ["packages/protocol/src/messages/hello.ts", "../flow/outbox.ts"],
  ["packages/protocol/src/transport/invite.ts", "../media/packet.ts"],
  ["packages/protocol/src/surprise/new.ts", "../wire/header.ts"],
];

for (const [file, specifier] of forbidden) {
  test(`refuses ${specifier} in ${file}`, () => assert.type(whyForbidden(file, specifier), "string"));
}

const fine: readonly (readonly [string, string])[] = [
  ["packages/sender/src/native/opencv.ts", "@u4/opencv4nodejs"],
  ["packages/sender/src/sender.ts", "@simple-video-chat/protocol/engine"],
  ["packages/peer/src/peer.ts", "@simple-video-chat/receiver"],
  ["packages/protocol/src/session/session.ts", "../flow/outbox.ts"],
  ["packages/protocol/src/messages/track.ts", "../media/codec.ts"],
  ["packages/protocol/src/wire/header.ts", "node:assert"],
];

for (const [file, specifier] of fine) {
  test(`allows ${specifier} in ${file}`, () => assert.is(whyForbidden(file, specifier), undefined));
}

test("sees every form of import, and none in a comment", () => {
  const source = `import { a } from "one";\nimport type {\n  B,\n} from "two";\nexport { c } from "three";\nimport "four";\nconst d = await import("five");\n// import "no";\n`;
  assert.equal(importedSpecifiers(source).sort(), ["five", "four", "one", "three", "two"]);
});

test("finds nothing to complain about in this repository", () => {
  assert.equal(findViolations(fileURLToPath(new URL("../../..", import.meta.url))), []);
});

test.run();
