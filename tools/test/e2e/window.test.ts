// @timeout 240
// @alone
// Real windows of the real programs on a virtual display: screenshots compared to what was sent, resizing, every way of closing, cards, the
// self-view, the preview, and a screen that goes away or was never there.
import { once } from "node:events";
import { createServer } from "node:net";
import { FaultProxy } from "@simple-video-chat/protocol/testing";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkAccount, checkBarcodes, summaryOf } from "../../e2e/call-summary.ts";
import { type Program, type Start, withPrograms } from "../../e2e/program.ts";
import { type Screenshot, type VirtualDisplay, withDisplay } from "../../e2e/virtual-display.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import {
  barCentres,
  barcodeOf,
  type Colour,
  colourAt,
  difference,
  lightBox,
  part,
  pictureInside,
  screenshotWhere,
  testCardBars,
} from "../../e2e/window-picture.ts";

const loopback = ["--listen", "127.0.0.1:0"];
const testCard = ["--source", "testcard", "--camera-size", "640x360"];
/** Between capture and the pixels in a screenshot; import alone takes 50 ms, more when the computer is busy. */
const maxAgeUs = 1_500_000;
/** What 4:2:0, 8 bits and 2 Mbit/s do to a flat colour. */
const codingTolerance = 8;
/** Of what is drawn by the program to what is on the screen, when its user ends it: a second. */
const closingMs = 1000;

type Body = (start: Start, display: VirtualDisplay) => Promise<void>;

const onDisplay = (body: Body): (() => Promise<void>) => withPrograms((start) => withDisplay((display) => body(start, display)));

/** A sender of the test card and a receiver with a window that shows it. */
async function watch(
  start: Start,
  display: VirtualDisplay,
  name: string = "camera",
): Promise<{ sender: Program; receiver: Program; window: string }> {
  const sender = start("sender", [...testCard, ...loopback, "--name", name]);
  const receiver = start("receiver", [], { env: { DISPLAY: display.name, SVC_INVITE: await sender.invite() } });
  await receiver.event("first-picture");
  // By its beginning: what xdotool searches is not UTF-8 where the language of the computer has no such letters.
  const window = await display.window("Simple Video Chat: ");
  await display.settled(window, 640, 360);
  return { sender, receiver, window };
}

/** Whether a screenshot is a card, all of it: its dark blue ends above and below, and light words. */
function isCard(shot: Screenshot): boolean {
  const [top, bottom] = [0.03, 0.95].map((share) => colourAt(shot, shot.widthPx * 0.25, shot.heightPx * share)) as [Colour, Colour];
  const ends: readonly [Colour, Colour] = [
    [66, 50, 40],
    [30, 22, 18],
  ];
  return difference(top, ends[0]) < 4 && difference(bottom, ends[1]) < 4 && lightBox(shot, { from: 0.5, to: 0.7 }).right > 0;
}

test(
  "shows what was sent, at its size, in its colours, with the sender's name in the title",
  onDisplay(async (start, display) => {
    const { receiver, window } = await watch(start, display, "Zoë's camera");
    assert.is(await display.titleOf(window), "Simple Video Chat: Zoë's camera");
    const shot = await screenshotWhere(display, window, (shot) => barcodeOf(shot) !== undefined, { what: "a barcode" });
    assert.equal([shot.widthPx, shot.heightPx], [640, 360]);
    const barcode = barcodeOf(shot);
    assert.ok(barcode !== undefined && barcode.ageUs < maxAgeUs, JSON.stringify(barcode));
    barCentres(640, 360).forEach(({ x, y }, index) => {
      const [seen, sent] = [colourAt(shot, x, y), testCardBars[index] as Colour];
      assert.ok(difference(seen, sent) <= codingTolerance, `bar ${index}: ${seen.join()} for ${sent.join()}`);
    });
    const later = await screenshotWhere(display, window, (next) => (barcodeOf(next)?.frame ?? 0) > (barcode?.frame ?? 0), {
      what: "a later frame",
    });
    assert.ok((barcodeOf(later)?.ageUs ?? Infinity) < maxAgeUs);
    await display.press(window, "q");
    await receiver.exits(0, closingMs * 3);
    checkAccount(summaryOf(receiver));
    checkBarcodes(summaryOf(receiver));
  }),
);

test(
  "keeps the picture's aspect when the window is resized, whole and in the middle",
  onDisplay(async (start, display) => {
    const { window } = await watch(start, display);
    for (const [widthPx, heightPx] of [
      [900, 900],
      [1100, 300],
    ] as const) {
      await display.resize(window, widthPx, heightPx);
      const isWhole = (shot: Parameters<typeof barcodeOf>[0]): boolean =>
        shot.widthPx === widthPx && barcodeOf(pictureInside(shot, 16 / 9)) !== undefined;
      const picture = pictureInside(
        await screenshotWhere(display, window, isWhole, { what: `a barcode at ${widthPx}x${heightPx}` }),
        16 / 9,
      );
      barCentres(picture.widthPx, picture.heightPx).forEach(({ x, y }, index) => {
        const [seen, sent] = [colourAt(picture, x, y), testCardBars[index] as Colour];
        assert.ok(difference(seen, sent) <= codingTolerance, `${widthPx}x${heightPx}, bar ${index}: ${seen.join()} for ${sent.join()}`);
      });
    }
  }),
);

for (const way of ["q", "Escape", "its close button"]) {
  test(
    `ends within a second when its window is closed by ${way}`,
    onDisplay(async (start, display) => {
      const { receiver, sender, window } = await watch(start, display);
      if (way === "its close button") await display.clickClose(window);
      else await display.press(window, way);
      const pressedMs = performance.now();
      await receiver.exits(0);
      const tookMs = performance.now() - pressedMs;
      // Of a computer that does nothing else; tests run beside each other.
      assert.ok(tookMs < 2 * closingMs, `${tookMs} ms`);
      await sender.event("left");
      assert.is(await display.countWindows("Simple Video Chat"), 0);
    }),
  );
}

test(
  "shows cards in place of a picture: while it connects, and when the sender is gone",
  onDisplay(async (start, display) => {
    const sender = start("sender", [...testCard, ...loopback]);
    const invite = await sender.invite();
    await sender.kill();
    const receiver = start("receiver", ["--wait"], { env: { DISPLAY: display.name, SVC_INVITE: invite } });
    const waiting = await display.window("Simple Video Chat");
    const card = await screenshotWhere(display, waiting, isCard, { what: "a card" });
    const words = lightBox(card, { from: 0.5, to: 0.7 });
    assert.ok(Math.abs(words.left - (1 - words.right)) < 0.02, `not centred: ${JSON.stringify(words)}`);
    await display.press(waiting, "Escape");
    await receiver.exits(0);

    const call = await watch(start, display);
    await screenshotWhere(display, call.window, (shot) => barcodeOf(shot) !== undefined, { what: "a picture" });
    await call.sender.kill();
    await call.receiver.event("reconnecting");
    const lost = await screenshotWhere(display, call.window, isCard, { what: "the card in place of the picture" });
    assert.is(barcodeOf(lost), undefined);
    const lostWords = lightBox(lost, { from: 0.5, to: 0.7 });
    assert.ok(lostWords.right > 0.5 && Math.abs(lostWords.left - (1 - lostWords.right)) < 0.02, JSON.stringify(lostWords));
  }),
);

test(
  "shows a card instead of a frozen picture while the link stands still, and the picture again",
  onDisplay(async (start, display) => {
    const sender = start("sender", [...testCard, ...loopback, "--name", "camera"]);
    const invite = await sender.invite();
    const proxy = await FaultProxy.start({ targetPort: sender.port });
    try {
      const receiver = start("receiver", [], { env: { DISPLAY: display.name, SVC_INVITE: proxy.redirect(invite) } });
      await receiver.event("first-picture");
      const window = await display.window("camera");
      await display.settled(window, 640, 360);
      proxy.stall();
      await receiver.event("late");
      await screenshotWhere(display, window, isCard, { what: "the card in place of the picture" });
      proxy.release();
      await receiver.event("late", 2);
      await screenshotWhere(display, window, (shot) => barcodeOf(shot) !== undefined, { what: "the picture again" });
      await receiver.interrupt();
      checkAccount(summaryOf(receiver));
    } finally {
      proxy.close();
    }
  }),
);

test(
  "shows the figures over the picture at i, and takes them away at the next",
  onDisplay(async (start, display) => {
    const { receiver, window } = await watch(start, display);
    await receiver.event("stats", { where: ({ latencyMs }) => latencyMs !== undefined });
    const bare = await screenshotWhere(display, window, (shot) => barcodeOf(shot) !== undefined, { what: "a picture" });
    /** The box of the figures lets little of the picture through. */
    const hasBox = (shot: Screenshot): boolean => {
      const [seen, under] = [colourAt(shot, 14, 100), colourAt(bare, 14, 100)];
      const expected = under.map((value, channel) => 0.22 * value + 0.78 * ([30, 21, 16][channel] ?? 0)) as unknown as Colour;
      return difference(seen, expected) < codingTolerance && difference(seen, under) > 2 * codingTolerance;
    };
    await display.press(window, "i");
    const detailed = await screenshotWhere(display, window, hasBox, { what: "the figures" });
    assert.ok(difference(colourAt(detailed, 600, 200), colourAt(bare, 600, 200)) < codingTolerance, "the rest is as it was");
    await receiver.sentence(/latency +p50 [\d.]+, p95 [\d.]+, p99 [\d.]+ ms, ±/);
    await receiver.sentence(/capture wait [\d.]+, encode [\d.]+, send queue [\d.]+ ms/);
    await receiver.sentence(/video +h264 640x360/);
    await display.press(window, "i");
    await screenshotWhere(display, window, (shot) => !hasBox(shot), { what: "the picture without figures" });
    await receiver.interrupt();
  }),
);

test(
  "mirrors the picture, fills the screen and holds the picture by keys, and goes on live",
  onDisplay(async (start, display) => {
    const { receiver, window } = await watch(start, display);
    const isMirrored = (shot: Screenshot): boolean =>
      barCentres(640, 360).every(
        ({ x, y }, index) => difference(colourAt(shot, 640 - x, y), testCardBars[index] as Colour) <= codingTolerance,
      );
    await display.press(window, "x");
    await screenshotWhere(display, window, isMirrored, { what: "the picture mirrored" });
    await display.press(window, "x");
    await display.press(window, "f");
    await display.settled(window, 1500, 1000);
    await display.press(window, "f");
    await display.settled(window, 640, 360);
    await display.press(window, "space");
    await receiver.sentence("The picture is held");
    const held = await screenshotWhere(display, window, (shot) => barcodeOf(shot) !== undefined, { what: "the held picture" });
    // Two seconds' pictures are decoded meanwhile, and none of them is shown.
    await receiver.event("stats", { from: receiver.events.length, nth: 2 });
    assert.is(barcodeOf(await display.screenshot(window))?.frame, barcodeOf(held)?.frame);
    await display.press(window, "space");
    const isLater = (shot: Screenshot): boolean => (barcodeOf(shot)?.frame ?? 0) > (barcodeOf(held)?.frame ?? 0);
    const live = await screenshotWhere(display, window, isLater, { what: "a live picture" });
    assert.ok((barcodeOf(live)?.ageUs ?? Infinity) < maxAgeUs);
    await receiver.interrupt();
    checkAccount(summaryOf(receiver));
    assert.is(receiver.events.filter(({ event }) => event === "late").length, 0);
  }),
);

test(
  "begins on the full screen with --fullscreen",
  onDisplay(async (start, display) => {
    const sender = start("sender", [...testCard, ...loopback, "--name", "camera"]);
    const receiver = start("receiver", ["--fullscreen"], { env: { DISPLAY: display.name, SVC_INVITE: await sender.invite() } });
    await receiver.event("first-picture");
    await display.settled(await display.window("camera"), 1500, 1000);
    await receiver.interrupt();
  }),
);

test(
  "is covered by no other window with --always-on-top, after the full screen too",
  onDisplay(async (start, display) => {
    const sender = start("sender", [...testCard, ...loopback, "--name", "camera", "--preview"], { env: { DISPLAY: display.name } });
    const receiver = start("receiver", ["--always-on-top"], { env: { DISPLAY: display.name, SVC_INVITE: await sender.invite() } });
    await receiver.event("first-picture");
    const window = await display.window("camera");
    const other = await display.window("what you send");
    const isAbove = async (): Promise<boolean> => (await display.statesOf(window)).includes("_NET_WM_STATE_ABOVE");
    await waitUntil(isAbove, "a window that is kept on top", 20_000);
    await display.settled(window, 640, 360);
    await display.press(window, "f");
    await display.settled(window, 1500, 1000);
    await display.press(window, "f");
    await display.settled(window, 640, 360);
    await waitUntil(isAbove, "a window that is kept on top again", 20_000);
    // Whoever is used comes to the front, but not before this one.
    for (const each of [window, other]) await display.move(each, 20, 20);
    await display.activate(other);
    const [left, covering] = [await display.order(window), await display.order(other)];
    assert.ok(covering >= 0 && left > covering, `${left} and ${covering}`);
    await receiver.interrupt();
  }),
);

test(
  "shows the other end's picture in a call, and one's own mirrored in the corner",
  onDisplay(async (start, display) => {
    const size = ["--camera-size", "640x360"];
    const ann = start("peer", ["--source", "testcard", ...size, ...loopback, "--name", "Ann"], { env: { DISPLAY: display.name } });
    const env = { DISPLAY: display.name, SVC_INVITE: await ann.invite() };
    const bob = start("peer", ["--source", "motion", "--barcode", ...size, "--name", "Bob"], { env });
    await Promise.all([ann.event("first-picture"), bob.event("first-picture")]);
    const annsWindow = await display.window("Simple Video Chat: Bob");
    const bobsWindow = await display.window("Simple Video Chat: Ann");
    // Side by side: a window that is covered has no pixels.
    await display.move(annsWindow, 20, 20);
    await display.move(bobsWindow, 780, 20);
    // The self-view's inside: 22 % of the width, 2 % from the corner.
    const corner = { left: 640 - 141 - 13, top: 360 - 79 - 13, widthPx: 141, heightPx: 79 };
    const mirrored = [...testCardBars].reverse();
    const isMirroredCard = (shot: Parameters<typeof part>[0]): boolean => {
      const own = part(shot, corner);
      return barCentres(141, 79).every(({ x, y }, index) => difference(colourAt(own, x, y, 1), mirrored[index] as Colour) < 60);
    };
    await screenshotWhere(display, annsWindow, (shot) => shot.widthPx === 640 && isMirroredCard(shot), { what: "Ann's mirrored self" });
    const seenByAnn = await screenshotWhere(display, annsWindow, (shot) => barcodeOf(shot) !== undefined, { what: "Bob's barcode" });
    assert.ok((barcodeOf(seenByAnn)?.ageUs ?? Infinity) < maxAgeUs);
    const seenByBob = await screenshotWhere(display, bobsWindow, (shot) => barcodeOf(shot) !== undefined, { what: "Ann's barcode" });
    const bars = barCentres(640, 360);
    bars.forEach(({ x, y }, index) =>
      assert.ok(difference(colourAt(seenByBob, x, y), testCardBars[index] as Colour) <= codingTolerance, `bar ${index}`),
    );
    assert.not(isMirroredCard(seenByBob), "Bob's corner holds Bob, not Ann");
    await display.press(bobsWindow, "q");
    await Promise.all([bob.exits(0), ann.exits(0)]);
  }),
);

for (const way of ["q", "its close button"]) {
  test(
    `shows what is sent in the sender's preview, which ends it by ${way}`,
    onDisplay(async (start, display) => {
      const sender = start("sender", [...testCard, ...loopback, "--preview"], { env: { DISPLAY: display.name } });
      const window = await display.window("what you send");
      const shot = await screenshotWhere(display, window, (shot) => barcodeOf(shot) !== undefined, { what: "a preview" });
      assert.equal([shot.widthPx, shot.heightPx], [640, 360]);
      assert.ok((barcodeOf(shot)?.ageUs ?? Infinity) < maxAgeUs);
      if (way === "q") await display.press(window, "q");
      else await display.clickClose(window);
      await sender.exits(0, 3 * closingMs);
    }),
  );
}

test(
  "goes on without a window when the screen dies in the middle of a call",
  onDisplay(async (start, display) => {
    const { receiver } = await watch(start, display);
    await display.stop();
    await receiver.sentence(/no display|without a window/);
    const from = receiver.events.length;
    await receiver.event("stats", { from, where: ({ fps }) => Number(fps) > 20 });
    assert.is(receiver.events.filter(({ event }) => event === "trouble").length, 1);
    await receiver.interrupt();
    checkAccount(summaryOf(receiver));
  }),
);

test(
  "goes on without a window where DISPLAY names a screen that is not there",
  withPrograms(async (start) => {
    let dead = "";
    await withDisplay(async (display) => void (dead = display.name));
    const sender = start("sender", [...testCard, ...loopback, "--preview"], { env: { DISPLAY: dead } });
    await sender.sentence("no display");
    const receiver = start("receiver", ["--time-limit", "3"], { env: { DISPLAY: dead, SVC_INVITE: await sender.invite() } });
    await receiver.sentence("no display");
    await receiver.exits(0);
    assert.is([...receiver.events, ...sender.events].filter(({ event }) => event === "trouble").length, 0);
    assert.ok(summaryOf(receiver).shown > 20);
  }),
);

test(
  "goes on without a window when the screen answers but refuses it",
  withPrograms(async (start) => {
    const number = 700 + (process.pid % 200);
    const refusing = createServer((socket) => socket.destroy());
    refusing.listen(`\0/tmp/.X11-unix/X${number}`);
    await once(refusing, "listening");
    try {
      const env = { DISPLAY: `:${number}` };
      const sender = start("sender", [...testCard, ...loopback, "--preview"], { env });
      const receiver = start("receiver", ["--time-limit", "8"], { env: { ...env, SVC_INVITE: await sender.invite() } });
      await receiver.sentence("no display");
      await receiver.exits(0);
      assert.is(receiver.events.filter(({ event }) => event === "trouble").length, 1);
      assert.ok(summaryOf(receiver).shown > 20, receiver.transcript());
    } finally {
      refusing.close();
    }
  }),
);

test.run();
