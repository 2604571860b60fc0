// A QR code for a terminal: two rows of squares in each line of text, dark on light whatever the terminal's own colours are.
import { encodeQR } from "qr";

/** Light squares around the code, as ISO/IEC 18004 wants. */
const quietSquares = 4;
const blackOnWhite = "\x1b[30;107m";
const asBefore = "\x1b[0m";
/** By the upper square and the lower one, dark or not. */
const halves = [" ", "▄", "▀", "█"] as const;

/**
 * The lines of a QR code.
 * @param columns of the terminal
 * @returns undefined when it is too wide for that
 */
export function qrPicture(text: string, columns: number): string[] | undefined {
  // Capitals alone take a third less room, and to us they mean the same; the brackets of IPv6 are not among what they can stand with.
  const squares = encodeQR(text.includes("[") ? text : text.toUpperCase(), "raw", { ecc: "low", border: quietSquares });
  const width = squares[0]?.length ?? 0;
  if (width > columns) return undefined;
  const lines: string[] = [];
  for (let row = 0; row < squares.length; row += 2) {
    const upper = squares[row] ?? [];
    const lower = squares[row + 1] ?? [];
    const line = upper.map((isDark, at) => halves[(isDark ? 2 : 0) + (lower[at] === true ? 1 : 0)]);
    lines.push(`${blackOnWhite}${line.join("")}${asBefore}`);
  }
  return lines;
}
