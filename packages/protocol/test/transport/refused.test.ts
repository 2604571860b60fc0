// Who is refused, each by the channel itself: those without the secret, those who repeat, mirror, turn round or strip what others said, and those
// who sit in the middle. The counts are those of the default run; FULL=1 makes them 1,000 proxies and 10,000 offsets.
// @timeout 300
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { suite } from "uvu";
import { type Credential, deriveCredential } from "../../src/transport/credential.ts";
import { createSecret } from "../../src/transport/invite.ts";
import type { SecureChannel } from "../../src/transport/secure-channel.ts";
import { dialSecurely } from "../../src/transport/secure-dialer.ts";
import { codeOf, drain, Place, proxyTo, TcpServer } from "./place.ts";

const test = suite("refused");
const full = process.env["FULL"] === "1";
const proxies = full ? 1_000 : 200;
const offsets = full ? 10_000 : 400;
/** How long an end may wait for the rest of what was changed on the way, ms. */
const waitingMs = 500;
const ours = { minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" } as const;

/** A certificate for 127.0.0.1 that an authority has signed, and the authority's own. */
function certificates(folder: string): {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly authority: Buffer;
  readonly selfSigned: Buffer;
} {
  const run = (...args: readonly string[]): unknown => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  run("req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.pem", "-days", "1", "-subj", "/CN=An authority");
  run("req", ...newKey, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1");
  run(
    "x509",
    "-req",
    "-in",
    "request.pem",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-days",
    "1",
    "-copy_extensions",
    "copy",
    "-out",
    "cert.pem",
  );
  run(
    "req",
    "-x509",
    "-key",
    "key.pem",
    "-out",
    "self.pem",
    "-days",
    "1",
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=IP:127.0.0.1",
  );
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  return { key: read("key.pem"), cert: read("cert.pem"), authority: read("ca.pem"), selfSigned: read("self.pem") };
}

/** The TLS server of somebody else, which counts who got through its handshake. */
async function impostor(options: tls.TlsOptions): Promise<{ readonly port: number; readonly through: () => number } & Disposable> {
  let through = 0;
  const server = tls.createServer(options, (socket) => {
    through++;
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address !== "string");
  return { port: address.port, through: () => through, [Symbol.dispose]: () => void server.close() };
}

test("a server with a certificate, self-signed or of an authority that this machine trusts", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svc-certificate-"));
  const { key, cert, authority, selfSigned } = certificates(folder);
  rmSync(folder, { recursive: true });
  using place = await new Place().open();
  const { rootCertificates } = tls;
  for (const shown of [selfSigned, cert]) {
    using server = await impostor({ key, cert: shown });
    assert.equal(await codeOf(place.dial(place.credential, server.port)), "refused");
    // To whoever trusts the authority the certificate is good: it is our end that does not ask for one.
    const trusting = tls.connect({
      port: server.port,
      host: "127.0.0.1",
      ca: [...rootCertificates, authority.toString(), selfSigned.toString()],
    });
    await new Promise((resolve, reject) => trusting.once("secureConnect", resolve).once("error", reject));
    trusting.destroy();
  }
});

test("a server with a certificate, when the user's environment tells Node to believe every certificate", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svc-certificate-"));
  const { key, selfSigned } = certificates(folder);
  rmSync(folder, { recursive: true });
  const { NODE_TLS_REJECT_UNAUTHORIZED: before } = process.env;
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  try {
    using server = await impostor({ key, cert: selfSigned });
    assert.equal(
      await codeOf(dialSecurely({ host: "127.0.0.1", port: server.port, credential: deriveCredential(createSecret()) })),
      "refused",
    );
  } finally {
    if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
  }
});

test("a client with a certificate", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svc-certificate-"));
  const { key, cert } = certificates(folder);
  rmSync(folder, { recursive: true });
  using place = await new Place().open();
  const noticed = place.next();
  await drain(tls.connect({ port: place.port, host: "127.0.0.1", key, cert, rejectUnauthorized: false }));
  await noticed;
  assert.equal(place.channels.length, 0);
});

test("each single bit of the key wrong, all 256 of them", async () => {
  using place = await new Place().open();
  const { identity, psk } = place.credential;
  for (let bit = 0; bit < psk.length * 8; bit++) {
    const wrong = Buffer.from(psk);
    wrong.writeUInt8(wrong.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    assert.equal(await codeOf(place.dial({ identity, psk: wrong })), "refused", `bit ${bit}`);
  }
  assert.equal(place.channels.length, 0);
});

test("a server of TLS 1.2, of another suite, or with another key", async () => {
  using place = await new Place().open();
  const { psk } = place.credential;
  const servers: tls.TlsOptions[] = [
    { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: "PSK", pskCallback: () => psk },
    { minVersion: "TLSv1.3", ciphers: "TLS_CHACHA20_POLY1305_SHA256", pskCallback: () => psk },
    { minVersion: "TLSv1.3", ciphers: "TLS_AES_256_GCM_SHA384", pskCallback: () => psk },
    { ...ours, pskCallback: () => randomBytes(32) },
  ];
  for (const options of servers) {
    using server = await impostor(options);
    assert.equal(await codeOf(place.dial(place.credential, server.port)), "refused");
    assert.equal(server.through(), 0);
  }
});

/** A channel through a proxy that records, both ends of it, and what the dialer said in clear and encrypted. */
async function recordedCall(place: Place): Promise<{ readonly said: Buffer[]; readonly heard: Buffer[] }> {
  const said: Buffer[] = [];
  const heard: Buffer[] = [];
  using proxy = proxyTo(
    () => place.port,
    (chunk, direction) => {
      (direction === "to-listener" ? said : heard).push(Buffer.from(chunk));
      return chunk;
    },
  );
  const arrived = place.next();
  const dialer = await place.dial(place.credential, await proxy.listen());
  await arrived;
  const listener = place.channels.at(-1);
  assert.ok(listener !== undefined);
  const got = new Promise((resolve) => listener.socket.once("data", resolve));
  dialer.socket.write("a word");
  await got;
  const gone = new Promise((resolve) => listener.socket.once("close", resolve));
  dialer.destroy();
  await gone;
  return { said, heard };
}

test("a recorded session that is played again", async () => {
  using place = await new Place().open();
  const { said } = await recordedCall(place);
  const before = place.channels.length;
  for (const pieces of [said, [Buffer.concat(said)], said.slice(1), said.toReversed()]) {
    const noticed = place.next();
    const socket = net.connect(place.port, "127.0.0.1");
    for (const piece of pieces) socket.write(piece);
    socket.end();
    await drain(socket);
    await noticed;
  }
  assert.equal(place.channels.length, before, "nobody was let in by what another one said");
});

test("a recorded server that is played to a new dialer", async () => {
  using place = await new Place().open();
  const { heard } = await recordedCall(place);
  using player = new TcpServer((socket) => socket.once("data", () => socket.end(Buffer.concat(heard))));
  assert.equal(await codeOf(place.dial(place.credential, await player.listen())), "refused");
});

test("a record that is sent twice, or our own that come back", async () => {
  for (const what of ["twice", "reflected"] as const) {
    using place = await new Place().open();
    let isOpen = false;
    let toDialer: net.Socket | undefined;
    using proxy: TcpServer = new TcpServer((near) => {
      toDialer = near;
      const far = proxy.track(net.connect(place.port, "127.0.0.1"));
      near.on("data", (chunk: Buffer) => {
        if (isOpen && what === "reflected") return void toDialer?.write(chunk);
        far.write(isOpen ? Buffer.concat([chunk, chunk]) : chunk);
      });
      far.on("data", (chunk: Buffer) => near.write(chunk));
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
    });
    const arrived = place.next();
    const dialer = await place.dial(place.credential, await proxy.listen());
    await arrived;
    const [listener] = place.channels;
    assert.ok(listener !== undefined);
    const delivered: string[] = [];
    for (const { socket } of [dialer, listener]) socket.on("data", (chunk) => delivered.push(String(chunk)));
    const gone = Promise.all([dialer, listener].map(({ socket }) => new Promise((resolve) => socket.once("close", resolve))));
    isOpen = true;
    dialer.socket.write("a word");
    await gone;
    assert.deepEqual(delivered, what === "twice" ? ["a word"] : []);
  }
});

test("roles turned round: who was called cannot pass the dialer's proof on as its own", async () => {
  // Two listeners with the same secret, and one in the middle that joins them: each waits for a ClientHello, and none comes of it.
  using place = await new Place().open({ timeoutMs: 300 });
  const noticed = [place.next(), place.next()];
  const [one, other] = [net.connect(place.port, "127.0.0.1"), net.connect(place.port, "127.0.0.1")];
  one.pipe(other);
  other.pipe(one);
  await Promise.all([drain(one), drain(other), ...noticed]);
  // Two dialers with the same secret, joined: each gets a ClientHello for an answer.
  const waiting: net.Socket[] = [];
  using joiner = new TcpServer((socket) => {
    const partner = waiting.pop();
    if (partner === undefined) return void waiting.push(socket);
    socket.pipe(partner);
    partner.pipe(socket);
  });
  const port = await joiner.listen();
  const fates = await Promise.all([codeOf(place.dial(place.credential, port)), codeOf(place.dial(place.credential, port))]);
  assert.ok(!fates.includes("none"), fates.join());
  assert.equal(place.channels.length, 0);
});

test(`a proxy in the middle that ends both handshakes itself, 0 of ${proxies}`, async () => {
  using place = await new Place().open();
  let through = 0;
  // It has everything but the secret: the identity that is sent in clear, and a key of its own.
  const server = tls.createServer({ ...ours, pskCallback: () => randomBytes(32) }, (near) => {
    through++;
    near.destroy();
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address !== "string");
  const guess = (): Credential => ({ identity: place.credential.identity, psk: randomBytes(32) });
  for (let done = 0; done < proxies; done += 8) {
    const fates: readonly string[] = await Promise.all(
      Array.from({ length: 8 }, (_, at) => codeOf(at % 2 === 0 ? place.dial(place.credential, address.port) : place.dial(guess()))),
    );
    assert.deepEqual(new Set(fates), new Set(["refused"]));
  }
  server.close();
  assert.deepEqual([through, place.channels.length], [0, 0]);
});

test(`one bit changed on the way, at each of ${offsets} offsets: nothing that was changed is delivered`, async () => {
  // A length that was changed makes an end wait for what never comes.
  using place = await new Place().open({ timeoutMs: waitingMs });
  const word = randomBytes(1_500);
  let [connections, altered, whole] = [0, 0, 0];
  for (let round = 0; round < offsets; round++) {
    // Both directions, from the first byte of the handshake into the data.
    const direction = round % 2 === 0 ? "to-listener" : "to-dialer";
    const offset = Math.floor((round / offsets) * 2_000);
    let passed = 0;
    using proxy = proxyTo(
      () => place.port,
      (chunk, way) => {
        const at = offset - passed;
        if (way !== direction) return chunk;
        passed += chunk.length;
        if (at >= 0 && at < chunk.length) chunk.writeUInt8(chunk.readUInt8(at) ^ (1 << (round & 7)), at);
        return chunk;
      },
    );
    const arrived = place.next();
    const dialer = await place.dial(place.credential, await proxy.listen(), AbortSignal.timeout(waitingMs)).catch(() => undefined);
    connections++;
    await arrived;
    const listener = dialer && place.channels.at(-1);
    if (dialer === undefined || listener === undefined) continue;
    const received = await Promise.all([exchange(dialer, listener, word), exchange(listener, dialer, word)]);
    for (const bytes of received) {
      if (bytes.equals(word)) whole++;
      else if (bytes.length > 0 && !word.subarray(0, bytes.length).equals(bytes)) altered++;
    }
    dialer.destroy();
    listener.destroy();
  }
  assert.equal(connections, offsets);
  assert.equal(altered, 0);
  assert.ok(whole > 0, "some went through before the bit was changed");
});

/** What the other end gets of these bytes until it has all or the channel is gone. */
function exchange(from: SecureChannel, to: SecureChannel, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const done = (): void => resolve(Buffer.concat(chunks));
    to.socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (Buffer.concat(chunks).length >= bytes.length) done();
    });
    to.socket.once("close", done);
    setTimeout(done, waitingMs);
    if (to.socket.destroyed) done();
    from.socket.write(bytes);
  });
}

test("an identity that is not known, with any key", async () => {
  using place = await new Place().open();
  assert.equal(await codeOf(place.dial(deriveCredential(createSecret()))), "refused");
});

test.run();
