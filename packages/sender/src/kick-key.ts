// The key k of a sender: puts out who watches, or asks whom when there are several.

import { forTerminal, type Keyboard } from "@simple-video-chat/protocol/cli";

import type { ReceiverInfo, Sender } from "./sender.ts";

/** How many can be told apart by one key. */
const maxChoices = 9;

/**
 * k was pressed.
 * @param keyboard whose next key is the answer
 * @param say tells the user
 */
export function kickByKey(
  sender: Pick<Sender, "receivers" | "kick">,
  keyboard: Pick<Keyboard, "answerWith">,
  say: (sentence: string) => void,
): void {
  const kick = ({ id, name }: ReceiverInfo): void => {
    if (sender.kick(id) > 0) say(`${forTerminal(name)} is put out.`);
  };
  const choices = sender.receivers.slice(0, maxChoices);
  const [first, second] = choices;
  if (first === undefined) return say("Nobody watches.");
  if (second === undefined) return kick(first);
  const lines = choices.map(({ name, remoteAddress }, at) => `  ${at + 1}  ${forTerminal(name)} (${remoteAddress})`);
  say(`Put out whom? Press the number; any other key: nobody.\n${lines.join("\n")}`);
  keyboard.answerWith((key) => {
    const chosen = choices[Number(key) - 1];
    if (chosen === undefined) say("Nobody is put out.");
    else kick(chosen);
  });
}
