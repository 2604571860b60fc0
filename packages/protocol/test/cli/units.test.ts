import assert from "node:assert/strict";
import { suite } from "uvu";
import { CliError, exitCodes } from "../../src/cli/exit-codes.ts";
import { formatAddress, parseAddress, parseBitrate, parseNumber, parsePictureSize } from "../../src/cli/units.ts";

const test = suite("units");

function isUsage(error: unknown): boolean {
  return error instanceof CliError && error.exitCode === exitCodes.usage;
}

const bitrates: readonly (readonly [string, number])[] = [
  ["2M", 2_000_000],
  ["2m", 2_000_000],
  ["0.5M", 500_000],
  ["800k", 800_000],
  ["800K", 800_000],
  ["1.25M", 1_250_000],
  ["1500000", 1_500_000],
  ["10k", 10_000],
  ["1000M", 1_000_000_000],
];
for (const [text, bps] of bitrates) {
  test(`reads the bitrate ${text}`, () => {
    assert.equal(parseBitrate(text), bps);
  });
}

for (const text of [
  "",
  "M",
  "2G",
  "2 M",
  "-2M",
  "+2M",
  "2M ",
  "1e6",
  ".5M",
  "2.M",
  "9999",
  "9.9k",
  "1001M",
  "0",
  "NaN",
  "0x10k",
  "2Mbit",
]) {
  test(`refuses the bitrate "${text}"`, () => {
    assert.throws(() => parseBitrate(text), isUsage);
  });
}

test("reads picture sizes", () => {
  assert.deepEqual(parsePictureSize("1280x720"), { widthPx: 1280, heightPx: 720 });
  assert.deepEqual(parsePictureSize("48x48"), { widthPx: 48, heightPx: 48 });
  assert.deepEqual(parsePictureSize("4096x2025"), { widthPx: 4096, heightPx: 2025 });
  assert.deepEqual(parsePictureSize("3840x2160"), { widthPx: 3840, heightPx: 2160 });
});

for (const text of [
  "",
  "1280",
  "1280x",
  "x720",
  "1280X720",
  "1280 x 720",
  "-1x720",
  "47x480",
  "480x47",
  "4097x100",
  "4096x4096",
  "1e3x720",
  "1280x720x3",
]) {
  test(`refuses the picture size "${text}"`, () => {
    assert.throws(() => parsePictureSize(text), isUsage);
  });
}

const fallback = { host: "127.0.0.1", port: 7420 };
const addresses: readonly (readonly [string, string, number])[] = [
  ["192.168.1.20:7000", "192.168.1.20", 7000],
  ["192.168.1.20", "192.168.1.20", 7420],
  ["anna.local:1", "anna.local", 1],
  ["0.0.0.0", "0.0.0.0", 7420],
  [":7000", "127.0.0.1", 7000],
  ["7000", "127.0.0.1", 7000],
  ["0", "127.0.0.1", 0],
  [":0", "127.0.0.1", 0],
  ["65535", "127.0.0.1", 65_535],
  ["", "127.0.0.1", 7420],
  ["[::1]:7000", "::1", 7000],
  ["[::]", "::", 7420],
  ["[fe80::1%eth0]:5", "fe80::1%eth0", 5],
];
for (const [text, host, port] of addresses) {
  test(`reads the address "${text}"`, () => {
    assert.deepEqual(parseAddress(text, fallback), { host, port });
  });
}

for (const text of ["::1", "host:", "host:x", "host:123456", "host:65536", "65536", "[::1", "::1]", "[]", "[::1]7000", "a:b:1", "[::1]:"]) {
  test(`refuses the address "${text}"`, () => {
    assert.throws(() => parseAddress(text, fallback), isUsage);
  });
}

test("writes an address so that it is read as the same", () => {
  for (const address of [
    { host: "10.0.0.1", port: 1 },
    { host: "::1", port: 7420 },
    { host: "a.b", port: 65_535 },
  ]) {
    assert.deepEqual(parseAddress(formatAddress(address), fallback), address);
  }
});

test("takes numbers within their bounds, and no others", () => {
  assert.equal(parseNumber("max-fps", 1, 1, 60), 1);
  assert.equal(parseNumber("max-fps", 60, 1, 60), 60);
  for (const value of [0.999, 60.001, Number.NaN, Infinity, -Infinity]) {
    assert.throws(() => parseNumber("max-fps", value, 1, 60), isUsage, String(value));
  }
});

test.run();
