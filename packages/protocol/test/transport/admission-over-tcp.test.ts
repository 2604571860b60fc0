// Who may begin a handshake, over real connections of several addresses: each limit is met by one that comes too often or fails, and nobody else
// notices. The arithmetic of the same limits: admission.test.ts.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import net from "node:net";
import { suite } from "uvu";
import { maxAuthFailures, maxConnectBurstPerAddress, maxPendingPerAddress } from "../../src/limits.ts";
import { FaultProxy } from "../../src/testing/fault-proxy.ts";
import { type Credential, deriveCredential } from "../../src/transport/credential.ts";
import { createSecret } from "../../src/transport/invite.ts";
import { codeOf, drain, Place } from "./place.ts";

const test = suite("admission over TCP");

/** A way to the place from another address than this computer's own, which has no such limits. */
function from(address: string, place: Place): Promise<FaultProxy> {
  return FaultProxy.start({ targetPort: place.port, localAddress: address });
}

/** Dials, and waits until the listener knows what became of it. */
async function dial(place: Place, port: number, credential?: Credential): Promise<string> {
  const settled = place.next();
  const code = await codeOf(place.dial(credential, port));
  await settled;
  return code;
}

test("lets a burst of one address in, then turns it away, and lets another one in", async () => {
  using place = await new Place().open();
  using hasty = await from("127.0.0.21", place);
  using other = await from("127.0.0.22", place);
  const codes: string[] = [];
  for (let at = 0; at < maxConnectBurstPerAddress; at++) codes.push(await dial(place, hasty.port));
  assert.deepEqual(new Set(codes), new Set(["none"]));
  // While these were made some have become due again, five a second: not so many as are tried now at once.
  const sockets = Array.from({ length: 5 * maxConnectBurstPerAddress }, () =>
    net.connect({ port: place.port, host: "127.0.0.1", localAddress: "127.0.0.21" }),
  );
  await Promise.all(sockets.slice(-10).map(drain));
  assert.ok(
    place.refusals.some(({ remoteAddress, code }) => remoteAddress === "127.0.0.21" && (code === "too-fast" || code === "crowded")),
    JSON.stringify(place.refusals),
  );
  assert.equal(await codeOf(place.dial(undefined, other.port)), "none");
  for (const socket of sockets) socket.destroy();
});

test("hears so many of one address at a time that have proved nothing yet, and others besides", async () => {
  using place = await new Place().open();
  using other = await from("127.0.0.32", place);
  const idle = Array.from({ length: maxPendingPerAddress }, () =>
    net.connect({ port: place.port, host: "127.0.0.1", localAddress: "127.0.0.31" }),
  );
  await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
  const noticed = place.next();
  await drain(net.connect({ port: place.port, host: "127.0.0.1", localAddress: "127.0.0.31" }));
  await noticed;
  assert.deepEqual(
    place.refusals.map(({ remoteAddress, code }) => [remoteAddress, code]),
    [["127.0.0.31", "crowded"]],
  );
  assert.equal(await codeOf(place.dial(undefined, other.port)), "none");
  for (const socket of idle) socket.destroy();
});

test("hears no more of an address that has failed too often, though it then has the secret, and tells it no more than before", async () => {
  using place = await new Place().open();
  using guessing = await from("127.0.0.41", place);
  using other = await from("127.0.0.42", place);
  for (let at = 0; at < maxAuthFailures; at++) assert.equal(await dial(place, guessing.port, deriveCredential(createSecret())), "refused");
  const code = await dial(place, guessing.port);
  assert.notEqual(code, "none");
  assert.deepEqual(
    place.refusals.map((refusal) => refusal.code),
    [...Array.from({ length: maxAuthFailures }, () => "not-authenticated"), "blocked"],
  );
  assert.equal(place.channels.length, 0);
  assert.equal(await codeOf(place.dial(undefined, other.port)), "none");
});

test("keeps hundreds of connections of a flood waiting while it is busy, and nobody's is dropped", async () => {
  using place = await new Place().open();
  const most = Number(readFileSync("/proc/sys/net/core/somaxconn", "utf8"));
  const wanted = Math.min(800, most);
  const program = `
    const net = require("node:net");
    let connected = 0;
    const end = () => { console.log(connected); process.exit(); };
    setTimeout(end, 20_000);
    for (let at = 0; at < ${wanted}; at++)
      net.connect({ port: ${place.port}, host: "127.0.0.1", localAddress: "127.0.0.51" }).on("error", () => {})
        .on("connect", () => { if (++connected === ${wanted}) end(); });`;
  // This process accepts nothing meanwhile. One that was dropped would be tried again after a second, and be dropped again.
  const connected = Number(execFileSync(process.execPath, ["-e", program], { encoding: "utf8" }));
  assert.equal(connected, wanted);
  assert.equal(await codeOf(place.dial()), "none");
});

test.run();
