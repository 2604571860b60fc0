import { test } from "uvu";
import * as assert from "uvu/assert";

import { containerOf } from "../../src/recording/container.ts";
import { RecordingError } from "../../src/recording/recording-error.ts";
import { freePath, nameByDate } from "../../src/recording/recording-name.ts";

test("names a file by the date", () => {
  assert.is(nameByDate("call", ".mp4", new Date(2026, 10, 5, 9, 3, 7)), "call-2026-11-05-090307.mp4");
});

test("finds the first name that is free", () => {
  const taken = new Set(["/a/call.mp4", "/a/call-2.mp4"]);
  assert.is(
    freePath("/a/call.mp4", (path) => taken.has(path)),
    "/a/call-3.mp4",
  );
  assert.is(
    freePath("/a/other.mp4", (path) => taken.has(path)),
    "/a/other.mp4",
  );
});

test("knows the container by the ending, and refuses others", () => {
  assert.is(containerOf("x/Call.MP4"), "mp4");
  assert.is(containerOf("call.mkv"), "matroska");
  for (const path of ["call", "call.avi", "mp4", ".mp4"]) {
    assert.throws(
      () => containerOf(path),
      (error: unknown) => error instanceof RecordingError && error.code === "unknown-format",
    );
  }
});

test.run();
