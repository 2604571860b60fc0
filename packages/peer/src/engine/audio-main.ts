// The audio engine of a call: a process of its own that records and plays, so that no picture ever makes the sound stutter, and that hears both
// directions, as cancelling the echo takes. It does what the network process tells it over its pipe, and ends when the pipe does.

import { toJsonObject } from "@simple-video-chat/protocol";
import { askForPriority, leaveSignalsToParent, openEnginePort } from "@simple-video-chat/protocol/engine";
import { AudioPlayout, type PlayoutCommand } from "@simple-video-chat/receiver/engine";
import { AudioCapture, type CaptureAudioCommand } from "@simple-video-chat/sender/engine";

import { openEchoCanceller } from "../audio/echo-canceller.ts";

leaveSignalsToParent();
askForPriority();

const canceller = await openEchoCanceller();
/** A file or a test tone hears nothing of the loudspeaker, and neither does a headset. */
let hearsSpeaker = false;

const capture = new AudioCapture({
  onPacket: (packet) => port.send(packet),
  onEvent: tell,
  process: (block, captureUs) => (hearsSpeaker ? canceller.processRecorded(block, captureUs) : block),
});
const playout = new AudioPlayout({
  onEvent: tell,
  onPlayed: (block) => {
    if (hearsSpeaker) canceller.processPlayed(block);
  },
});

const port = openEnginePort(
  (message) => {
    if (message.type === "audio") playout.push(message);
    else if (message.type === "engine-configure") obey(message.value as unknown as CaptureAudioCommand | PlayoutCommand);
  },
  () => process.exit(0),
);

function obey(command: CaptureAudioCommand | PlayoutCommand): void {
  switch (command.command) {
    case "record":
      hearsSpeaker = command.sound.kind === "microphone" && command.sound.headphones !== true;
      if (hearsSpeaker && canceller.kind === "ducking") tell({ event: "ducking" });
      void capture.obey(command);
      break;
    case "record-format":
    case "record-stop":
      void capture.obey(command);
      break;
    case "play":
    case "volume":
    case "play-stop":
      void playout.obey(command);
      break;
  }
}

function tell(event: object): void {
  port.send({ type: "engine-event", value: toJsonObject(event) });
}
