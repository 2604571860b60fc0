// The words of a card or a message, broken into lines that fit.

/** How wide a text is, pixels. */
export type MeasureText = (text: string) => number;

/**
 * Breaks a text at its spaces into at most `maxLines` lines of at most `maxWidthPx`; a word that is too long is broken anywhere.
 * What does not fit is left out, and the last line ends in "...".
 */
export function breakLines(
  text: string,
  { maxWidthPx, maxLines, measure }: { readonly maxWidthPx: number; readonly maxLines: number; readonly measure: MeasureText },
): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest !== "" && lines.length < maxLines) {
    const line = longestStart(rest, (part) => measure(part) <= maxWidthPx);
    lines.push(line);
    rest = rest.slice(line.length).trimStart();
  }
  if (rest === "") return lines;
  const last = lines.pop() ?? "";
  let kept = last;
  while (kept !== "" && measure(`${kept}...`) > maxWidthPx) kept = kept.slice(0, -1);
  return [...lines, `${kept.trimEnd()}...`];
}

function longestStart(text: string, fits: (part: string) => boolean): string {
  if (fits(text)) return text;
  const words = text.split(" ");
  for (let count = words.length - 1; count > 0; count--) {
    const part = words.slice(0, count).join(" ");
    if (fits(part)) return part;
  }
  let end = Math.max(1, (words[0] ?? "").length - 1);
  while (end > 1 && !fits(text.slice(0, end))) end--;
  return text.slice(0, end);
}
