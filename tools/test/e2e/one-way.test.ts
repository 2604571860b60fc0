// @timeout 180
// sender → receiver as real processes on loopback: every picture that is shown is the one that was captured, and every frame is
// accounted for; several receivers of one sender do not disturb each other.
import { join } from "node:path";
import { FaultProxy } from "@simple-video-chat/protocol/testing";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkAccount, checkBarcodes, droppedFrames, summaryOf } from "../../e2e/call-summary.ts";
import { type Program, type Start, withPrograms } from "../../e2e/program.ts";
import { makeFolder, writeVideoFile } from "../../e2e/video-file.ts";

const testCard = ["--source", "testcard", "--camera-size", "640x360", "--listen", "127.0.0.1:0"];
/** From a receiver's joining to its picture. */
const firstPictureMs = 1000;
/** What a computer may add that is busy with other tests. */
const busyMs = 4000;

function watch(start: Start, invite: string, ...args: string[]): Program {
  return start("receiver", ["--no-window", ...args], { env: { SVC_INVITE: invite } });
}

for (const codec of ["h264", "jpeg"]) {
  test(
    `shows every captured frame of the test card, or names why not (${codec})`,
    withPrograms(async (start) => {
      const sender = start("sender", [...testCard, "--video-codec", codec]);
      const receiver = watch(start, await sender.invite(), "--time-limit", "4");
      await receiver.exits(0);
      const summary = summaryOf(receiver);
      checkAccount(summary);
      checkBarcodes(summary);
      assert.ok(summary.shown >= 30, receiver.transcript());
      assert.equal([summary.dropped["lost"], summary.dropped["undecodable"], summary.dropped["engineDied"]], [0, 0, 0]);
      assert.equal(receiver.plainLines, []);
      await sender.interrupt();
    }),
  );
}

test(
  "shows a video file in its own time and ends well when the file ends",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      const film = join(folder.path, "film.avi");
      await writeVideoFile(film, { frames: 50, frameRate: 25 });
      const sender = start("sender", ["--source", film, "--listen", "127.0.0.1:0", "--barcode"]);
      const receiver = watch(start, await sender.invite());
      await sender.event("opened");
      const startedMs = performance.now();
      await sender.event("ended");
      const tookMs = performance.now() - startedMs;
      assert.ok(tookMs > 1700 && tookMs < 2000 + busyMs, `2 s of film in ${tookMs} ms`);
      await Promise.all([sender.exits(0), receiver.exits(0)]);
      const summary = summaryOf(receiver);
      checkAccount(summary);
      checkBarcodes(summary);
      // Pictures that a busy computer reads late and then faster than --max-fps are left out before they are numbered.
      assert.ok(summary.captured > 35 && summary.captured <= 50, receiver.transcript());
    } finally {
      folder.remove();
    }
  }),
);

test(
  "begins a video file again at its end with --loop",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      const film = join(folder.path, "film.avi");
      await writeVideoFile(film, { frames: 10, frameRate: 20 });
      const sender = start("sender", ["--source", film, "--loop", "--listen", "127.0.0.1:0", "--barcode"]);
      const receiver = watch(start, await sender.invite());
      await receiver.event("stats", { where: ({ shown }) => Number(shown) > 25 });
      await receiver.interrupt();
      checkAccount(summaryOf(receiver));
      checkBarcodes(summaryOf(receiver));
      assert.is(sender.events.filter(({ event }) => event === "ended").length, 0);
      await sender.interrupt();
    } finally {
      folder.remove();
    }
  }),
);

test(
  "gives a receiver on a slow link pictures that suit it, and leaves the fast one its own",
  withPrograms(async (start) => {
    const folder = makeFolder();
    const proxies: FaultProxy[] = [];
    try {
      const key = ["--key-file", join(folder.path, "key")];
      const sender = start("sender", [...testCard, ...key]);
      await sender.event("listening");
      const slowBps = 250_000;
      const proxy = await FaultProxy.start({ targetPort: sender.port, faults: { rateBps: slowBps } });
      proxies.push(proxy);
      const fast = start("receiver", [`127.0.0.1:${sender.port}`, ...key, "--no-window"]);
      await fast.event("first-picture");
      const slow = start("receiver", [`127.0.0.1:${proxy.port}`, ...key, "--no-window"]);
      await slow.event("first-picture");
      await sender.event("stats", { where: ({ encoders }) => encoders === 2 });
      const from = slow.events.length;
      const before = await slow.event("stats", { from });
      await slow.event("stats", { from, where: ({ shown }) => Number(shown) >= Number(before["shown"]) + 40 });
      const [slowStats, fastStats] = [slow, fast].map(({ events }) => events.findLast(({ event }) => event === "stats"));
      assert.ok(Number(slowStats?.["bitrateBps"]) < Number(fastStats?.["bitrateBps"]), `${slow.transcript()}\n${fast.transcript()}`);
      await Promise.all([slow.interrupt(), fast.interrupt()]);
      const [ofSlow, ofFast] = [summaryOf(slow), summaryOf(fast)];
      for (const summary of [ofSlow, ofFast]) {
        checkAccount(summary);
        assert.equal([summary.dropped["lost"], summary.dropped["undecodable"]], [0, 0]);
      }
      checkBarcodes(ofFast);
      // At so few bits a barcode may be too coarse to be read; it is never that of another frame.
      assert.is(ofSlow.barcodes.mismatched, 0);
      assert.ok(ofSlow.barcodes.verified > ofSlow.shown / 2, slow.transcript());
      // What a busy computer does not encode is nobody's fault here.
      const { notEncoded = 0 } = ofFast.dropped;
      assert.ok(ofFast.shown >= 0.8 * (ofFast.captured - notEncoded), fast.transcript());
      await sender.interrupt();
    } finally {
      for (const proxy of proxies) proxy.close();
      folder.remove();
    }
  }),
);

test(
  "gives each of several receivers a picture at once, and one that stands still slows none of them",
  withPrograms(async (start) => {
    const folder = makeFolder();
    try {
      const key = ["--key-file", join(folder.path, "key")];
      const sender = start("sender", [...testCard, ...key, "--exit-on-no-viewers"]);
      await sender.event("listening");
      const place = `127.0.0.1:${sender.port}`;
      const join3 = async (): Promise<Program> => {
        const receiver = start("receiver", [place, ...key, "--no-window"]);
        await receiver.event("connected");
        const connectedMs = performance.now();
        await receiver.event("first-picture");
        const afterMs = performance.now() - connectedMs;
        assert.ok(afterMs < firstPictureMs + busyMs, `first picture after ${afterMs} ms`);
        return receiver;
      };
      const [first, second, third] = [await join3(), await join3(), await join3()];
      await sender.event("joined", 3);

      second.signal("SIGSTOP");
      const stoppedMs = performance.now();
      const from = first.events.length;
      // Three more seconds of figures from the first one, while the second stands still.
      const before = await first.event("stats", { from });
      const after = await first.event("stats", { from, nth: 4 });
      const seconds = (performance.now() - stoppedMs) / 1000;
      assert.ok(seconds > 2.5);
      second.signal("SIGCONT");
      const shown = Number(after["shown"]) - Number(before["shown"]);
      assert.ok(shown >= 3 * 30 * 0.4, `${shown} pictures in 3 s beside a receiver that stands still`);
      await second.event("stats", { from: second.events.length, where: ({ fps }) => Number(fps) > 5 });

      await first.interrupt();
      await sender.event("left");
      await third.interrupt();
      await second.interrupt();
      await sender.exits(0);
      for (const receiver of [first, second, third]) {
        checkAccount(summaryOf(receiver));
        checkBarcodes(summaryOf(receiver));
      }
      assert.ok(droppedFrames(summaryOf(second)) > 30, second.transcript());
      assert.is(sender.events.filter(({ event }) => event === "left").length, 3);
    } finally {
      folder.remove();
    }
  }),
);

test.run();
