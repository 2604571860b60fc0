// A process that says which speakers the system has, where no sound server does, and ends.

import { answerProcess } from "@simple-video-chat/protocol/engine";

import { listSystemSpeakers } from "../native/system-speaker.ts";

answerProcess(await listSystemSpeakers());
