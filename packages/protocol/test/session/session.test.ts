import assert from "node:assert/strict";
import { suite } from "uvu";
import type { EncodedPacket } from "../../src/media/packet.ts";
import { PacketAssembler } from "../../src/media/packet-assembler.ts";
import { nowUs } from "../../src/time/clock.ts";
import { deriveCredential } from "../../src/transport/credential.ts";
import { createSecret } from "../../src/transport/invite.ts";
import { FaultProxy } from "../../src/testing/fault-proxy.ts";
import { Host, next, proxyTo } from "./call.ts";

const test = suite("Session");

function packetOf(frame: number, bytes: number): EncodedPacket {
  const data = new Uint8Array(bytes).fill(frame);
  return { track: 1, frame, keyframe: frame === 1, captureUs: nowUs(), encodeStartUs: 1, encodedUs: 2, sentUs: 0, data };
}

test("becomes live at both ends, knows the other one, its clock and the same exported key", async () => {
  await using host = await new Host().listen();
  const { dialer, listener } = await host.call();
  assert.equal(dialer.status, "live");
  assert.equal(listener.status, "live");
  assert.deepEqual(dialer.exportKey("EXPORTER-test"), listener.exportKey("EXPORTER-test"));
  await new Promise((resolve) => setTimeout(resolve, 60));
  for (const session of [dialer, listener]) {
    const { clock } = session;
    assert.ok(clock !== undefined && Math.abs(clock.offsetUs) <= clock.errorUs, "the same clock, within the error bound");
  }
});

test("carries video whole and in order, and messages about it in their place", async () => {
  await using host = await new Host().listen();
  const { dialer, listener } = await host.call();
  const assembler = new PacketAssembler();
  const seen: string[] = [];
  const sentUs: number[] = [];
  let bytes = 0;
  const done = new Promise<void>((resolve) =>
    dialer.on("message", (message) => {
      if (message.type !== "video") {
        seen.push(message.type);
        if (message.type === "account") resolve();
        return;
      }
      bytes += 40 + message.data.byteLength;
      const packet = assembler.push(message);
      if (packet === undefined) return;
      seen.push(`frame ${packet.frame}, ${packet.data.byteLength} bytes`);
      sentUs.push(packet.sentUs);
      assert.ok(packet.data.every((byte) => byte === packet.frame));
    }),
  );
  listener.send({ type: "track", track: 1, codec: "h264", barcode: false, widthPx: 640, heightPx: 480, frameRate: 30 });
  const sent = listener.sendVideo(packetOf(1, 1_000_000)) + listener.sendVideo(packetOf(2, 5_000));
  listener.send({
    type: "account",
    track: 1,
    final: true,
    firstFrame: 1,
    lastFrame: 2,
    notEncoded: 0,
    encoderDropped: 0,
    notSent: 0,
    sent: 2,
  });
  await done;
  assert.deepEqual(seen, ["track", "frame 1, 1000000 bytes", "frame 2, 5000 bytes", "account"]);
  assert.equal(bytes, sent);
  assert.ok(
    sentUs.every((us) => us > 0),
    "the time of sending is filled in",
  );
});

test("tells both ends who closed it and why", async () => {
  await using host = await new Host().listen();
  const { dialer, listener } = await host.call();
  const heard = next(listener, "closed");
  const said = next(dialer, "closed");
  await dialer.close("time-limit", "ten seconds are over");
  assert.deepEqual({ ...(await heard) }, { code: "time-limit", reason: "ten seconds are over", by: "them", error: undefined });
  assert.equal((await said).by, "us");
  assert.equal(host.listener.sessions.size, 0);
});

test("refuses a wrong secret for good, even when it waits for the listener", async () => {
  await using host = await new Host().listen();
  const dialer = host.dial({ credential: deriveCredential(createSecret()), waitForListener: true });
  const closed = await next(dialer, "closed");
  assert.equal(closed.code, "refused");
  assert.equal(closed.error?.code, "refused");
  assert.deepEqual(
    host.refusals.map(({ code }) => code),
    ["not-authenticated"],
  );
});

test("fails at once when nobody listens, or keeps dialing until somebody does", async () => {
  await using host = await new Host().listen();
  const { port } = host.listener;
  await host.listener.close();
  const closed = await next(host.dial({ port }), "closed");
  assert.deepEqual([closed.by, closed.error?.code], ["loss", "unreachable"]);
  const patient = host.dial({ port, waitForListener: true });
  assert.equal((await next(patient, "attempt")).error.code, "unreachable");
  assert.equal(patient.status, "connecting");
  const live = next(patient, "live");
  await host.listen({ port });
  assert.equal((await live).resumed, false);
});

test("resumes after a cut: the same session, every text exactly once and in order", async () => {
  await using host = await new Host("single").listen();
  using proxy = await proxyTo(host);
  const { dialer, listener } = await host.call({ port: proxy.port });
  const back: string[] = [];
  dialer.on("text", ({ text }) => back.push(text));
  const fates: Promise<string>[] = [];
  for (let round = 0; round < 5; round++) {
    const lost = Promise.all([next(dialer, "reconnecting"), next(listener, "reconnecting")]);
    const live = Promise.all([next(dialer, "live"), next(listener, "live")]);
    fates.push(dialer.sendText(`${round} before`), listener.sendText(`${round} before`));
    proxy.reset();
    fates.push(dialer.sendText(`${round} cut`), listener.sendText(`${round} cut`));
    await lost;
    assert.equal(dialer.status, "reconnecting");
    fates.push(dialer.sendText(`${round} after`), listener.sendText(`${round} after`));
    assert.deepEqual(
      (await live).map(({ resumed }) => resumed),
      [true, true],
    );
  }
  assert.deepEqual(new Set(await Promise.all(fates)), new Set(["delivered"]));
  const expected = [0, 1, 2, 3, 4].flatMap((round) => [`${round} before`, `${round} cut`, `${round} after`]);
  assert.deepEqual(host.texts, expected);
  assert.deepEqual(back, expected);
  assert.equal(host.sessions.length, 1);
  assert.equal(dialer.stats().reconnects, 5);
});

test("counts the bytes of connections that were lost before they were open, too", async () => {
  await using host = await new Host().listen();
  // The first connection stands until it is reset; the next ones are cut within the opening, ever later, until one stands.
  let cutAfterBytes = Number.POSITIVE_INFINITY;
  using proxy = await FaultProxy.start({
    targetPort: () => {
      proxy.set({ cutAfterBytes }, "back");
      return host.listener.port;
    },
  });
  const { dialer, listener } = await host.call({ port: proxy.port });
  const sums: number[][] = [[], []];
  const looking = setInterval(() => {
    [dialer, listener].forEach((session, end) => {
      const { bytesIn, bytesOut } = session.stats();
      sums[end]?.push(bytesIn, bytesOut);
    });
  }, 1);
  cutAfterBytes = 300;
  proxy.reset();
  await next(dialer, "reconnecting");
  const live = new Promise((resolve) => dialer.on("live", resolve));
  const later = setInterval(() => (cutAfterBytes += 40), 60);
  await live;
  clearInterval(looking);
  clearInterval(later);
  assert.ok(proxy.connections > 3, `${proxy.connections} connections`);
  for (const seen of sums) {
    for (let at = 2; at < seen.length; at++) assert.ok((seen[at] ?? 0) >= (seen[at - 2] ?? 0), `${seen[at - 2]} bytes became ${seen[at]}`);
  }
});

test("notices a network that swallows everything, at both ends, and is live again when it heals", async () => {
  await using host = await new Host().listen();
  using proxy = await proxyTo(host);
  const { dialer, listener } = await host.call({ port: proxy.port });
  const silent = Promise.all([next(dialer, "silent"), next(listener, "silent")]);
  const lost = Promise.all([next(dialer, "reconnecting"), next(listener, "reconnecting")]);
  proxy.stall();
  assert.deepEqual(
    (await silent).map((event) => event.silent),
    [true, true],
  );
  await lost;
  const live = next(dialer, "live");
  proxy.release();
  assert.equal((await live).resumed, true);
});

test("lets the returning end take its place although the old connection seems alive", async () => {
  await using host = await new Host().listen({ timing: {} });
  using proxy = await proxyTo(host);
  const { dialer, listener } = await host.call({ port: proxy.port });
  const live = Promise.all([next(dialer, "live"), next(listener, "live")]);
  proxy.strand();
  await next(dialer, "reconnecting");
  assert.equal(listener.status, "live");
  assert.deepEqual(
    (await live).map(({ resumed }) => resumed),
    [true, true],
  );
});

test("takes the same session up again after an end has cut the connection", async () => {
  await using host = await new Host("single").listen();
  const { dialer, listener } = await host.call();
  const lost = Promise.all([next(dialer, "reconnecting"), next(listener, "reconnecting")]);
  const live = Promise.all([next(dialer, "live"), next(listener, "live")]);
  listener.cut("it takes nothing");
  assert.deepEqual(
    (await lost).map(({ cause }) => cause),
    ["the other end is gone", "it takes nothing"],
  );
  listener.cut("there is no connection now");
  assert.deepEqual(
    (await live).map(({ resumed }) => resumed),
    [true, true],
  );
});

test("begins anew with a listener that was restarted, and reports texts that it cannot know to have arrived", async () => {
  await using host = await new Host().listen();
  using proxy = await proxyTo(host);
  const { dialer } = await host.call({ port: proxy.port });
  proxy.stall();
  const unsure = dialer.sendText("sent into the void");
  await next(dialer, "reconnecting");
  await host.listener.close();
  await host.listen();
  const unsent = dialer.sendText("not sent yet");
  const live = next(dialer, "live");
  proxy.release();
  proxy.reset();
  assert.equal((await live).resumed, false);
  assert.equal(await unsure, "undelivered");
  assert.equal(await unsent, "delivered");
  assert.deepEqual(host.texts, ["not sent yet"]);
});

test("comes back to a listener that says it is going away, and not to one that says it is over", async () => {
  await using host = await new Host().listen();
  const { dialer } = await host.call();
  const { port } = host.listener;
  const lost = next(dialer, "reconnecting");
  await host.listener.close("going-away");
  await lost;
  const live = next(dialer, "live");
  await host.listen({ port });
  await live;
  const closed = next(dialer, "closed");
  await host.listener.close("normal");
  assert.equal((await closed).code, "normal");
});

test("gives a single-use secret to one of two that race for it", async () => {
  await using host = await new Host("single").listen();
  const fates = await Promise.all(
    [host.dial(), host.dial()].map((session) =>
      Promise.race([next(session, "live").then(() => "live"), next(session, "closed").then(({ code }) => code)]),
    ),
  );
  assert.deepEqual(fates.toSorted(), ["live", "refused"]);
  const late = await next(host.dial(), "closed");
  assert.equal(late.code, "refused");
  assert.equal(host.sessions.length, 1);
});

test("revokes: the session ends and its own secret opens nothing any more", async () => {
  await using host = await new Host().listen();
  const { dialer } = await host.call();
  host.store.revoke(host.credential.identity);
  const closed = next(dialer, "closed");
  assert.equal(host.listener.revoke(host.credential.identity), 1);
  assert.equal((await closed).code, "revoked");
  assert.equal((await next(host.dial(), "closed")).code, "refused");
});

test("says busy when all places are taken, but lets a new one have the place of one that is gone", async () => {
  await using host = await new Host().listen({ maxSessions: 1 });
  using proxy = await proxyTo(host);
  const { dialer, listener } = await host.call({ port: proxy.port });
  assert.equal((await next(host.dial(), "closed")).code, "busy");
  const lost = next(listener, "reconnecting");
  proxy.stall();
  await Promise.all([lost, next(dialer, "reconnecting")]);
  await host.call();
  assert.equal(listener.status, "closed");
});

test("reports texts undelivered when the session ends, and after a long outage", async () => {
  await using host = await new Host().listen();
  using proxy = await proxyTo(host);
  const { dialer } = await host.call({
    port: proxy.port,
    timing: { deadAfterMs: 100, silentAfterMs: 50, heartbeatMs: 20, textMs: 30, connectMs: 100 },
  });
  proxy.stall();
  assert.equal(await dialer.sendText("into the void"), "undelivered");
  assert.equal(await dialer.sendText("too late to wait"), "undelivered");
  await dialer.close();
  assert.equal(await dialer.sendText("after the end"), "undelivered");
});

test.run();
