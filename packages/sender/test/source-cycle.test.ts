import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";

import type { SourceSpec } from "../src/capture/source-spec.ts";
import { SourceCycle } from "../src/source-cycle.ts";

const test = suite<{ folder: string }>("source cycle");

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "svc-cycle-"));
  for (const [node, name] of [
    ["video0", "Integrated"],
    ["video2", "Studio"],
  ] as const) {
    mkdirSync(join(context.folder, node));
    writeFileSync(join(context.folder, node, "index"), "0");
    writeFileSync(join(context.folder, node, "name"), name);
  }
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

const camera: SourceSpec = { kind: "camera", camera: "integ", widthPx: 640, heightPx: 480 };
const screen: SourceSpec = { kind: "screen", frameRate: 30 };

test("goes through the sources that were given, round and round", () => {
  const film: SourceSpec = { kind: "file", path: "film.mp4", loop: false };
  const cycle = new SourceCycle([camera, screen, film]);
  assert.deepEqual(
    [camera, screen, film].map((present) => cycle.after(present)),
    [screen, film, camera],
  );
});

test("goes through the cameras where one is shown, with the same size", ({ folder }) => {
  const cycle = new SourceCycle([camera], folder);
  const second = cycle.after(camera);
  assert.deepEqual(second, { ...camera, camera: "2" });
  assert.deepEqual(second && cycle.after(second), { ...camera, camera: "0" });
});

test("goes on to any camera where the present one is gone, and nowhere where there is no other", ({ folder }) => {
  const cycle = new SourceCycle([camera], folder);
  assert.deepEqual(cycle.after({ kind: "camera", camera: "gone" }), { kind: "camera", camera: "0" });
  rmSync(join(folder, "video2"), { recursive: true });
  assert.equal(cycle.after(camera), undefined);
  assert.equal(new SourceCycle([screen], folder).after(screen), undefined);
});

test.run();
