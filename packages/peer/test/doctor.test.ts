// What "doctor" says, fixes and ends with; and its slow link.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Writable } from "node:stream";
import { type Check, ConsoleOutput, doctorCommand, exitCodes, nodeCheck, opencvFinding, portCheck } from "@simple-video-chat/protocol/cli";
import { cameraCheck } from "@simple-video-chat/sender";
import { suite } from "uvu";

import { SlowLink } from "../src/doctor/slow-link.ts";

const test = suite("doctor");

async function examine(
  checks: readonly Check[],
  args: { readonly json?: boolean; readonly fix?: boolean } = {},
): Promise<{ code: number; printed: string }> {
  let printed = "";
  const programs = new Writable({
    write: (text: Buffer, _encoding, done) => {
      printed += text.toString();
      done();
    },
  });
  const output = new ConsoleOutput({
    json: args.json === true,
    quiet: false,
    programs,
    people: new Writable({ write: (_text, _encoding, done) => done() }),
  });
  const code = await doctorCommand(checks).run({ operands: [], ...args }, { program: "peer", output, stopped: new Promise(() => {}) });
  return { code, printed };
}

const fine: Check = async () => [{ what: "one", verdict: "ok", says: "works" }];
const odd: Check = async () => [{ what: "two", verdict: "warning", says: "is odd", remedy: "Look at it." }];
const broken: Check = async () => [{ what: "three", verdict: "failed", says: "is broken", remedy: "Mend it.", figures: { p95Ms: 3 } }];

test("passes with warnings, and fails with one failure", async () => {
  const passed = await examine([fine, odd]);
  assert.equal(passed.code, exitCodes.ok);
  assert.match(passed.printed, /^ok +one: works\nnote +two: is odd\n +Look at it\.\nEverything/);
  const failed = await examine([fine, broken, odd]);
  assert.equal(failed.code, exitCodes.couldNotStart);
  assert.match(failed.printed, /FAILED three: is broken\n +Mend it\.\n[^]*1 of 3 checks failed\.\n$/);
});

test("gives one object a line to programs, and nothing else", async () => {
  const { printed } = await examine([fine, broken], { json: true });
  assert.deepEqual(
    printed
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
    [
      { event: "check", what: "one", verdict: "ok", message: "works" },
      { event: "check", what: "three", verdict: "failed", message: "is broken", remedy: "Mend it.", figures: { p95Ms: 3 } },
      { event: "verdict", passed: false, failed: 1 },
    ],
  );
});

test("fixes what can be fixed when it is asked to, and looks again", async () => {
  let isMended = false;
  const mendable: Check = async () => [
    {
      what: "it",
      verdict: isMended ? "ok" : "failed",
      says: "",
      fix: async () => void (isMended = true),
      ...(!isMended && { remedy: "Mend it." }),
    },
  ];
  assert.match((await examine([mendable])).printed, /Mend it\. Or: doctor --fix/);
  assert.equal(isMended, false);
  assert.equal((await examine([mendable], { fix: true })).code, exitCodes.ok);
  assert.equal(isMended, true);
  const hopeless: Check = async () => [{ what: "it", verdict: "failed", says: "", fix: () => Promise.reject(new Error("no network")) }];
  assert.equal((await examine([hopeless], { fix: true })).code, exitCodes.couldNotStart);
});

test("knows a Node that is too old, and a binding that was not compiled", async () => {
  assert.deepEqual(
    [(await nodeCheck("20.18.9")())[0]?.verdict, (await nodeCheck("20.19.0")())[0]?.verdict, (await nodeCheck("22.1.0")())[0]?.verdict],
    ["failed", "ok", "ok"],
  );
  const missing = opencvFinding({ error: "It was compiled nowhere.\n  at x" }, "svc-peer");
  assert.deepEqual([missing.verdict, missing.remedy], ["failed", "Run: svc-peer setup"]);
  assert.match(missing.says, /compiled nowhere\.$/);
  assert.equal(opencvFinding(undefined, "svc-peer").verdict, "failed");
});

test("knows a port that is taken", async () => {
  const server = createServer();
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const [taken] = await portCheck(address.port)();
  assert.deepEqual([taken?.verdict, taken?.remedy], ["warning", `Take another one: --listen 0.0.0.0:${address.port + 1}`]);
  server.close();
  await once(server, "close");
  assert.equal((await portCheck(address.port)())[0]?.verdict, "ok");
});

test("names the program that holds a camera", async () => {
  const camera = { camera: "0", name: "Studio", modes: [], usedBy: [{ pid: 123, name: "cheese" }] };
  const [held] = await cameraCheck(async () => [camera])();
  assert.deepEqual([held?.verdict, held?.says], ["warning", "Studio is used by cheese (pid 123)"]);
  assert.equal((await cameraCheck(async () => [])())[0]?.verdict, "warning");
});

test("its link delays, keeps the order, carries no faster than it should, and holds no more than its queue", async () => {
  const received: Buffer[] = [];
  let firstMs = 0;
  let lastMs = 0;
  const server = createServer((socket: Socket) => {
    socket.on("data", (bytes) => {
      if (firstMs === 0) firstMs = performance.now();
      lastMs = performance.now();
      received.push(bytes);
    });
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const link = await SlowLink.open(address.port, { rateBps: 4_000_000, delayMs: 80, queueBytes: 50_000 });
  const socket = connect(link.port, "127.0.0.1");
  await once(socket, "connect");
  const sent = Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7) % 251));
  const startMs = performance.now();
  for (let at = 0; at < sent.byteLength; at += 1_000) socket.write(sent.subarray(at, at + 1_000));
  const isAll = (): boolean => received.reduce((sum, { byteLength }) => sum + byteLength, 0) === sent.byteLength;
  for (const untilMs = startMs + 30_000; !isAll() && performance.now() < untilMs;) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(Buffer.concat(received).equals(sent));
  assert.ok(firstMs - startMs >= 80, `${firstMs - startMs} ms for the first byte`);
  assert.ok(lastMs - startMs >= 800, `${lastMs - startMs} ms for 400 kB at 500 kB/s`);
  socket.destroy();
  link.close();
  server.close();
});

test.run();
