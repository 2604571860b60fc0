// The key k of a sender: puts out who watches, or asks whom when there are several.

import { forTerminal } from "@simple-video-chat/protocol/cli";

import type { Sender } from "./sender.ts";

/** How many can be told apart by one key. */
const maxChoices = 9;
/** How long the question stands, ms: a digit that is pressed later means something else. */
const questionMs = 10_000;

/**
 * The keys to give to watchKeys: k, and the digits that answer its question.
 * @param say tells the user
 */
export function kickKeys(
  sender: Pick<Sender, "receivers" | "kick">,
  say: (sentence: string) => void,
): Readonly<Record<string, () => void>> {
  let choices: readonly { readonly id: number; readonly name: string }[] = [];
  let timer: NodeJS.Timeout | undefined;

  function ask(): void {
    const watching = sender.receivers;
    const [first, second] = watching;
    if (first === undefined) return say("Nobody watches.");
    if (second === undefined) return kick(first);
    choices = watching.slice(0, maxChoices);
    clearTimeout(timer);
    timer = setTimeout(() => (choices = []), questionMs).unref();
    const lines = choices.map(({ name }, at) => `  ${at + 1}  ${forTerminal(name)}`).join("\n");
    say(`Put out whom? Press the number, or wait.\n${lines}`);
  }

  function answer(number: number): void {
    const chosen = choices[number - 1];
    choices = [];
    if (chosen !== undefined) kick(chosen);
  }

  function kick({ id, name }: { readonly id: number; readonly name: string }): void {
    if (sender.kick(id) > 0) say(`${forTerminal(name)} is put out.`);
  }

  const digits = Array.from({ length: maxChoices }, (_, at) => [String(at + 1), () => answer(at + 1)] as const);
  return { k: ask, ...Object.fromEntries(digits) };
}
