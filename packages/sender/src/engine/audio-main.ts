// The sender's audio engine: a process of its own that records and encodes, so that no picture ever makes the sound stutter. It does what
// the network process tells it over its pipe, and ends when the pipe does.

import { toJsonObject } from "@simple-video-chat/protocol";
import { askForPriority, leaveSignalsToParent, openEnginePort } from "@simple-video-chat/protocol/engine";

import { AudioCapture } from "../audio/audio-capture.ts";
import type { CaptureAudioCommand } from "../audio/capture-audio-command.ts";

leaveSignalsToParent();
askForPriority();

const capture = new AudioCapture({
  onPacket: (packet) => port.send(packet),
  onEvent: (event) => port.send({ type: "engine-event", value: toJsonObject(event) }),
});

const port = openEnginePort(
  (message) => {
    if (message.type === "engine-configure") void capture.obey(message.value as unknown as CaptureAudioCommand);
  },
  () => process.exit(0),
);
