// @timeout 240
// What is shown, changed in a running call by its real programs: a window of a real display, one source after another, a camera that is
// switched off, pulled out and plugged in again.
import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkAccount, summaryOf } from "../../e2e/call-summary.ts";
import { FifoCamera, fifoEnvironment } from "../../e2e/fifo-camera.ts";
import { type Program, type Start, withPrograms } from "../../e2e/program.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import { type Screenshot, type VirtualDisplay, withDisplay } from "../../e2e/virtual-display.ts";
import { barcodeOf, colourAt, difference, screenshotWhere } from "../../e2e/window-picture.ts";
import { waitUntil } from "../../e2e/wait-until.ts";

const loopback = ["--listen", "127.0.0.1:0", "--no-audio"];
const small = ["--camera-size", "640x360"];
/** From a change to its effect at the other end, on a busy computer. */
const promptMs = 8_000;
/** What other work on the computer may cost. */
const busyFactor = 1.5;

type Body = (start: Start, display: VirtualDisplay) => Promise<void>;

const onDisplay = (body: Body): (() => Promise<void>) => withPrograms((start) => withDisplay((display) => body(start, display)));

/** Two peers in a call; the first has a window. */
async function call(
  start: Start,
  display: VirtualDisplay,
  source: readonly string[],
): Promise<{ readonly ours: Program; readonly theirs: Program; readonly window: string }> {
  const ours = start("peer", [...source, ...loopback, "--name", "ours"], { env: { DISPLAY: display.name } });
  const theirs = start("peer", ["--source", "testcard", ...small, "--no-window", "--no-audio", "--name", "theirs"], {
    env: { SVC_INVITE: await ours.invite() },
  });
  await Promise.all([ours.event("first-picture"), theirs.event("first-picture")]);
  return { ours, theirs, window: await display.window("theirs") };
}

async function hangUp(display: VirtualDisplay, { ours, theirs, window }: Awaited<ReturnType<typeof call>>): Promise<void> {
  await display.press(window, "q");
  await Promise.all([ours.exits(0), theirs.exits(0)]);
  for (const program of [ours, theirs]) checkAccount(summaryOf(program));
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Pictures that were shown so far. */
function shown(program: Program): number {
  const incoming = program.events.findLast(({ event }) => event === "stats")?.["incoming"];
  return Number((incoming as { readonly shown?: number } | undefined)?.shown ?? 0);
}

/** Waits until more pictures are shown. */
async function showsMore(program: Program): Promise<void> {
  const before = shown(program);
  await waitUntil(() => shown(program) > before, `more pictures than ${before}: ${program.transcript()}`, 10_000);
}

test(
  "shows a window of the screen by its name, is without a picture while it is gone, and shows it again",
  onDisplay(async (start, display) => {
    const film = start("sender", ["--source", "testcard", ...small, ...loopback, "--name", "film"]);
    const watch = async (key: string): Promise<Program> =>
      start("receiver", ["--no-audio"], { env: { DISPLAY: display.name, SVC_INVITE: key } });
    const viewer = await watch(await film.invite());
    await viewer.event("first-picture");
    await display.settled(await display.window("film"), 640, 360);
    const sender = start("sender", ["--source", "screen:chat: FILM", ...loopback, "--name", "a window"], {
      env: { DISPLAY: display.name },
    });
    await withDisplay(async (other) => {
      const invite = await sender.invite();
      const receiver = start("receiver", ["--no-audio"], { env: { DISPLAY: other.name, SVC_INVITE: invite } });
      await receiver.event("first-picture");
      const opened = await sender.event("opened");
      assert.equal([opened["name"], opened["widthPx"], opened["heightPx"]], ["the window Simple Video Chat: film", 640, 360]);
      const window = await other.window("a window");
      const shot = await screenshotWhere(other, window, (each) => barcodeOf(each) !== undefined, { what: "the film's barcode" });
      const first = barcodeOf(shot)?.frame ?? 0;
      await screenshotWhere(other, window, (each) => (barcodeOf(each)?.frame ?? 0) > first, { what: "a later frame of the film" });
      viewer.signal("SIGINT");
      await viewer.exits(130);
      const lost = await sender.event("camera", { where: ({ state }) => state === "lost" });
      assert.ok(["screen-lost", "screen-missing"].includes(text(lost["code"])));
      await receiver.event("other-camera", { where: ({ state }) => state === "lost", limitMs: promptMs });
      await watch(await film.invite());
      await sender.event("camera", { where: ({ state }) => state === "on" });
      await screenshotWhere(other, window, (each) => (barcodeOf(each)?.frame ?? 0) > first, { what: "the film again", limitMs: 15_000 });
      await other.press(window, "q");
      await receiver.exits(0);
      checkAccount(summaryOf(receiver));
    });
  }),
);

test(
  "shows one source after the other in the same call, by the key c, and closes the account exactly",
  onDisplay(async (start, display) => {
    const area = "screen:320x240+0+0";
    const parties = await call(start, display, [
      "--source",
      "testcard",
      "--source",
      "motion",
      "--source",
      "no-such-film.mp4",
      "--source",
      area,
    ]);
    const { ours, theirs, window } = parties;
    for (const name of ["moving scene", "the screen's 320x240+0+0", "test card"]) {
      const from = ours.events.length;
      await display.press(window, "c");
      await ours.event("opened", { from, where: (event) => text(event["name"]).includes(name) });
      await showsMore(theirs);
    }
    assert.match(ours.stderr, /There is no file no-such-film\.mp4/);
    assert.is(theirs.events.filter(({ event }) => event === "connected").length, 1);
    await hangUp(display, parties);
  }),
);

/** Whether a screenshot is a card: its dark blue ends. */
function isCard(shot: Screenshot): boolean {
  const ends = [0.03, 0.95].map((share) => colourAt(shot, shot.widthPx * 0.25, shot.heightPx * share));
  return ends.every((end, index) => difference(end, index === 0 ? [66, 50, 40] : [30, 22, 18]) < 4);
}

/** Whether one of a program's engines has a file open. */
function hasOpen(program: Program, path: string): boolean {
  return program.enginePids.some((pid) =>
    readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`) === path;
      } catch {
        return false;
      }
    }),
  );
}

/** The last event of this name. */
const last = (program: Program, name: string): unknown => program.events.findLast(({ event }) => event === name)?.["state"];

test(
  "releases the camera by the key v, shows a card at the other end meanwhile, and takes it again",
  onDisplay(async (start, display) => {
    const folder = makeFolder();
    const camera = await FifoCamera.plug(join(folder.path, "camera.mjpeg"));
    try {
      const ours = start("peer", ["--camera", camera.path, ...loopback, "--name", "ours"], {
        env: { DISPLAY: display.name, ...fifoEnvironment },
      });
      const invite = await ours.invite();
      await withDisplay(async (other) => {
        const theirs = start("peer", ["--source", "testcard", ...small, "--no-audio", "--name", "theirs"], {
          env: { DISPLAY: other.name, SVC_INVITE: invite },
        });
        await Promise.all([ours.event("first-picture"), theirs.event("first-picture")]);
        const [window, theirWindow] = [await display.window("theirs"), await other.window("ours")];
        assert.ok(hasOpen(ours, camera.path));
        for (let times = 1; times <= 2; times++) {
          const from = ours.events.length;
          await display.press(window, "v");
          await ours.event("camera", { from, where: ({ state }) => state === "off" });
          await theirs.event("other-camera", { nth: times, where: ({ state }) => state === "off", limitMs: promptMs });
          await waitUntil(() => !hasOpen(ours, camera.path), "the camera is released", promptMs);
          await screenshotWhere(other, theirWindow, isCard, { what: "the card of a camera that is off" });
          await display.press(window, "v");
          await theirs.event("other-camera", { nth: times, where: ({ state }) => state === "on", limitMs: promptMs });
          await waitUntil(() => hasOpen(ours, camera.path), "the camera is open again", promptMs);
          await screenshotWhere(other, theirWindow, (shot) => !isCard(shot), { what: "the picture again" });
        }
        // A camera that is off is no slow link.
        const isOff = theirs.events.map(({ event, state }, at) =>
          event === "other-camera" && state === "off" ? theirs.events[at + 1]?.["event"] : "",
        );
        assert.not.ok(isOff.includes("late"), theirs.transcript());
        await hangUp(display, { ours, theirs, window });
      });
    } finally {
      camera.unplug();
      folder.remove();
    }
  }),
);

test(
  "begins with the camera off by --no-video, without opening it, and the other end knows",
  withPrograms(async (start) => {
    const ours = start("peer", ["--no-video", "--camera", "/no/such/camera", "--listen", "127.0.0.1:0", "--no-window"]);
    const theirs = start("peer", ["--source", "testcard", ...small, "--no-window", "--no-audio"], {
      env: { SVC_INVITE: await ours.invite() },
    });
    await ours.event("first-picture");
    assert.is((await theirs.event("other-camera"))["state"], "off");
    assert.is(last(ours, "camera"), "off");
    assert.is(ours.events.filter(({ event }) => event === "opened" || event === "trouble").length, 0);
    ours.signal("SIGINT");
    await Promise.all([ours.exits(130), theirs.exits(0)]);
  }),
);

test(
  "tells of a camera that is stuck or pulled out within two seconds, and shows it within two when it is back",
  withPrograms(async (start) => {
    const folder = makeFolder();
    const camera = await FifoCamera.plug(join(folder.path, "camera.mjpeg"));
    try {
      const sender = start("sender", ["--camera", camera.path, ...loopback], { env: fifoEnvironment });
      const receiver = start("receiver", ["--no-window", "--no-audio", "--json-frames"], { env: { SVC_INVITE: await sender.invite() } });
      await receiver.event("first-picture");
      const timed = async (what: () => void, state: "lost" | "on", pictures: boolean): Promise<number> => {
        const from = receiver.events.length;
        const sinceMs = performance.now();
        what();
        await receiver.event("other-camera", { from, where: (event) => event["state"] === state, limitMs: promptMs });
        if (pictures) await receiver.event("shown", { from, nth: 3, limitMs: promptMs });
        return performance.now() - sinceMs;
      };
      const took = {
        stuck: await timed(() => (camera.isStuck = true), "lost", false),
        goesOn: await timed(() => (camera.isStuck = false), "on", true),
        gone: await timed(() => camera.unplug(), "lost", false),
        back: await timed(() => camera.plug(), "on", true),
      };
      for (const [what, ms] of Object.entries(took)) assert.ok(ms < 2_000 * busyFactor, `${what}: ${JSON.stringify(took)}`);
      assert.is(last(sender, "camera"), "on");
      const [stuck, gone] = sender.events.filter(({ event, state }) => event === "camera" && state === "lost");
      assert.equal([stuck?.["code"], gone?.["code"]], ["source-stalled", "camera-lost"]);
      sender.signal("SIGINT");
      await Promise.all([sender.exits(130), receiver.exits(0)]);
      checkAccount(summaryOf(receiver));
    } finally {
      camera.unplug();
      folder.remove();
    }
  }),
);

test.run();
