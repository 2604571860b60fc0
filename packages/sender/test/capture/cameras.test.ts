import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";

import { findCamera, listCameras } from "../../src/capture/cameras.ts";

const test = suite<{ folder: string }>("cameras");

/** What the kernel shows of two webcams, each with its metadata node, and of things that are none. */
test.before.each((context) => {
  const folder = mkdtempSync(join(tmpdir(), "svc-cameras-"));
  context.folder = folder;
  const nodes: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ["video10", "0", "Studio Cam\n"],
    ["video0", "0\n", "Integrated Webcam: HD\n"],
    ["video1", "1", "Integrated Webcam: HD\n"],
    ["video2", "0", "\n"],
    ["video3", undefined, "half gone"],
    ["v4l-subdev0", "0", "a sensor"],
    ["vbi0", "0", "a tuner"],
    ["video4", "0", "evil\u001b]0;name\u202e"],
  ];
  for (const [node, index, name] of nodes) {
    mkdirSync(join(folder, node));
    if (index !== undefined) writeFileSync(join(folder, node, "index"), index);
    if (name !== undefined) writeFileSync(join(folder, node, "name"), name);
  }
});
test.after.each(({ folder }) => {
  rmSync(folder, { recursive: true });
});

test("are listed by number, without the nodes that give no pictures, with clean names", ({ folder }) => {
  assert.deepEqual(
    listCameras(folder).map(({ device, name, present }) => [device, name, present]),
    [
      [0, "Integrated Webcam: HD", true],
      [2, "camera 2", true],
      [4, "evil]0;name", true],
      [10, "Studio Cam", true],
    ],
  );
});

test("are none where the system lists none", () => {
  assert.deepEqual(listCameras("/no/such/folder"), []);
});

test("are found by number, by path and by a part of the name in any case", ({ folder }) => {
  assert.deepEqual(findCamera("10", folder), { device: 10, name: "Studio Cam", present: true });
  assert.deepEqual(findCamera("studio", folder), { device: 10, name: "Studio Cam", present: true });
  assert.deepEqual(findCamera("webcam", folder), { device: 0, name: "Integrated Webcam: HD", present: true });
  assert.deepEqual(findCamera("/dev/null", folder), { device: "/dev/null", name: "/dev/null", present: true });
});

test("are known to be missing", ({ folder }) => {
  assert.equal(findCamera("7", folder).present, process.platform !== "linux");
  assert.equal(findCamera("1", folder).present, process.platform !== "linux", "a metadata node");
  assert.equal(findCamera("/dev/no-such-video", folder).present, false);
  assert.equal(findCamera("nobody's", folder).present, false);
});

test.run();
