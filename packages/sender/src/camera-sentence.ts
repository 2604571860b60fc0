// What the user is told of the own camera, in the programs of sender and peer.

import type { SourceState } from "./source-health.ts";

/** A sentence about the present state. */
export function cameraSentence(state: SourceState): string {
  switch (state.state) {
    case "on":
      return "Your camera is on.";
    case "off":
      return "Your camera is off: it is released, and a card is shown in place of its picture.";
    case "lost":
      return `${state.message} It goes on without its picture, which comes back by itself when it can.`;
  }
}
