// What a file that comes is called here, pure. Its sender's name for it is only a wish: no folder, nothing hidden, nothing that one of our systems
// takes for a device, no character that shows as another one or as none, and short enough for every file system.
import { cleanText, truncateUtf8 } from "../messages/clean-text.ts";

/** UTF-8 bytes of a name: what file systems take, less what " (999)" and the ending of an unfinished file need. */
const maxBytes = 200;
/** An ending that is longer is none. */
const maxEndingBytes = 20;
/** Names of devices on Windows, whatever the ending. */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/iu;
// Cf: invisible ones, those that join, those that turn the direction round. The rest is forbidden on Windows, or parts folders.
const unwanted = /[\p{Cf}\p{Co}\p{Cn}]/gu;
const forbidden = /[<>:"|?*]/gu;

/** A name for a file of ours: one part of a path, never empty, "." or "..". @param wanted what the other end calls it */
export function safeFileName(wanted: string): string {
  const base = cleanText(wanted, { lines: false }).split(/[/\\]/u).at(-1) ?? "";
  const visible = base.replaceAll(unwanted, "").replaceAll(forbidden, "_").normalize("NFC");
  // Windows drops spaces and dots at the end; at the beginning a dot hides, and a hyphen is an option to many a command.
  const trimmed = visible.replace(/^[\s.-]+/u, "").replace(/[\s.]+$/u, "");
  if (trimmed === "") return "file";
  const named = reserved.test(trimmed) ? `_${trimmed}` : trimmed;
  const [stem, ending] = parted(named);
  return `${truncateUtf8(stem, maxBytes - Buffer.byteLength(ending)).trimEnd()}${ending}`;
}

/** The name to take when `count` others are taken: "name (1).ext". */
export function numberedName(name: string, count: number): string {
  if (count === 0) return name;
  const [stem, ending] = parted(name);
  return `${stem} (${count})${ending}`;
}

/** Where a file grows: whose content it is is in the name, so that it is found again, and taken for nothing else. */
export function partName(name: string, sha256: Uint8Array): string {
  return `${name}.${Buffer.from(sha256).toString("hex").slice(0, 12)}.part`;
}

function parted(name: string): readonly [stem: string, ending: string] {
  const at = name.lastIndexOf(".");
  const ending = at <= 0 ? "" : name.slice(at);
  return Buffer.byteLength(ending) > maxEndingBytes ? [name, ""] : [name.slice(0, name.length - ending.length), ending];
}
