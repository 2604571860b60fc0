// Pictures with a file beside them, on links of all kinds: what docs/decisions/0041-files-beside-a-call.md promises. With FIGURES=1 it prints
// the table that stands there.
import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { BulkAllowance } from "../../src/flow/bulk-allowance.ts";
import { BulkWindow } from "../../src/flow/bulk-window.ts";
import { maxFileDataBytes, maxFileWindowBytes, minFileDataBytes } from "../../src/limits.ts";
import { micros } from "../../src/time/clock.ts";
import { type CallOptions, goodputBps, latencies, simulateCall } from "./simulated-call.ts";

const test = suite("files beside pictures");

const fromS = 8;
const toS = 40;

interface Outcome {
  readonly p50: number;
  readonly p95: number;
  readonly videoBps: number;
  readonly fileBps: number;
}

function run(link: Omit<CallOptions, "seconds">, file?: { readonly capBps?: number; readonly targetMs?: number }): Outcome {
  const arrived: number[] = [];
  const frames = simulateCall({ ...link, seconds: toS, ...(file && { file: { targetMs: 15, ...file, arrived } }) });
  const sorted = latencies(frames, fromS, toS);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
  const fileBytes = arrived.slice(fromS, toS).reduce((sum, bytes) => sum + (bytes ?? 0), 0);
  return { p50: at(0.5), p95: at(0.95), videoBps: goodputBps(frames, fromS, toS), fileBps: (fileBytes * 8) / (toS - fromS) };
}

const full = { rateBps: 2e6, delayMs: 50, capBps: 4e6 };
const idle = { ...full, fill: () => 0.1 };
const links: readonly (readonly [string, Omit<CallOptions, "seconds">, { readonly capBps?: number }?])[] = [
  ["2 Mbit/s, 50 ms", full],
  ["the same, 1 % lost", { ...full, loss: 0.01 }],
  ["300 kbit/s, 50 ms", { ...full, rateBps: 3e5, capBps: 2e6 }],
  ["2 Mbit/s, 50 ms, a still picture", idle],
  ["the same, `-b 1M`", { ...idle, capBps: 1e6 }, { capBps: 1e6 }],
  ["10 Mbit/s, 20 ms", { rateBps: 1e7, delayMs: 20, capBps: 2e6 }],
  ["100 Mbit/s, 5 ms", { rateBps: 1e8, delayMs: 5, capBps: 2e6 }],
];

if (process.env["FIGURES"] === "1") {
  const figures = ({ p50, p95, videoBps }: Outcome): string => `${p50.toFixed(0)}, ${p95.toFixed(0)}, ${(videoBps / 1e6).toFixed(2)}`;
  for (const [name, link, file] of links) {
    const beside = run(link, file ?? {});
    console.log(`| ${name} | ${figures(run(link))} | ${figures(beside)} | ${(beside.fileBps / 1e6).toFixed(2)} |`);
  }
}

test("leaves pictures that need the whole of a link nine tenths of what they had, as soon as before, and gets on", () => {
  for (const link of [full, { ...full, rateBps: 3e5 }]) {
    const alone = run(link);
    const beside = run(link, {});
    assert.ok(beside.p95 <= alone.p95 + 15 && beside.p95 < 200, `p95 ${beside.p95} ms, alone ${alone.p95}`);
    assert.ok(beside.videoBps >= 0.88 * alone.videoBps, `${beside.videoBps} bit/s of pictures, alone ${alone.videoBps}`);
    assert.ok(beside.fileBps >= 0.04 * alone.videoBps, `${beside.fileBps} bit/s of the file`);
  }
});

test("takes most of what pictures leave, and delays them by little more than its target", () => {
  for (const link of [idle, { rateBps: 1e7, delayMs: 20, capBps: 2e6 }, { rateBps: 1e8, delayMs: 5, capBps: 2e6 }]) {
    const alone = run(link);
    const beside = run(link, {});
    assert.ok(beside.fileBps >= 0.75 * (link.rateBps - alone.videoBps), `${beside.fileBps} bit/s of the file`);
    assert.ok(beside.p95 <= alone.p95 + 25, `p95 ${beside.p95} ms, alone ${alone.p95}`);
  }
});

test("stays with the pictures below the cap", () => {
  const { videoBps, fileBps } = run({ ...idle, capBps: 1e6 }, { capBps: 1e6 });
  assert.ok(videoBps + fileBps <= 1.01e6, `${videoBps + fileBps} bit/s`);
  assert.ok(fileBps >= 0.7e6, `${fileBps} bit/s of the file`);
});

test("keeps within the budget and gets on, whatever steady link it is", () => {
  const logarithmic = (min: number, max: number): fc.Arbitrary<number> =>
    fc.integer({ min: 0, max: 1_000 }).map((part) => Math.round(min * (max / min) ** (part / 1_000)));
  const link = fc.record({
    rateBps: logarithmic(300_000, 50_000_000),
    delayMs: logarithmic(1, 70),
    capBps: logarithmic(500_000, 8_000_000),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(link, (options) => {
      const beside = run(options, {});
      assert.ok(beside.p95 - options.delayMs <= 130, `p95 ${beside.p95} ms`);
      assert.ok(beside.fileBps >= 0.01 * options.rateBps, `${beside.fileBps} bit/s of the file`);
    }),
    { numRuns: 30 },
  );
});

test("never lets more be under way than the wire allows, nor messages of another size", () => {
  const rest = { bps: 0, isShort: false };
  fc.assert(
    fc.property(fc.array(fc.record({ afterUs: fc.nat(50_000), acks: fc.nat(20) }), { minLength: 1, maxLength: 300 }), (steps) => {
      const window = new BulkWindow({ targetMs: 15 });
      const sent: number[] = [];
      let now = 1_000_000;
      for (const { afterUs, acks } of steps) {
        for (let bytes = window.room(rest, micros(now)); bytes > 0; bytes = window.room(rest, micros(now))) {
          assert.ok(bytes >= minFileDataBytes && bytes <= maxFileDataBytes, `${bytes} bytes`);
          window.onSent(bytes, micros(now));
          sent.push(bytes);
          assert.ok(window.inFlightBytes <= maxFileWindowBytes, `${window.inFlightBytes} bytes under way`);
        }
        now += afterUs;
        for (const bytes of sent.splice(0, acks)) window.onAck(bytes, micros(now + 7), micros(now));
      }
    }),
  );
});

test("sends nothing beyond the cap, and waits no longer than is needed", () => {
  const allowance = new BulkAllowance(1_000_000);
  let sent = 0;
  let now = 0;
  for (; now < 10_000_000; now += Math.max(1_000, allowance.waitMs * 1_000)) {
    allowance.spend(sent, micros(now));
    if (allowance.waitMs === 0) sent += 4_096;
  }
  const bps = (sent * 8e6) / now;
  assert.ok(bps <= 1_010_000 && bps >= 950_000, `${bps} bit/s`);
});

test.run();
