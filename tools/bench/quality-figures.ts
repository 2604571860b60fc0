// The picture quality as scenarios state it: the figures, and having them measured.

import { HelperProgram } from "./helper-program.ts";
import type { SenderAddress } from "./one-way-call.ts";
import type { FigureSpec, Figures, ScenarioOptions } from "./scenario.ts";
import type { QualityRequest, ShownQuality } from "./shown-quality.ts";

/** What shown-quality.ts measures. */
export const qualityFigures: readonly FigureSpec[] = [
  { name: "psnrYDb", label: "PSNR-Y of the shown pictures against the captured ones", unit: "dB", digits: 1 },
  { name: "ssimY", label: "SSIM-Y of the same (8×8 windows)", unit: "", digits: 3 },
  { name: "sentWidthPx", label: "width in which they are sent", unit: "px", digits: 0 },
];

/** Seconds that are looked at. */
const lookS = 3;

/**
 * Measures the quality of what a sender of the moving scene sends to one receiver more, or to the next one when the last has left.
 *
 * @returns nothing with footage of one's own, which cannot be drawn once more
 */
export async function measureQuality(
  address: SenderAddress,
  size: Pick<QualityRequest, "widthPx" | "heightPx" | "settleS">,
  { clip }: Pick<ScenarioOptions, "clip">,
  namespace?: string,
): Promise<Figures> {
  if (clip !== undefined) return {};
  const request: QualityRequest = { ...address, ...size, seconds: lookS };
  const program = new HelperProgram("shown-quality", request, namespace);
  try {
    const { psnrYDb, ssimY, sentWidthPx } = JSON.parse(await program.line()) as ShownQuality;
    return { psnrYDb, ssimY, sentWidthPx };
  } finally {
    await program.end();
  }
}
