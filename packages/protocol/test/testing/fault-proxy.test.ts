// The proxy that makes a network's faults: what passes is what was sent, and each fault does what its name says.
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import { FaultProxy, type FaultProxyOptions } from "../../src/testing/fault-proxy.ts";
import { resetSocket } from "../../src/testing/fault-way.ts";
import { randomNumbers } from "../../src/testing/random-numbers.ts";

const test = suite("FaultProxy");

/** Both ends of a connection by way of a proxy, and what each has received. */
interface Line {
  readonly proxy: FaultProxy;
  readonly near: net.Socket;
  readonly far: net.Socket;
  readonly received: { readonly near: Buffer[]; readonly far: Buffer[] };
  readonly errors: string[];
}

async function onLine(options: Omit<FaultProxyOptions, "targetPort">, body: (line: Line) => Promise<void>): Promise<void> {
  const server = net.createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const proxy = await FaultProxy.start({ targetPort: port, random: randomNumbers(7), ...options });
  const accepted = once(server, "connection");
  const near = net.connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
  const [far] = (await accepted) as [net.Socket];
  const received = { near: [] as Buffer[], far: [] as Buffer[] };
  const errors: string[] = [];
  for (const [name, socket] of [
    ["near", near],
    ["far", far],
  ] as const) {
    socket.on("data", (data: Buffer) => received[name].push(data));
    socket.on("error", (error: NodeJS.ErrnoException) => errors.push(`${name} ${error.code}`));
  }
  try {
    await body({ proxy, near, far, received, errors });
  } finally {
    proxy.close();
    near.destroy();
    far.destroy();
    server.close();
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1_000) throw new Error("not within 5 s");
    await sleep(5);
  }
}

/** Unlike `once`, an error before it is none. */
const closeOf = (socket: net.Socket): Promise<void> => new Promise((resolve) => socket.once("close", () => resolve()));
const bytesOf = (chunks: readonly Buffer[]): number => chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
const sample = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 31) % 251));

test("passes on everything, in order, both ways, whatever the delay, the jitter and the pieces; and then the end", async () => {
  const faults = { delayMs: 5, jitterMs: 10, sliceBytes: 700 };
  await onLine({ faults }, async ({ near, far, received }) => {
    const [forth, back] = [sample(60_000), sample(40_000)];
    const ends = Promise.all([once(near, "end"), once(far, "end")]);
    near.end(forth);
    far.end(back);
    await ends;
    assert.ok(Buffer.concat(received.far).equals(forth));
    assert.ok(Buffer.concat(received.near).equals(back));
  });
});

test("delays by what it is told", async () => {
  await onLine({ faults: { delayMs: 60 } }, async ({ near, far }) => {
    const sentMs = performance.now();
    near.write("x");
    await once(far, "data");
    const tookMs = performance.now() - sentMs;
    assert.ok(tookMs >= 59, `${tookMs} ms`);
  });
});

test("lets pass what the rate allows, evenly", async () => {
  await onLine({ faults: { rateBps: 800_000 } }, async ({ near, received }) => {
    const startMs = performance.now();
    near.write(sample(30_000));
    await until(() => bytesOf(received.far) >= 5_000);
    const firstMs = performance.now() - startMs;
    assert.ok(bytesOf(received.far) < 30_000, "all at once");
    await until(() => bytesOf(received.far) === 30_000);
    const allMs = performance.now() - startMs;
    assert.ok(allMs >= 280 && firstMs < allMs, `${firstMs} ms, ${allMs} ms`);
  });
});

test("falsifies one bit of one byte", async () => {
  await onLine({ faults: { corruptAt: 1_234 } }, async ({ near, received }) => {
    const sent = sample(5_000);
    near.write(sent.subarray(0, 1_000));
    near.write(sent.subarray(1_000));
    await until(() => bytesOf(received.far) === sent.byteLength);
    const got = Buffer.concat(received.far);
    assert.deepEqual(
      Array.from(got.keys()).filter((at) => got[at] !== sent[at]),
      [1_234],
    );
    assert.equal(got.readUInt8(1_234) ^ sent.readUInt8(1_234), 1);
  });
});

test("cuts after a byte: one end has exactly those and the end, the other a reset", async () => {
  await onLine({ faults: { cutAfterBytes: 777 } }, async ({ near, far, received, errors }) => {
    const ends = Promise.all([once(far, "end"), closeOf(near)]);
    near.write(sample(2_000));
    await ends;
    assert.ok(Buffer.concat(received.far).equals(sample(777)));
    assert.deepEqual(errors, ["near ECONNRESET"]);
  });
});

test("stalls one way alone, and brings what it held back", async () => {
  await onLine({}, async ({ proxy, near, far, received }) => {
    proxy.stall("forth");
    near.write("held");
    far.write("passes");
    await once(near, "data");
    assert.equal(bytesOf(received.far), 0);
    proxy.release("forth");
    await until(() => Buffer.concat(received.far).toString() === "held");
  });
});

test("half-closes: one end reads the end and can still write", async () => {
  await onLine({}, async ({ proxy, far, received }) => {
    const ended = once(far, "end");
    proxy.halfClose("forth");
    await ended;
    far.write("still here");
    await until(() => Buffer.concat(received.near).toString() === "still here");
  });
});

test("resets both ends", async () => {
  await onLine({}, async ({ proxy, near, far, errors }) => {
    // Both connections must stand before they can be cut.
    near.write("x");
    await once(far, "data");
    const closed = Promise.all([closeOf(near), closeOf(far)]);
    proxy.reset();
    await closed;
    assert.deepEqual(errors.toSorted(), ["far ECONNRESET", "near ECONNRESET"]);
  });
});

test("closes a connection that cannot be reset because its end is on its way", async () => {
  await onLine({}, async ({ near, errors }) => {
    near.end();
    // By now the end has been asked for, and is not there yet.
    await new Promise((resolve) => process.nextTick(resolve));
    assert.deepEqual([near.writableEnded, near.writableFinished], [true, false]);
    const closed = closeOf(near);
    resetSocket(near);
    await closed;
    assert.deepEqual(errors, []);
  });
});

test("passes a reset on, and strands connections without a word", async () => {
  await onLine({}, async ({ proxy, near, far, errors }) => {
    near.write("x");
    await once(far, "data");
    const closed = closeOf(far);
    near.resetAndDestroy();
    await closed;
    assert.deepEqual(errors, ["far ECONNRESET"]);
    assert.equal(proxy.connections, 1);
  });
  await onLine({}, async ({ proxy, near, far, received, errors }) => {
    near.write("x");
    await once(far, "data");
    proxy.strand();
    near.destroy();
    far.write("to nobody");
    await sleep(50);
    assert.deepEqual([far.closed, errors, bytesOf(received.near)], [false, [], 0]);
  });
});

test.run();
