// The subcommand "help": the chapters of the package's README, which npm installs with it, on the terminal.

import { readFileSync } from "node:fs";

import type { Command } from "./command.ts";
import { CliError, exitCodes } from "./exit-codes.ts";
import { didYouMean } from "./nearest-name.ts";
import { plainText } from "./plain-text.ts";

/** Topics that people look for under another name. */
const otherNames: Readonly<Record<string, string>> = { json: "events", config: "config-file", api: "library" };
const defaultColumns = 80;

/** @param readme the package's README.md */
export function helpCommand(readme: URL): Command {
  const read = (): ReadonlyMap<string, string> => chaptersOf(readFileSync(readme, "utf8"));
  return {
    name: "help",
    describe: "explain a topic: keys, json, config, exit-codes and more; without one, list them",
    operands: "[topic]",
    get operandWords() {
      return [...read().keys(), ...Object.keys(otherNames)];
    },
    options: {},
    run: ({ operands }, { output, program }) => {
      const chapters = read();
      const [topic] = operands;
      if (topic === undefined) {
        output.result(`svc-${program} help TOPIC explains:\n\n${[...chapters.keys()].map((name) => `  ${name}`).join("\n")}`);
        return Promise.resolve(exitCodes.ok);
      }
      const chapter = chapters.get(topic) ?? chapters.get(otherNames[topic] ?? "");
      if (chapter === undefined)
        throw new CliError(
          exitCodes.usage,
          `There is no topic ${topic}.${didYouMean(topic, [...chapters.keys(), ...Object.keys(otherNames)])} Topics are ${[...chapters.keys()].join(", ")}.`,
        );
      output.result(plainText(chapter, Math.min(process.stdout.columns ?? defaultColumns, 120)));
      return Promise.resolve(exitCodes.ok);
    },
  };
}

/** The chapters of a document in Markdown by their headings, in small letters with dashes. */
function chaptersOf(document: string): ReadonlyMap<string, string> {
  const [, ...chapters] = document.split(/^## /m);
  return new Map(
    chapters.map((chapter) => {
      const [heading = "", ...lines] = chapter.split("\n");
      return [heading.trim().toLowerCase().replaceAll(/\W+/g, "-"), lines.join("\n").trim()];
    }),
  );
}
