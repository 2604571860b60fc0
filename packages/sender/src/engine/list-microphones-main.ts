// A process that says which microphones the system has, where no sound server does, and ends.

import { answerProcess } from "@simple-video-chat/protocol/engine";

import { listSystemMicrophones } from "../native/system-microphone.ts";

answerProcess(await listSystemMicrophones());
