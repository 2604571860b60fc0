// A scene with the motion and texture of footage, for a computer without a camera: somebody with a headset in a room, who talks, looks
// around, blinks and waves, filmed by a hand that sways. Always the same, so that runs compare.

import { loadOpenCv, type Mat } from "../native/opencv.ts";
import { drawPerson } from "./scene-person.ts";
import { drawRoom } from "./scene-room.ts";
import type { Source } from "./source.ts";
import type { SourceSpec } from "./source-spec.ts";
import { SyntheticSource } from "./synthetic-source.ts";

/** How much larger than the picture the room is, so that it can sway. */
const margin = 1.12;
/** Periods of the sway, s: without a common divisor, so that it does not repeat soon. */
const swayPeriodsS = { across: 9.7, down: 6.3 } as const;

/** Opens the moving scene. */
export async function openMovingScene(spec: Extract<SourceSpec, { kind: "motion" }>): Promise<Source> {
  const cv = await loadOpenCv();
  const { widthPx, heightPx, frameRate } = spec;
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
  return new SyntheticSource("moving scene", { widthPx, heightPx, frameRate }, { draw, release: () => room.release() });
}

function sway(spacePx: number, seconds: number, periodS: number): number {
  return Math.round((spacePx / 2) * (1 + Math.sin((2 * Math.PI * seconds) / periodS)));
}
