// The recorder: a process of its own that writes a recording, so that a disk that is slow, full or gone makes no picture late, and the file is
// ended well when any other process dies. It does what the network process tells it over its pipe, and ends when the pipe does.

import { type Message, PacketAssembler, toJsonObject } from "@simple-video-chat/protocol";
import { leaveSignalsToParent, openEnginePort } from "@simple-video-chat/protocol/engine";

import type { RecordCommand, RecordEvent } from "../recording/record-command.ts";
import { Recorder } from "../recording/recorder.ts";
import { RecordingError } from "../recording/recording-error.ts";

/** Of a process that is killed no more than a second may be lost. */
const tickMs = 900;

leaveSignalsToParent();

let recorder: Recorder | undefined;
/** One for each track, from its announcement on. */
const assemblers = new Map<number, PacketAssembler>();

const port = openEnginePort(receive, () => {
  // The network process is gone, and nobody wants the file to be lost with it.
  recorder?.finish();
  process.exit(0);
});
setInterval(() => recorder?.tick(), tickMs);

function receive(message: Message): void {
  switch (message.type) {
    case "video": {
      const packet = assemblers.get(message.track)?.push(message);
      if (packet !== undefined) recorder?.push(packet);
      break;
    }
    case "track":
      assemblers.set(message.track, new PacketAssembler());
      recorder?.announce(message);
      break;
    case "audio":
      // Its data is gone after this call, and it may wait for the file to begin.
      recorder?.push({ ...message, data: Uint8Array.from(message.data) });
      break;
    case "audio-track":
      recorder?.announceSound(message);
      break;
    case "engine-configure":
      obey(message.value as unknown as RecordCommand);
      break;
    default:
      // Nothing else concerns a recording.
      break;
  }
}

function obey(command: RecordCommand): void {
  if (command.command === "finish") return recorder === undefined ? tell({ event: "done" }) : recorder.finish();
  try {
    recorder = new Recorder(command, {
      onEvent: tell,
      onKeyframeWanted: (track) => port.send({ type: "keyframe-request", track, reason: "joined" }),
    });
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    tell({ event: "record-failed", code: error.code, message: error.message });
    tell({ event: "done" });
  }
}

function tell(event: RecordEvent): void {
  port.send({ type: "engine-event", value: toJsonObject(event) });
}
