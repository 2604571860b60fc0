// What is said of the files of a call, alike in all programs: those that are offered, come and go, and why one did not.

import { toJsonObject } from "../messages/json-object.ts";
import type { FileEvent } from "../files/file-transfers.ts";
import type { ChatLines } from "./chat-lines.ts";
import { forTerminal } from "./console-output.ts";

/** Names are shown to this length. */
const maxNameChars = 80;

const reasons: Readonly<Record<NonNullable<FileEvent["reason"]>, string>> = {
  declined: "it is not wanted there",
  "too-large": "it is too large",
  "too-many": "too many files are under way",
  "no-space": "there is no room for it there; send it again when there is, and it goes on",
  "not-written": "it cannot be kept there",
  damaged: "it did not arrive as it was offered; send it again",
  cancelled: "it was cancelled",
  withdrawn: "it was cancelled there",
  changed: "it was changed meanwhile; send it again when it is at rest",
  unreadable: "it cannot be read any more",
  lost: "the call is over; it goes on where it was when the same file is sent again",
  unwanted: "no files are wanted there",
  "not-connected": "nobody is connected",
  busy: "too many files are under way; wait for one to arrive",
};

/** "3.2 MB". */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const)
    if (bytes >= size) return `${(bytes / size).toFixed(1)} ${unit}`;
  return `${bytes} bytes`;
}

/** Tells the files of a call. */
export class FileLines {
  readonly #lines: ChatLines;
  readonly #acceptsAll: boolean;
  readonly #underWay = new Map<number, FileEvent>();

  constructor(lines: ChatLines, { acceptsAll }: { readonly acceptsAll: boolean }) {
    this.#lines = lines;
    this.#acceptsAll = acceptsAll;
  }

  /** Tells of one what there is to tell. */
  tell(event: FileEvent): void {
    this.#lines.output.event({ event: "file", ...toJsonObject(event) });
    if (event.state === "progress") this.#underWay.set(event.number, event);
    else this.#underWay.delete(event.number);
    const sentence = fileSentence(event, this.#acceptsAll);
    if (sentence === undefined) return;
    this.#lines.output.say(sentence, true);
    this.#lines.show?.("", sentence);
  }

  /** For the status line: "film.mp4 ↑45 %"; undefined while no file is under way. */
  get status(): string | undefined {
    if (this.#underWay.size === 0) return undefined;
    return [...this.#underWay.values()]
      .map(({ name, direction, bytes, sizeBytes }) => {
        const percent = sizeBytes === 0 ? 100 : Math.floor((100 * bytes) / sizeBytes);
        return `${forTerminal(name, 20)} ${direction === "in" ? "↓" : "↑"}${percent} %`;
      })
      .join("  ");
  }
}

function fileSentence(event: FileEvent, acceptsAll: boolean): string | undefined {
  const name = forTerminal(event.name, maxNameChars);
  const other = forTerminal(event.with) || "the other end";
  const size = formatBytes(event.sizeBytes);
  switch (event.state) {
    case "offered":
      if (event.direction === "out") return `${name} (${size}) is offered to ${other}, as number ${event.number}.`;
      return acceptsAll
        ? `${other} sends ${name} (${size}).`
        : `${other} would send ${name} (${size}). Type t and /accept ${event.number} to take it, /cancel ${event.number} not to.`;
    case "progress":
      return undefined;
    case "received":
      return `${name} (${size}) from ${other} is here, whole: ${forTerminal(event.path ?? "", 400)}`;
    case "sent":
      return `${name} (${size}) has arrived at ${other}, whole.`;
    case "failed": {
      const why = event.message === undefined ? `${reasons[event.reason ?? "lost"]}.` : forTerminal(event.message, 400);
      const kept = event.path === undefined ? "" : ` What has come is in ${forTerminal(event.path, 400)}; delete it if it is not to go on.`;
      return `${name} ${event.direction === "in" ? `from ${other} was not received` : `was not sent to ${other}`}: ${why}${kept}`;
    }
  }
}
