import assert from "node:assert/strict";
import { suite } from "uvu";

import { loadOpenCv } from "../../src/native/opencv.ts";

const test = suite("OpenCV's binding");

test("does not tell V8 of its memory, which ends the process when it does so during a collection", async () => {
  const cv = (await loadOpenCv()) as unknown as { readonly isCustomMatAllocatorEnabled: () => boolean };
  assert.equal(cv.isCustomMatAllocatorEnabled(), false);
});

test.run();
