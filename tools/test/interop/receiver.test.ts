// tools/interop/receiver.py was written from docs/protocol.md: that it can watch a session of ours shows that the document is
// enough. It needs /usr/bin/python3 and openssl, as installed by set-up.
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withPrograms } from "../../e2e/program.ts";
import { startTestSender } from "./test-sender.ts";

const script = fileURLToPath(new URL("../../interop/receiver.py", import.meta.url));
const timeLimitMs = 20_000;

interface Outcome {
  readonly exitCode: number | null;
  readonly summary: Record<string, unknown>;
}

async function runReceiver(invite: string, args: readonly string[]): Promise<Outcome> {
  const child = spawn("/usr/bin/python3", ["-B", script, ...args], {
    env: { ...process.env, SVC_INVITE: invite },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: timeLimitMs,
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const output = await text(child.stdout);
  return { exitCode: await exit, summary: JSON.parse(output) as Record<string, unknown> };
}

test("is watched by a receiver in Python, to the last frame of its account", async () => {
  const sender = await startTestSender();
  try {
    const { exitCode, summary } = await runReceiver(sender.invite, ["--frames", "60"]);
    assert.is(exitCode, 0, JSON.stringify(summary));
    assert.is(summary["complete"], true, JSON.stringify(summary));
    assert.is(summary["captured"], sender.counts.captured);
    assert.is(summary["frames"], sender.counts.sent);
    assert.is(summary["bytes"], sender.counts.bytes);
    assert.ok(Number(summary["frames"]) >= 60);
    assert.ok(Number(summary["keyframes"]) >= 3);
    assert.equal(summary["formats"], [{ codec: "h264", widthPx: 640, heightPx: 360, frameRate: 60 }]);
    assert.is(summary["peer"], "Zoë 🎥");
    assert.is(await sender.greeting, "delivered");
    assert.is(await sender.closed, "normal");
    const acks = sender.received.filter((message) => message.type === "ack");
    assert.is(acks.at(-1)?.bytes, sender.counts.bytes);
  } finally {
    await sender.stop();
  }
});

test("is caught by the receiver in Python when a packet is missing that its account counts", async () => {
  const sender = await startTestSender({ losesFrame: 5 });
  try {
    const { exitCode, summary } = await runReceiver(sender.invite, ["--frames", "60"]);
    assert.is(exitCode, 2);
    assert.match(String(summary["violation"]), "accounted as sent");
    assert.is(await sender.closed, "malformed");
  } finally {
    await sender.stop();
  }
});

test("lets no receiver in whose invite has another secret", async () => {
  const sender = await startTestSender();
  const other = await startTestSender();
  try {
    const place = sender.invite.slice(0, sender.invite.indexOf("/"));
    const { exitCode, summary } = await runReceiver(`${place}/${other.invite.split("/")[1]}`, ["--frames", "1"]);
    assert.is(exitCode, 3, JSON.stringify(summary));
    assert.is(summary["frames"], 0);
    assert.is(sender.counts.captured, 0);
  } finally {
    await sender.stop();
    await other.stop();
  }
});

for (const codec of ["h264", "jpeg"] as const) {
  test(
    `watches the real program send ${codec}, and its account closes`,
    withPrograms(async (start) => {
      const args = ["--source", "testcard", "--camera-size", "640x360", "--video-codec", codec, "--listen", "127.0.0.1:0"];
      const sender = start("sender", args);
      const { exitCode, summary } = await runReceiver(await sender.invite(), ["--frames", "45"]);
      assert.is(exitCode, 0, JSON.stringify(summary));
      assert.is(summary["complete"], true, JSON.stringify(summary));
      assert.ok(Number(summary["frames"]) >= 45);
      assert.equal(summary["formats"], [{ codec, widthPx: 640, heightPx: 360, frameRate: 30 }]);
      await sender.event("left");
      await sender.interrupt();
    }),
  );
}

test("is not even called with a mistyped invite", async () => {
  const { exitCode, summary } = await runReceiver("127.0.0.1:7420/000g40r40m30e209185gr38e1wkt", []);
  assert.is(exitCode, 64);
  assert.match(String(summary["error"]), "mistyped");
});

test.run();
