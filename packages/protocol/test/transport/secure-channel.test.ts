import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import net from "node:net";
import tls from "node:tls";
import { suite } from "uvu";
import { type Credential, CredentialStore, deriveCredential } from "../../src/transport/credential.ts";
import { createSecret } from "../../src/transport/invite.ts";
import { dialSecurely } from "../../src/transport/secure-dialer.ts";
import { listenSecurely } from "../../src/transport/secure-listener.ts";
import { codeOf, drain, Place } from "./place.ts";

const test = suite("secure channel");

test("carries bytes both ways between two ends that know the secret, and gives both the same keys", async () => {
  using place = await new Place().open();
  const arrived = place.next();
  const dialer = await place.dial();
  await arrived;
  const [listener] = place.channels;
  assert.ok(listener !== undefined);
  assert.deepEqual([dialer.role, listener.role], ["dialer", "listener"]);
  assert.deepEqual([dialer.identity, listener.identity], [place.credential.identity, place.credential.identity]);
  assert.equal(listener.remoteAddress, "127.0.0.1");
  assert.deepEqual(dialer.exportKey("EXPORTER-a"), listener.exportKey("EXPORTER-a"));
  assert.notDeepEqual(dialer.exportKey("EXPORTER-a"), dialer.exportKey("EXPORTER-b"));
  const forth = new Promise((resolve) => listener.socket.once("data", resolve));
  const back = new Promise((resolve) => dialer.socket.once("data", resolve));
  dialer.socket.write("forth");
  listener.socket.write("back");
  assert.deepEqual([String(await forth), String(await back)], ["forth", "back"]);
  assert.ok(dialer.socket instanceof tls.TLSSocket);
  assert.equal(dialer.socket.getProtocol(), "TLSv1.3");
  assert.equal(dialer.socket.getCipher().name, "TLS_AES_128_GCM_SHA256");
  const gone = new Promise((resolve) => listener.socket.once("close", resolve));
  dialer.destroy();
  await gone;
});

test("refuses a wrong secret, each single wrong bit of the key, and an unknown identity, all in the same way", async () => {
  using place = await new Place().open();
  const { credential } = place;
  const wrong = Array.from({ length: 16 }, (_, at) => {
    const psk = Buffer.from(credential.psk);
    psk.writeUInt8(psk.readUInt8(at * 2) ^ (1 << (at % 8)), at * 2);
    return { identity: credential.identity, psk };
  });
  const attempts = [...wrong, deriveCredential(createSecret()), { identity: credential.identity, psk: randomBytes(32) }];
  for (const attempt of attempts) {
    const noticed = place.next();
    assert.equal(await codeOf(place.dial(attempt)), "refused");
    await noticed;
  }
  assert.equal(place.channels.length, 0);
  assert.deepEqual(new Set(place.refusals.map(({ code, detail }) => `${code} ${detail}`)).size, 1);
});

test("answers an unknown identity and a wrong key with the same bytes", async () => {
  using place = await new Place().open();
  async function answerTo(credential: Credential): Promise<Buffer> {
    // A proxy that keeps what the listener says.
    let answer: Promise<Buffer> | undefined;
    const proxy = net.createServer((near) => {
      const far = net.connect(place.port, "127.0.0.1");
      near.on("error", () => {});
      near.pipe(far).pipe(near);
      answer = drain(far);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const address = proxy.address();
    assert.ok(address !== null && typeof address !== "string");
    assert.equal(await codeOf(dialSecurely({ host: "127.0.0.1", port: address.port, credential })), "refused");
    proxy.close();
    return (await answer) ?? Buffer.alloc(0);
  }
  const unknown = await answerTo(deriveCredential(createSecret()));
  assert.ok(unknown.length > 0);
  assert.deepEqual(await answerTo({ identity: place.credential.identity, psk: randomBytes(32) }), unknown);
});

test("refuses TLS 1.2, another suite, a client without a key, and bytes that are no TLS", async () => {
  using place = await new Place().open();
  const { identity, psk } = place.credential;
  const strangers: tls.ConnectionOptions[] = [
    { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: "PSK", pskCallback: () => ({ identity, psk }) },
    { ciphers: "TLS_CHACHA20_POLY1305_SHA256", pskCallback: () => ({ identity, psk }) },
    { rejectUnauthorized: false },
  ];
  for (const options of strangers) {
    const noticed = place.next();
    await drain(tls.connect({ port: place.port, host: "127.0.0.1", checkServerIdentity: () => undefined, ...options }));
    await noticed;
  }
  for (const bytes of ["GET / HTTP/1.0\r\n\r\n", randomBytes(600), Buffer.alloc(600)]) {
    const noticed = place.next();
    const socket = net.connect(place.port, "127.0.0.1");
    socket.write(bytes);
    await drain(socket);
    await noticed;
  }
  assert.equal(place.channels.length, 0);
  assert.deepEqual(new Set(place.refusals.map(({ code }) => code)), new Set(["not-authenticated"]));
});

test("does not let a ticket of an earlier connection stand in for the secret", async () => {
  using place = await new Place().open();
  const { identity, psk } = place.credential;
  const options = { port: place.port, host: "127.0.0.1", checkServerIdentity: () => undefined, rejectUnauthorized: false };
  const first = tls.connect({ ...options, ciphers: "TLS_AES_128_GCM_SHA256", pskCallback: () => ({ identity, psk }) });
  const session = await new Promise<Buffer>((resolve) => first.once("session", resolve));
  first.destroy();
  const refused = place.next();
  await drain(tls.connect({ ...options, session }));
  await refused;
  assert.equal(place.channels.length, 1);
});

test("a flood from another address is turned away, told once, and keeps nobody else out", async () => {
  using place = await new Place().open();
  const flood = Array.from({ length: 100 }, () => net.connect({ port: place.port, host: "127.0.0.1", localAddress: "127.0.0.2" }));
  await Promise.race(flood.map(drain));
  const arrived = place.next();
  const dialer = await place.dial();
  await arrived;
  dialer.destroy();
  for (const socket of flood) socket.destroy();
  assert.equal(place.channels.length, 1);
  const turnedAway = place.refusals.filter(({ code }) => code === "crowded" || code === "too-fast");
  assert.equal(turnedAway.length, 1, JSON.stringify(place.refusals));
});

test("refuses who says too much before it is authenticated", async () => {
  using place = await new Place().open();
  const noticed = place.next();
  const client = tls.connect({
    port: place.port,
    host: "127.0.0.1",
    minVersion: "TLSv1.3",
    ciphers: "TLS_AES_128_GCM_SHA256",
    // Many protocols make a long first message; the secret would be right.
    ALPNProtocols: Array.from({ length: 200 }, (_, index) => `${index}`.padStart(200, "x")),
    pskCallback: () => ({ identity: place.credential.identity, psk: place.credential.psk }),
    checkServerIdentity: () => undefined,
  });
  client.on("error", () => {});
  await noticed;
  client.destroy();
  assert.deepEqual(
    place.refusals.map(({ code }) => code),
    ["not-authenticated"],
  );
  assert.equal(place.channels.length, 0);
});

test("cuts who does not authenticate in time, and who comes when too many are at it", async () => {
  using place = await new Place().open({ timeoutMs: 100, maxPending: 2 });
  const noticed = [place.next(), place.next(), place.next()];
  const idle = Array.from({ length: 3 }, () => net.connect(place.port, "127.0.0.1"));
  await Promise.all([...noticed, ...idle.map(drain)]);
  assert.deepEqual(place.refusals.map(({ code }) => code).toSorted(), ["crowded", "timeout", "timeout"]);
  const arrived = place.next();
  const dialer = await place.dial();
  await arrived;
  dialer.destroy();
  assert.equal(place.channels.length, 1);
});

test("destroys the channel when a record was changed on the way", async () => {
  using place = await new Place().open();
  let flip = false;
  const proxy = net.createServer((near) => {
    const far = net.connect(place.port, "127.0.0.1");
    for (const socket of [near, far]) socket.on("error", () => {});
    near.on("data", (chunk: Buffer) => {
      if (flip) chunk.writeUInt8(chunk.readUInt8(chunk.length - 1) ^ 1, chunk.length - 1);
      far.write(chunk);
    });
    far.pipe(near);
    near.on("close", () => far.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  assert.ok(address !== null && typeof address !== "string");
  const arrived = place.next();
  const dialer = await dialSecurely({ host: "127.0.0.1", port: address.port, credential: place.credential });
  await arrived;
  let delivered = 0;
  place.channels[0]?.socket.on("data", () => (delivered += 1));
  const bothGone = Promise.all([dialer, ...place.channels].map(({ socket }) => new Promise((resolve) => socket.once("close", resolve))));
  flip = true;
  dialer.socket.write("a word");
  await bothGone;
  proxy.close();
  assert.equal(delivered, 0);
});

test("tells apart nobody there, an unknown name, a silent host and a caller that gave up", async () => {
  using place = await new Place().open();
  const { credential } = place;
  const empty = net.createServer();
  await new Promise<void>((resolve) => empty.listen(0, "127.0.0.1", resolve));
  const address = empty.address();
  assert.ok(address !== null && typeof address !== "string");
  assert.equal(await codeOf(dialSecurely({ host: "127.0.0.1", port: address.port, credential, timeoutMs: 50 })), "timeout");
  empty.close();
  assert.equal(await codeOf(dialSecurely({ host: "127.0.0.1", port: address.port, credential })), "unreachable");
  assert.equal(await codeOf(dialSecurely({ host: "no-such-host.invalid", port: 1, credential })), "host-not-found");
  assert.equal(await codeOf(place.dial(credential, place.port, AbortSignal.abort())), "aborted");
  const aborter = new AbortController();
  const dialing = place.dial(credential, place.port, aborter.signal);
  aborter.abort();
  assert.equal(await codeOf(dialing), "aborted");
});

test("says why it cannot listen", async () => {
  using place = await new Place().open();
  const options = { credentials: new CredentialStore(), onChannel: (): void => {} };
  assert.equal(await codeOf(listenSecurely({ host: "127.0.0.1", port: place.port, ...options })), "address-in-use");
  assert.equal(await codeOf(listenSecurely({ host: "192.0.2.1", port: 0, ...options })), "address-not-available");
  assert.equal(await codeOf(listenSecurely({ host: "no-such-host.invalid", port: 0, ...options })), "host-not-found");
});

test.run();
