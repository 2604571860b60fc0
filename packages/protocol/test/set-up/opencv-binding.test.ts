// The compiled binding's place in the cache, and the judgement whether a file is one.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bindingKey, whyItDoesNotLoad } from "../../set-up/opencv-binding.mjs";
import { countSources, isCompilerLine } from "../../set-up/opencv-compile.mjs";
import { cacheFolder } from "../../set-up/cache-folder.mjs";

const identity = { binding: "7.1.2", opencv: "4.6.0", abi: "115", platform: "linux", arch: "x64" };

test("keeps another binding for every Node ABI, OpenCV, binding version and platform", () => {
  const changes = [{ binding: "7.1.3" }, { opencv: "4.10.0" }, { abi: "127" }, { platform: "darwin" }, { arch: "arm64" }];
  const keys = [bindingKey(identity), ...changes.map((change) => bindingKey({ ...identity, ...change }))];
  assert.is(new Set(keys).size, keys.length);
});

test("keeps what is made once where each system keeps such things", () => {
  const home = "/home/someone";
  assert.is(cacheFolder({ platform: "linux", env: {}, home }), "/home/someone/.cache/simple-video-chat");
  assert.is(cacheFolder({ platform: "linux", env: { XDG_CACHE_HOME: "/big/disk" }, home }), "/big/disk/simple-video-chat");
  assert.is(cacheFolder({ platform: "linux", env: { XDG_CACHE_HOME: "relative" }, home }), "/home/someone/.cache/simple-video-chat");
  assert.is(cacheFolder({ platform: "darwin", env: {}, home }), "/home/someone/Library/Caches/simple-video-chat");
});

test("refuses a file that does not load, with a reason", () => {
  const folder = mkdtempSync(join(tmpdir(), "svc-binding-"));
  try {
    const file = join(folder, "opencv4nodejs.node");
    writeFileSync(file, "half a file");
    assert.type(whyItDoesNotLoad(file), "string");
    assert.type(whyItDoesNotLoad(join(folder, "none.node")), "string");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("counts the files to compile and sees each one begin", () => {
  assert.is(countSources('"sources": [ "cc/a.cc", "cc/b.cpp", ], "include": "cc"'), 2);
  assert.ok(isCompilerLine("  CXX(target) Release/obj.target/opencv4nodejs/cc/core/Mat.o"));
  assert.not(isCompilerLine("  SOLINK_MODULE(target) Release/obj.target/opencv4nodejs.node"));
  assert.not(isCompilerLine("../cc/core/Mat.cc:12:3: warning: unused"));
});

test.run();
