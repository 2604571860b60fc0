// Two peers in one process, without windows: real sockets, real engines, real pictures.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { createSecret, deriveCredential, parseInvite } from "@simple-video-chat/protocol";
import { suite } from "uvu";

import { type Peer, type PeerEvents, type PeerOptions, startPeer as startOne } from "../src/peer.ts";

const test = suite("startPeer");

/** So that a test that fails leaves no engine behind. */
const started: Peer[] = [];
test.after.each(async () => {
  await Promise.all(started.splice(0).map((peer) => peer.close()));
});

async function startPeer(options: PeerOptions): Promise<Peer> {
  const peer = await startOne(options);
  started.push(peer);
  return peer;
}

const video: PeerOptions = {
  source: { kind: "testcard", widthPx: 320, heightPx: 240, frameRate: 30 },
  maxFrameRate: 30,
  bitrateBps: 1_000_000,
};
/** The computer may be busy with other tests. */
const patienceMs = 40_000;
const listening = { host: "127.0.0.1", port: 0 };

function next<K extends keyof PeerEvents>(
  peer: Peer,
  event: K,
  isIt: (value: PeerEvents[K]) => boolean = () => true,
): Promise<PeerEvents[K]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no "${event}" within ${patienceMs} ms`)), patienceMs);
    const off = peer.on(event, (value) => {
      if (!isIt(value)) return;
      clearTimeout(timer);
      off();
      resolve(value);
    });
  });
}

interface Call {
  readonly host: Peer;
  readonly caller: Peer;
}

async function call(options: Partial<PeerOptions> = {}): Promise<Call> {
  const host = await startPeer({ ...video, ...listening, name: "Anna", ...options });
  const { invite } = await next(host, "invite");
  const { host: address, port, secret } = parseInvite(invite);
  const caller = await startPeer({
    ...video,
    name: "Ben",
    ...options,
    call: { host: address, port, credential: deriveCredential(secret) },
  });
  const pictures = [next(host, "first-picture"), next(caller, "first-picture")];
  const [anna, ben] = await Promise.all([next(caller, "connected"), next(host, "connected")]);
  assert.deepEqual([anna.name, ben.name], ["Anna", "Ben"]);
  // Smaller pictures may come first, while the link is not known yet.
  for (const { widthPx, heightPx } of await Promise.all(pictures)) assert.equal(widthPx / heightPx, 4 / 3);
  return { host, caller };
}

function sumOf(counts: object): number {
  return Object.values(counts).reduce((sum: number, count: unknown) => sum + Number(count), 0);
}

/** Every picture was shown or is in one of the named drops, and those that were shown were the right ones. */
function checkSummary(name: string, peer: Peer): void {
  const { captured, shown, dropped, latencyMs } = peer.summary();
  assert.equal(captured, shown + sumOf(dropped), `${name}: ${JSON.stringify({ captured, shown, dropped })}`);
  assert.ok(shown >= 10, `${name}: only ${shown} pictures shown in a second`);
  assert.equal(peer.barcodes.mismatched, 0, name);
  assert.ok(peer.barcodes.verified > 0, name);
  assert.ok(latencyMs !== undefined && latencyMs.p50 > 0 && latencyMs.p50 < 1_000, `${name}: ${JSON.stringify(latencyMs)}`);
}

/** Resolves when this peer has shown 20 more pictures. @throws when it does not in time */
async function seesMore(peer: Peer, name: string): Promise<void> {
  const wanted = peer.summary().shown + 20;
  const untilMs = performance.now() + patienceMs;
  while (peer.summary().shown < wanted) {
    assert.ok(performance.now() < untilMs, `${name} sees nothing any more`);
    await sleep(50);
  }
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

function enginesOf({ host, caller }: Call): (number | undefined)[] {
  return [host, caller].flatMap(({ enginePids }) => [enginePids.capture, enginePids.playback]);
}

for (const closing of ["host", "caller", "both"] as const) {
  test(`carries pictures and texts both ways, and accounts for every frame when ${closing} hang${closing === "both" ? "" : "s"} up`, async () => {
    const both = await call();
    const { host, caller } = both;
    const pids = enginesOf(both);
    assert.ok(pids.every(isAlive));
    const heard = [next(host, "text"), next(caller, "text")];
    assert.deepEqual(await Promise.all([caller.sendText("hello Anna"), host.sendText("hello Ben")]), ["delivered", "delivered"]);
    assert.deepEqual(
      (await Promise.all(heard)).map(({ text }) => text),
      ["hello Anna", "hello Ben"],
    );
    await sleep(1_200);
    for (const peer of [host, caller]) assert.ok(peer.stats().incoming.fps > 5 && peer.stats().outgoing.fps > 5);
    if (closing === "both") {
      await Promise.all([host.close(), caller.close()]);
    } else {
      const [first, second] = closing === "host" ? [host, caller] : [caller, host];
      const ended = next(second, "closed");
      await first.close("bye");
      const { code, reason, by } = await ended;
      assert.deepEqual([code, reason, by], ["normal", "bye", "them"]);
      await second.close();
    }
    checkSummary("host", host);
    checkSummary("caller", caller);
    assert.deepEqual(pids.filter(isAlive), [], "an engine was left running");
    assert.equal(await host.sendText("anybody there?"), "undelivered");
  });
}

test("sends JPEG just as well, with the same exact account", async () => {
  const { host, caller } = await call({ codec: "jpeg" });
  await sleep(1_200);
  await Promise.all([host.close(), caller.close()]);
  checkSummary("host", host);
  checkSummary("caller", caller);
});

for (const engine of ["capture", "playback"] as const) {
  test(`goes on when the ${engine} engine of one end is killed, and still accounts for every frame`, async () => {
    const { host, caller } = await call();
    const pid = host.enginePids[engine];
    assert.ok(pid !== undefined);
    const trouble = next(host, "trouble");
    process.kill(pid, "SIGKILL");
    assert.equal((await trouble).isFinal, false);
    await Promise.all([seesMore(host, "the host"), seesMore(caller, "the caller")]);
    await host.close();
    await caller.close();
    checkSummary("host", host);
    checkSummary("caller", caller);
  });
}

test("can be closed at any moment: before anybody called, while it dials, and twice", async () => {
  const waiting = await startPeer({ ...video, ...listening });
  await waiting.close();
  await waiting.close();
  const secret = createSecret();
  const host = await startPeer({ ...video, ...listening, secret });
  const { port = 0 } = host.address ?? {};
  const caller = await startPeer({ ...video, call: { host: "127.0.0.1", port, credential: deriveCredential(secret) } });
  await Promise.all([caller.close(), host.close()]);
  assert.deepEqual(enginesOf({ host, caller }).filter(isAlive), []);
});

test("says no more than refused to a caller with a wrong secret", async () => {
  const host = await startPeer({ ...video, ...listening, secret: createSecret() });
  const refused = next(host, "refused");
  const caller = await startPeer({
    ...video,
    call: { host: "127.0.0.1", port: host.address?.port ?? 0, credential: deriveCredential(createSecret()) },
  });
  const { error, by } = await next(caller, "closed");
  assert.deepEqual([error?.code, by], ["refused", "them"]);
  await refused;
  await Promise.all([host.close(), caller.close()]);
});

test.run();
