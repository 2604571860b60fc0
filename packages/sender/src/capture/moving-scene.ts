// A scene with the motion and texture of footage, for a computer without a camera: somebody with a headset in a room, who talks, looks
// around, blinks and waves, filmed by a hand that sways. Always the same, so that runs compare.

import { SourceError } from "../errors.ts";
import { loadOpenCv, type Mat, missingOpenCv } from "../native/opencv.ts";
import { drawPerson } from "./scene-person.ts";
import { drawRoom } from "./scene-room.ts";
import type { Source, SourceFormat } from "./source.ts";
import type { SourceSpec } from "./source-spec.ts";
import { type Drawing, SyntheticSource } from "./synthetic-source.ts";

/** How much larger than the picture the room is, so that it can sway. */
const margin = 1.12;
/** Periods of the sway, s: without a common divisor, so that it does not repeat soon. */
const swayPeriodsS = { across: 9.7, down: 6.3 } as const;

/** The scene by itself. What it looks like depends on the time alone, so that a benchmark can draw what was captured once more. */
export type MovingScene = Drawing;

/** Opens the moving scene. @throws SourceError source-unknown without OpenCV: it is drawn with more than plain-opencv.ts has */
export async function openMovingScene(spec: Extract<SourceSpec, { kind: "motion" }>): Promise<Source> {
  const { widthPx, heightPx, frameRate } = spec;
  await loadOpenCv();
  const why = missingOpenCv();
  if (why !== undefined) throw new SourceError("source-unknown", `The moving scene needs OpenCV. ${why} --source testcard goes without.`);
  return new SyntheticSource("moving scene", { widthPx, heightPx, frameRate }, await makeMovingScene(spec));
}

/** Makes the scene. */
export async function makeMovingScene({ widthPx, heightPx }: Pick<SourceFormat, "widthPx" | "heightPx">): Promise<MovingScene> {
  const cv = await loadOpenCv();
  const room = drawRoom(cv, Math.ceil(widthPx * margin), Math.ceil(heightPx * margin));
  const draw = (timeUs: number): Mat => {
    const seconds = timeUs / 1e6;
    const left = sway(room.cols - widthPx, seconds, swayPeriodsS.across);
    const top = sway(room.rows - heightPx, seconds, swayPeriodsS.down);
    const view = room.getRegion(new cv.Rect(left, top, widthPx, heightPx));
    const picture = view.copy();
    view.release();
    drawPerson(cv, picture, seconds);
    return picture;
  };
  return { draw, close: () => room.release() };
}

function sway(spacePx: number, seconds: number, periodS: number): number {
  return Math.round((spacePx / 2) * (1 + Math.sin((2 * Math.PI * seconds) / periodS)));
}
