// What is seen and heard of a film that flashes and beeps at every full second: when each flash was shown, and how much later its beep was heard.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { JsonObject } from "@simple-video-chat/protocol";

import { writeFilm } from "./film-file.ts";

/** A module that tells the number of each white picture that follows a dark one. */
const filter = `
let tell, wasWhite = true;
export const open = (context) => { tell = context.tell; };
export const onFrame = (mat, { frame }) => {
  const isWhite = mat.at(mat.rows >> 1, mat.cols >> 1).y > 150;
  if (isWhite && !wasWhite) tell({ frame });
  wasWhite = isWhite;
};
`;

/** A film, and the options by which a receiver tells what this is measured by. */
export interface FlashFilm {
  readonly path: string;
  readonly watching: readonly string[];
}

/** Writes both into a folder. The film's pictures begin 0.36 s behind its sound, as in files whose tracks were cut apart. */
export async function writeFlashFilm(folder: string, seconds: number): Promise<FlashFilm> {
  const path = join(folder, "film.mkv");
  await writeFilm(path, { seconds, toneHz: 1_000, beeps: true, picturesFromS: 0.36 });
  const module = join(folder, "white.mjs");
  writeFileSync(module, filter);
  return { path, watching: ["--json-frames", "--filter-incoming", module] };
}

/** When each flash was shown, µs. @param events of the receiver, all of them */
export function flashesUs(events: readonly JsonObject[]): readonly number[] {
  const frameOf = (event: JsonObject): number => Number((event["value"] as { readonly frame?: number })["frame"]);
  const white = new Set(events.filter(({ event }) => event === "incoming-filter").map(frameOf));
  return events.filter(({ event, frame }) => event === "shown" && white.has(Number(frame))).map(({ shownUs }) => Number(shownUs));
}

/** How much later than its flash the nearest beep was heard, ms, flash by flash. */
export function beepsAfterMs(beepsUs: readonly number[], flashUs: readonly number[]): readonly number[] {
  return flashUs.flatMap((flash) => {
    const nearest = beepsUs.map((beep) => (beep - flash) / 1_000).toSorted((a, b) => Math.abs(a) - Math.abs(b))[0];
    return nearest === undefined ? [] : [nearest];
  });
}
