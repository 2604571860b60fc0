// The receiver's audio engine: a process of its own that decodes and plays, so that no picture ever makes the sound stutter. It does what the
// network process tells it over its pipe, and ends when the pipe does.

import { toJsonObject } from "@simple-video-chat/protocol";
import { askForPriority, leaveSignalsToParent, openEnginePort } from "@simple-video-chat/protocol/engine";

import { AudioPlayout } from "../audio/audio-playout.ts";
import type { PlayoutCommand } from "../audio/playout-command.ts";

leaveSignalsToParent();
askForPriority();

const playout = new AudioPlayout({ onEvent: (event) => port.send({ type: "engine-event", value: toJsonObject(event) }) });

const port = openEnginePort(
  (message) => {
    if (message.type === "audio") playout.push(message);
    else if (message.type === "engine-configure") void playout.obey(message.value as unknown as PlayoutCommand);
  },
  () => process.exit(0),
);
