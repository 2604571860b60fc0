// What a picture of a given quality weighs: our encoder beside ffmpeg's recipes.

import { bytesAt, codeFfmpeg, codeOurs, type Coding } from "../peers/coding-quality.ts";
import { footageOf } from "../peers/footage.ts";
import { requireProgram } from "../peers/peer-process.ts";
import { type Figures, type FigureSpec, type Scenario } from "../scenario.ts";

/** Enough for a call, dB. */
const goodDb = 37;
const usualBitrateBps = 2_000_000;
/** x264's constant quality unless it is told: that of the recipes. */
const usualCrf = 23;
const bitratesBps = [60_000, 125_000, 250_000, 500_000, 1_000_000, usualBitrateBps, 4_000_000];
const crfs = [17, usualCrf, 27, 31, 36, 41, 46];
const size = { widthPx: 1280, heightPx: 720 } as const;

/** `pnpm bench beside-bytes`. */
export const besideBytes: Scenario = {
  name: "beside-bytes",
  description: `bytes of an H.264 picture and its PSNR-Y, 1280x720, 300 pictures coded by our encoder at 2 Mbit/s and by ffmpeg at CRF ${usualCrf}, and at equal quality`,
  figures: [
    { name: "psnrYDb", label: "ours: PSNR-Y", unit: "dB", digits: 2, goal: { atLeast: goodDb } },
    ...bytesFigures((name) => name, "ours"),
    ...(["ultrafast", "superfast"] as const).flatMap((preset) =>
      [
        { name: `${preset}.psnrYDb`, label: `ffmpeg ${preset}: PSNR-Y`, unit: "dB", digits: 2 },
        ...bytesFigures((name) => `${preset}.${name}`, `ffmpeg ${preset}`),
      ].map((spec) => ({ ...spec, of: "peers" as const })),
    ),
    { name: "bytesToUltrafast", label: "bytes / ffmpeg ultrafast's", unit: "", digits: 2, of: "ratios" },
    { name: "equalToUltrafast", label: "… when it codes as well as ours", unit: "", digits: 2, of: "ratios" },
    { name: "goodToUltrafast", label: `… when both have ${goodDb} dB`, unit: "", digits: 2, of: "ratios", goal: { atMost: 0.35 } },
    { name: "equalToSuperfast", label: "bytes / ffmpeg superfast's when it codes as well as ours", unit: "", digits: 2, of: "ratios" },
  ],
  // The same each time.
  defaults: { runs: 1 },
  async measure({ clip }): Promise<Figures> {
    requireProgram("ffmpeg");
    const footage = await footageOf(clip === undefined ? size : { clip });
    const ours = await inTurn(bitratesBps, (bitrateBps) => codeOurs(footage, bitrateBps));
    const ultrafast = await inTurn(crfs, (crf) => codeFfmpeg(footage, "ultrafast", crf));
    const superfast = await inTurn(crfs, (crf) => codeFfmpeg(footage, "superfast", crf));
    const [our, fast, slower] = [ours.get(usualBitrateBps), ultrafast.get(usualCrf), superfast.get(usualCrf)];
    if (our === undefined || fast === undefined || slower === undefined) throw new RangeError("not coded");
    const good = (codings: ReadonlyMap<number, Coding>): number => bytesAt([...codings.values()], goodDb) ?? Number.NaN;
    const equal = (codings: ReadonlyMap<number, Coding>): number => bytesAt([...codings.values()], our.psnrYDb) ?? Number.NaN;
    return finite({
      ...our,
      goodBytes: good(ours),
      ...prefixed("ultrafast", { ...fast, goodBytes: good(ultrafast) }),
      ...prefixed("superfast", { ...slower, goodBytes: good(superfast) }),
      bytesToUltrafast: our.bytesPerFrame / fast.bytesPerFrame,
      equalToUltrafast: our.bytesPerFrame / equal(ultrafast),
      goodToUltrafast: good(ours) / good(ultrafast),
      equalToSuperfast: our.bytesPerFrame / equal(superfast),
    });
  },
};

function bytesFigures(nameOf: (name: string) => string, label: string): FigureSpec[] {
  return [
    { name: nameOf("bytesPerFrame"), label: `${label}: bytes a frame`, unit: "", digits: 0 },
    { name: nameOf("goodBytes"), label: `${label}: bytes a frame at ${goodDb} dB`, unit: "", digits: 0 },
  ];
}

async function inTurn(settings: readonly number[], code: (setting: number) => Promise<Coding>): Promise<ReadonlyMap<number, Coding>> {
  const codings = new Map<number, Coding>();
  for (const setting of settings) codings.set(setting, await code(setting));
  return codings;
}

function prefixed(prefix: string, figures: object): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}.${name}`, value as number]));
}

/** What lies outside of all codings has no figure. */
function finite(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));
}
