// Hostile pictures through a real playback engine, confined as in a call: whatever they do to it, this process goes on, every packet is accounted
// for, and the engine stays within its memory. SVC_MUTANTS=10000 makes so many of each codec (docs/reliability.md).
// @timeout 300

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { type EncodedPacket, micros, type ReportMessage, type VideoCodec, videoCodecs } from "@simple-video-chat/protocol";
import { randomNumbers } from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";

import { playbackLimits } from "../../src/playback-engine.ts";
import type { PlaybackHost as BuiltHost } from "../../src/playback-host.ts";
import { draw, openTestEncoder, trackOf } from "../decode/pictures.ts";

const test = suite("a playback engine under hostile packets");

// As built: the engine that it starts is a program of its own.
const { PlaybackHost } = (await import(
  new URL("../../dist/playback-host.js", import.meta.url).href
)) as typeof import("../../src/playback-host.ts");

const mutants = Number(process.env["SVC_MUTANTS"] ?? 1_000);
const size = [96, 64] as const;
/** Packets on their way to the engine at a time. */
const window = 32;

/** An engine without a window, and what it told. */
class Played {
  readonly deaths: string[] = [];
  report: ReportMessage | undefined;
  readonly host: BuiltHost;
  /** Packets that died with an engine. */
  died = 0;
  sent = 0;
  #base = 0;
  #wake = (): void => {};

  constructor() {
    this.host = new PlaybackHost(undefined, {
      onReport: (report) => {
        this.report = report;
        this.#wake();
      },
      onKeyframeWanted: () => {},
      onEvent: () => {},
      onEngineDeath: ({ reason, isFinal }) => {
        this.deaths.push(reason);
        if (isFinal) throw new Error(`the engine was given up: ${reason}`);
        this.died += this.sent - this.#base - this.#accounted();
        this.#base = this.sent;
        this.report = undefined;
        this.#wake();
      },
    });
  }

  /** Packets of the present engine that its reports have told the fate of. */
  #accounted(): number {
    const { shown = 0, superseded = 0, stale = 0, waitingForKeyframe = 0, undecodable = 0 } = this.report ?? {};
    return shown + superseded + stale + waitingForKeyframe + undecodable;
  }

  get outstanding(): number {
    return this.sent - this.#base - this.#accounted();
  }

  /** Plays a packet as a keyframe, when there is room. */
  async play(data: Uint8Array): Promise<void> {
    while (this.outstanding >= window) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.sent++;
    const packet: EncodedPacket = {
      track: 1,
      frame: this.sent,
      keyframe: true,
      captureUs: micros(this.sent),
      encodeStartUs: 0,
      encodedUs: 0,
      sentUs: 0,
      data,
    };
    this.host.play(packet);
  }

  async settle(): Promise<void> {
    while (this.outstanding > 0) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** The most memory that the engine has had, MiB; undefined where the system does not tell. */
  peakMiB(): number | undefined {
    if (process.platform !== "linux") return undefined;
    const status = readFileSync(`/proc/${this.host.enginePid ?? 0}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  }
}

/** Changes some bits, bytes, or the length; the first bytes, where headers are, more often. */
function mutate(seed: Uint8Array, random: () => number): Buffer {
  const mutant = Buffer.from(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  for (let left = 1 + pick(4); left > 0; left--) {
    const at = pick(2) === 0 ? pick(Math.min(64, mutant.length)) : pick(mutant.length);
    mutant[at] = pick(2) === 0 ? pick(256) : (mutant[at] ?? 0) ^ (1 << pick(8));
  }
  return pick(8) === 0 ? mutant.subarray(0, 1 + pick(mutant.length)) : mutant;
}

for (const codec of videoCodecs) {
  test(`${codec}: ${mutants} mutants, each accounted for, and a good picture after them`, async () => {
    const encoder = await openTestEncoder(codec, ...size);
    const seeds = Array.from({ length: 8 }, (_, number) => encoder.encode(draw(...size, number), number % 4 === 0).data);
    const random = randomNumbers(codec.length);
    const played = new Played();
    try {
      played.host.announce(trackOf(codec, ...size));
      for (let mutant = 0; mutant < mutants; mutant++) await played.play(mutate(seeds[mutant % seeds.length] ?? Buffer.alloc(1), random));
      await played.settle();
      const shownBefore = played.report?.shown ?? 0;
      assert.ok((played.report?.undecodable ?? 0) > mutants / 20, "hardly any was refused");
      await played.play(encoder.encode(draw(...size, 9), true).data);
      await played.settle();
      assert.equal(played.report?.shown, shownBefore + 1);
      // FFmpeg's decoders survive these; should one not, the engine dies alone and is started again.
      assert.equal(played.outstanding, 0);
      assert.deepEqual(played.deaths, []);
      assert.ok((played.peakMiB() ?? 0) < playbackLimits.dataMiB, `${played.peakMiB()} MiB`);
    } finally {
      await played.host.close();
      encoder.close();
    }
  });
}

/** A JPEG's beginning with this size in its frame header, as long as a decoder wants to read. */
function jpegHead(widthPx: number, heightPx: number, sof = 0xc0): Buffer {
  const frame = Buffer.from([
    0xff,
    sof,
    0,
    17,
    8,
    heightPx >> 8,
    heightPx & 255,
    widthPx >> 8,
    widthPx & 255,
    3,
    1,
    0x22,
    0,
    2,
    0x11,
    1,
    3,
    0x11,
    1,
  ]);
  const scan = Buffer.from([0xff, 0xda, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), frame, scan, Buffer.alloc(500, 0x55), Buffer.from([0xff, 0xd9])]);
}

const ascii = (text: string): Buffer => Buffer.concat([Buffer.from(text, "latin1"), Buffer.alloc(700, 1)]);

/** What other decoders would be started by, and pictures far larger than they look. */
const bombs: Readonly<Record<string, readonly (readonly [string, Uint8Array])[]>> = {
  jpeg: [
    ["65500x65500", jpegHead(65_500, 65_500)],
    ["20000x20000", jpegHead(20_000, 20_000)],
    [
      "progressive, 1,000 scans",
      Buffer.concat([jpegHead(...size, 0xc2), ...Array.from({ length: 1_000 }, () => jpegHead(...size).subarray(21))]),
    ],
    ["lossless", jpegHead(...size, 0xc3)],
    ["arithmetic", jpegHead(...size, 0xc9)],
    ["JPEG-LS", jpegHead(...size, 0xf7)],
    ["NITF, which OpenCV gives to GDAL", ascii("NITF02.10")],
    ["PNG", ascii("\u0089PNG\r\n\u001a\n")],
    ["GIF", ascii("GIF89a")],
    ["TIFF", ascii("II*\0")],
    ["BMP", ascii("BM")],
    ["WebP", ascii("RIFF\0\0\0\0WEBPVP8 ")],
    ["JPEG 2000", ascii("\0\0\0\fjP  \r\n\u0087\n")],
    ["OpenEXR", ascii("v/1\u0001")],
    ["PNM", ascii("P6\n9999 9999\n255\n")],
    ["an HLS list", ascii("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")],
    ["a script of FFmpeg's", ascii("ffconcat version 1.0\nfile /etc/passwd\n")],
    ["one byte", Buffer.from([0xff])],
    ["4 MiB of fill bytes", Buffer.alloc(4_194_304, 0xff)],
    ["4 MiB of zeros", Buffer.alloc(4_194_304)],
  ],
  h264: [
    ["4096x4096 in 30 bytes", Buffer.from("000000016742c029d90040001007f700000300010000030032000001658884", "hex")],
    ["4 MiB of start codes", Buffer.alloc(4_194_303, Buffer.from([0, 0, 1]))],
    ["4 MiB of zeros", Buffer.alloc(4_194_304)],
    ["4 MiB of ones", Buffer.alloc(4_194_304, 0xff)],
  ],
  vp9: [
    ["a keyframe of 65536x65536", Buffer.from("824983420fffffffff000000", "hex")],
    ["a superframe", Buffer.from("c10101c1", "hex")],
    ["4 MiB of ones", Buffer.alloc(4_194_304, 0xff)],
  ],
};

for (const codec of videoCodecs) {
  test(`${codec}: bombs and look-alikes are refused before they cost anything`, async () => {
    const played = new Played();
    try {
      await bombsRefused(played, codec);
    } finally {
      await played.host.close();
    }
  });
}

async function bombsRefused(played: Played, codec: VideoCodec): Promise<void> {
  const cases = bombs[codec] ?? [];
  assert.ok(cases.length > 0);
  played.host.announce(trackOf(codec, ...size));
  const encoder = await openTestEncoder(codec, ...size);
  await played.play(encoder.encode(draw(...size, 1), true).data);
  await played.settle();
  encoder.close();
  const beforeMiB = played.peakMiB() ?? 0;
  for (const [name, data] of cases) {
    const { undecodable = 0 } = played.report ?? {};
    await played.play(data);
    await played.settle();
    assert.equal(played.report?.undecodable, undecodable + 1, name);
  }
  assert.deepEqual(played.deaths, []);
  // The bombs themselves, as they came.
  const grownMiB = (played.peakMiB() ?? 0) - beforeMiB;
  assert.ok(grownMiB < 64, `${grownMiB} MiB more`);
}

test.run();
