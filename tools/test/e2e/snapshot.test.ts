// @timeout 90
// A snapshot of a real call: the picture that is shown, as a file of its own.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { deriveCredential, parseInvite } from "@simple-video-chat/protocol";
import { RecordingError, startReceiver } from "@simple-video-chat/receiver";
import { startSender } from "@simple-video-chat/sender";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { makeFolder } from "../../e2e/video-file.ts";
import { within } from "../../e2e/wait-until.ts";

async function codeOf(taken: Promise<unknown>): Promise<string> {
  const error = await taken.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof RecordingError ? error.code : "none";
}

test("a snapshot is the picture as PNG, once there is one, and never takes the place of another file", async () => {
  const folder = makeFolder();
  const sender = await startSender({ source: { kind: "testcard", widthPx: 320, heightPx: 240, frameRate: 30 }, port: 0 });
  const invite = await new Promise<string>((resolve) => sender.on("invite", (event) => resolve(event.invite)));
  const { host, port, secret } = parseInvite(invite);
  const receiver = startReceiver({ host, port, credential: deriveCredential(secret), audio: false });
  try {
    const path = join(folder.path, "picture.png");
    const picture = new Promise((resolve) => receiver.on("first-picture", resolve));
    await within(picture, 40_000, () => "the first picture");
    const { widthPx, heightPx } = await receiver.snapshot(path);
    const bytes = readFileSync(path);
    assert.equal([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [widthPx, heightPx]);
    assert.ok(widthPx > 0 && widthPx <= 320);
    assert.is(statSync(path).mode & 0o777, 0o600);
    assert.is(await codeOf(receiver.snapshot(path)), "file-exists");
    assert.is(await codeOf(receiver.snapshot(join(folder.path, "none", "picture.png"))), "not-writable");
  } finally {
    await receiver.close();
    await sender.close();
    folder.remove();
  }
});

test.run();
