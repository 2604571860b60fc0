// Two computers, as far as the network can tell: programs in two network namespaces with a cable between them.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkAccount, checkBarcodes, summaryOf } from "../../e2e/call-summary.ts";
import { type NamespacePair, setCable, whyNoNamespaces, withNamespaces } from "../../e2e/network-namespaces.ts";
import { type Start, withPrograms } from "../../e2e/program.ts";

const testCard = ["--source", "testcard", "--camera-size", "640x360"];
const obstacle = whyNoNamespaces();
if (obstacle !== undefined) process.stdout.write(`Skipped, since ${obstacle}.\n`);
const testHere = obstacle === undefined ? test : test.skip;

const between = (body: (start: Start, pair: NamespacePair) => Promise<void>): (() => Promise<void>) =>
  withPrograms((start) => withNamespaces((pair) => body(start, pair)));

testHere(
  "shows the pictures of another computer",
  between(async (start, { near, far }) => {
    const sender = start("sender", [...testCard, "--listen", `${near.address}:0`], { namespace: near.name });
    const receiver = start("receiver", ["--no-window", "--time-limit", "4"], {
      namespace: far.name,
      env: { SVC_INVITE: await sender.invite() },
    });
    await receiver.exits(0);
    checkAccount(summaryOf(receiver));
    checkBarcodes(summaryOf(receiver));
    assert.is((await receiver.event("connected"))["remoteAddress"], near.address);
    assert.is((await sender.event("joined"))["remoteAddress"], far.address);
    await sender.interrupt();
  }),
);

testHere(
  "makes a call between two computers, and takes it up again after the cable was out",
  between(async (start, pair) => {
    const { near, far } = pair;
    // Every address: the invite must name the one that the other computer reaches.
    const waiting = start("peer", [...testCard, "--no-window", "--listen", "0.0.0.0:0"], { namespace: near.name });
    const invite = await waiting.invite();
    assert.ok(invite.startsWith(`${near.address}:`), invite);
    const calling = start("peer", [...testCard, "--no-window"], { namespace: far.name, env: { SVC_INVITE: invite } });
    await Promise.all([waiting.event("first-picture"), calling.event("first-picture")]);
    const from = calling.events.length;
    setCable(pair, "down");
    await Promise.all([calling.event("silent", { from }), waiting.event("silent")]);
    setCable(pair, "up");
    // As long as neither end has given up the connection, it goes on; else there is a new one.
    await Promise.any([calling.event("silent", { from, where: ({ silent }) => silent === false }), calling.event("connected", { from })]);
    const shown = (event: { readonly [key: string]: unknown }): number =>
      Number((event["incoming"] as { shown?: number } | undefined)?.shown);
    for (const side of [waiting, calling]) {
      const base = await side.event("stats", { from: side.events.length });
      await side.event("stats", { from: side.events.length, where: (event) => shown(event) > shown(base) + 10 });
    }
    calling.signal("SIGINT");
    await Promise.all([calling.exits(130), waiting.exits(0)]);
    for (const side of [waiting, calling]) {
      checkAccount(summaryOf(side));
      checkBarcodes(summaryOf(side));
    }
  }),
);

test.run();
