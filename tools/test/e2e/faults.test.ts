// @timeout 240
// What goes wrong in a call of real processes: an engine or a whole sender is killed, the network resets or swallows everything. The
// picture comes back by itself, and the account still closes.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FaultProxy } from "@simple-video-chat/protocol/testing";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkAccount, checkBarcodes, summaryOf } from "../../e2e/call-summary.ts";
import { type Program, type Start, withPrograms } from "../../e2e/program.ts";
import { makeFolder } from "../../e2e/video-file.ts";

const testCard = ["--source", "testcard", "--camera-size", "640x360"];
/** From a fault to new pictures. */
const backMs = 2000;
/** What a computer may add that is busy with other tests. */
const busyMs = 4000;
/** The oldest picture that may be shown over a short way. */
const maxAgeMs = 500;

/** A picture that was captured and shown after this moment: more are shown than now, in two reports one after the other. */
async function pictureIsBack(program: Program): Promise<void> {
  const shown = (event: { readonly [key: string]: unknown }): number =>
    Number((event["incoming"] as { shown?: number } | undefined)?.shown ?? event["shown"]);
  const base = await program.event("stats", { from: program.events.length });
  await program.event("stats", { from: program.events.length, where: (event) => shown(event) > shown(base) + 3 });
}

async function backWithin(program: Program, what: string): Promise<void> {
  const startedMs = performance.now();
  await pictureIsBack(program);
  const tookMs = performance.now() - startedMs;
  // The figures come once a second, and it takes two of them.
  assert.ok(tookMs < backMs + busyMs + 2000, `${what}: picture back after ${tookMs} ms`);
}

async function peers(start: Start): Promise<[Program, Program]> {
  const waiting = start("peer", [...testCard, "--no-window", "--listen", "127.0.0.1:0"]);
  const calling = start("peer", [...testCard, "--no-window"], { env: { SVC_INVITE: await waiting.invite() } });
  await Promise.all([waiting.event("first-picture"), calling.event("first-picture")]);
  return [waiting, calling];
}

test(
  "shows the picture again when an engine was killed, and the call stays up",
  withPrograms(async (start) => {
    const [waiting, calling] = await peers(start);
    process.kill(await waiting.engine("capture"), "SIGKILL");
    await waiting.event("trouble", { where: ({ isFinal }) => isFinal === false });
    await backWithin(calling, "capture engine killed");
    process.kill(await calling.engine("playback"), "SIGKILL");
    await calling.event("trouble", { where: ({ isFinal }) => isFinal === false });
    await backWithin(calling, "playback engine killed");
    calling.signal("SIGINT");
    await Promise.all([calling.exits(130), waiting.exits(0)]);
    for (const side of [waiting, calling]) {
      checkAccount(summaryOf(side));
      assert.is(side.events.filter(({ event }) => event === "reconnecting" || event === "silent").length, 0);
    }
    // What a killed engine knew of barcodes went with it; none that came after is wrong.
    const { barcodes } = summaryOf(calling);
    assert.equal([barcodes.mismatched, barcodes.unreadable], [0, 0]);
    checkBarcodes(summaryOf(waiting));
  }),
);

for (const [program, kind] of [
  ["sender", "capture"],
  ["receiver", "playback"],
] as const) {
  test(
    `gives up with a reason when its ${kind} engine was killed three times in a minute (${program})`,
    withPrograms(async (start) => {
      const sender = start("sender", [...testCard, "--listen", "127.0.0.1:0"]);
      const receiver = start("receiver", ["--no-window"], { env: { SVC_INVITE: await sender.invite() } });
      await receiver.event("first-picture");
      const victim = program === "sender" ? sender : receiver;
      let pid = 0;
      for (const death of [1, 2, 3]) {
        pid = await victim.engine(kind, pid);
        process.kill(pid, "SIGKILL");
        const trouble = await victim.event("trouble", death);
        assert.is(trouble["isFinal"], death === 3, victim.transcript());
      }
      await victim.exits(2);
      await victim.sentence(/engine was ended by SIGKILL/);
      if (victim === receiver) {
        checkAccount(summaryOf(receiver));
        await sender.interrupt();
      } else {
        await receiver.exits(0);
        checkAccount(summaryOf(receiver));
      }
    }),
  );
}

test(
  "waits for a sender that has not started, and finds it again after kill -9 and a restart",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      const key = ["--key-file", join(folder.path, "key")];
      const early = start("sender", [...testCard, ...key, "--listen", "127.0.0.1:0"]);
      await early.event("listening");
      const place = `127.0.0.1:${early.port}`;
      await early.interrupt();

      const receiver = start("receiver", [place, ...key, "--no-window", "--wait"]);
      await receiver.event("attempt");
      const sender = start("sender", [...testCard, ...key, "--listen", place]);
      await receiver.event("first-picture");
      await receiver.event("stats", { from: receiver.events.length });

      await sender.kill();
      await receiver.event("reconnecting");
      const restarted = start("sender", [...testCard, ...key, "--listen", place]);
      await receiver.event("connected", 2);
      await backWithin(receiver, "sender restarted");
      await receiver.interrupt();
      checkAccount(summaryOf(receiver));
      checkBarcodes(summaryOf(receiver));
      await restarted.interrupt();
    } finally {
      folder.remove();
    }
  }),
);

test(
  "comes back after a reset and after 4 s of a network that swallows everything",
  withPrograms(async (start) => {
    const sender = start("sender", [...testCard, "--listen", "127.0.0.1:0"]);
    const invite = await sender.invite();
    const proxy = await FaultProxy.start({ targetPort: sender.port });
    try {
      const receiver = start("receiver", ["--no-window"], { env: { SVC_INVITE: proxy.redirect(invite) } });
      await receiver.event("first-picture");
      proxy.reset();
      await receiver.event("reconnecting");
      const again = await receiver.event("connected", 2);
      assert.is(again["resumed"], true);
      await backWithin(receiver, "reset");

      const from = receiver.events.length;
      const heldMs = performance.now();
      proxy.stall();
      const silent = await receiver.event("silent", { from });
      assert.is(silent["silent"], true);
      while (performance.now() - heldMs < 4000) await receiver.event("stats", { from: receiver.events.length });
      proxy.release();
      await receiver.event("silent", { from, where: ({ silent: isSilent }) => isSilent === false });
      await backWithin(receiver, "blackhole");
      await receiver.interrupt();
      checkAccount(summaryOf(receiver));
      checkBarcodes(summaryOf(receiver));
      assert.is(sender.events.filter(({ event }) => event === "left").length, 1);
      await sender.interrupt();
    } finally {
      proxy.close();
    }
  }),
);

test(
  "shows nothing that is older than half a second when a link stands still for 2.5 s and then brings everything, and counts it",
  withPrograms(async (start) => {
    const sender = start("sender", [...testCard, "--listen", "127.0.0.1:0"]);
    const invite = await sender.invite();
    const proxy = await FaultProxy.start({ targetPort: sender.port });
    try {
      const receiver = start("receiver", ["--no-window"], { env: { SVC_INVITE: proxy.redirect(invite) } });
      await receiver.event("first-picture");
      await receiver.event("stats", { from: receiver.events.length });
      for (const nth of [1, 2]) {
        proxy.stall();
        await Promise.all([sleep(2500), receiver.event("late", { nth, where: ({ late }) => late === true })]);
        proxy.release();
        await receiver.event("late", { nth, where: ({ late }) => late === false });
        await backWithin(receiver, `link held ${nth} times`);
      }
      await receiver.interrupt();
      const summary = summaryOf(receiver);
      checkAccount(summary);
      checkBarcodes(summary);
      // What was on its way: at least the one packet that the window let go.
      assert.ok((summary.dropped["stale"] ?? 0) >= 2, receiver.transcript());
      const { max } = (receiver.events.at(-1)?.["latencyMs"] ?? {}) as { readonly max?: number };
      assert.ok(max !== undefined && max <= maxAgeMs, `a picture of ${max} ms was shown`);
      assert.is(receiver.events.filter(({ event }) => event === "reconnecting").length, 0);
      await sender.interrupt();
    } finally {
      proxy.close();
    }
  }),
);

test(
  "takes no picture away because its source gives few",
  withPrograms(async (start) => {
    const sender = start("sender", [...testCard, "--max-fps", "1", "--listen", "127.0.0.1:0"]);
    const receiver = start("receiver", ["--no-window"], { env: { SVC_INVITE: await sender.invite() } });
    await receiver.event("stats", { where: ({ shown }) => Number(shown) >= 5 });
    await receiver.interrupt();
    assert.is(receiver.events.filter(({ event }) => event === "late").length, 0, receiver.transcript());
    checkAccount(summaryOf(receiver));
    await sender.interrupt();
  }),
);

test(
  "sends nothing in clear: no start code, magic, name or key",
  withPrograms(async (start) => {
    const waiting = start("peer", [...testCard, "--no-window", "--listen", "127.0.0.1:0", "--name", "Wilhelmina-waits"]);
    const invite = await waiting.invite();
    const proxy = await FaultProxy.start({ targetPort: waiting.port, isRecording: true });
    try {
      const calling = start("peer", [...testCard, "--no-window", "--name", "Caspar-calls"], {
        env: { SVC_INVITE: proxy.redirect(invite) },
      });
      await calling.event("stats", { where: (event) => Number((event["incoming"] as { shown?: number } | undefined)?.shown) > 60 });
      await calling.interrupt();
      await waiting.exits(0);
      const bytes = proxy.recorded();
      assert.ok(bytes.byteLength > 100_000, `${bytes.byteLength} bytes`);
      const secret = invite.slice(invite.indexOf("/") + 1);
      for (const word of ["SVC1", "Wilhelmina", "Caspar", "h264", "videoCodecs", "simple-video-chat", secret]) {
        assert.is(bytes.includes(word), false, `"${word}" is in clear`);
      }
      // In encrypted bytes four given ones come by chance once in 4 GB.
      assert.is(bytes.includes(Buffer.from([0, 0, 0, 1, 0x67])), false, "an H.264 parameter set is in clear");
      assert.is(bytes.includes(Buffer.from([0, 0, 0, 1, 0x65])), false, "an H.264 keyframe is in clear");
    } finally {
      proxy.close();
    }
  }),
);

test.run();
