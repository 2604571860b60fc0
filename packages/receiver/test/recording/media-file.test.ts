// Real files: what a full disk leaves of them, and PNG.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { type FileTrack, MediaFile } from "../../src/recording/media-file.ts";
import { writePng } from "../../src/recording/png-file.ts";
import { RecordingError } from "../../src/recording/recording-error.ts";

const folder = mkdtempSync(join(tmpdir(), "svc-record-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const jpeg: FileTrack = {
  kind: "video",
  codec: "jpeg",
  widthPx: 64,
  heightPx: 48,
  frameRate: 10,
  keyframe: Uint8Array.of(0xff, 0xd8),
  title: "test",
};
const packet = (at: number, bytes: number): Parameters<MediaFile["write"]>[1] => ({
  timeUs: at * 100_000,
  durationUs: 100_000,
  isKeyframe: true,
  data: new Uint8Array(bytes).fill(at),
});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RecordingError) return error.code;
    throw error;
  }
  return "none";
}

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stdout.write("Skipped the full disk, since only root can mount one.\n");
(isRoot ? test : test.skip)("a full disk is told of at the next flush, and what was written before plays", () => {
  const disk = mkdtempSync(join(folder, "disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", disk]);
  try {
    for (const container of ["mp4", "matroska"] as const) {
      const path = join(disk, container);
      const file = MediaFile.create(path, container, [jpeg]);
      let good = 0;
      const code = codeOf(() => {
        for (let at = 0; at < 100; at++) {
          file.write(0, packet(at, 10_000));
          if (at % 5 !== 4) continue;
          file.flush();
          good = file.bytes;
        }
      });
      assert.is(code, "disk-full");
      assert.is(
        codeOf(() => file.close()),
        "disk-full",
      );
      assert.ok(good > 300_000);
      assert.is(statSync(path).size, good);
      rmSync(path);
    }
  } finally {
    execFileSync("umount", [disk]);
  }
});

test("makes no file in place of another, and only its owner may read it", () => {
  const path = join(folder, "call.mkv");
  const file = MediaFile.create(path, "matroska", [jpeg]);
  file.write(0, packet(1, 100));
  file.close();
  assert.is(statSync(path).mode & 0o777, 0o600);
  assert.is(file.bytes, statSync(path).size);
  assert.is(
    codeOf(() => MediaFile.create(path, "matroska", [jpeg])),
    "file-exists",
  );
  assert.is(
    codeOf(() => MediaFile.create(join(folder, "none", "call.mkv"), "matroska", [jpeg])),
    "not-writable",
  );
});

test("writes a picture as PNG, for its owner only, and never over another file", async () => {
  const path = join(folder, "picture.png");
  const picture = { widthPx: 50, heightPx: 30, bgr: Buffer.alloc(50 * 30 * 3, 200) };
  await writePng(path, picture);
  const bytes = readFileSync(path);
  assert.equal(
    [...bytes.subarray(1, 4)],
    [..."PNG"].map((letter) => letter.charCodeAt(0)),
  );
  assert.equal([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [50, 30]);
  assert.is(statSync(path).mode & 0o777, 0o600);
  const before = readdirSync(folder).length;
  const refused = await writePng(path, picture).catch((error: unknown) => error);
  assert.ok(refused instanceof RecordingError && refused.code === "file-exists");
  assert.is(readdirSync(folder).length, before);
});

test.run();
