// A process that says which cameras the system has and in which sizes they give pictures, and ends.

import { answerProcess } from "@simple-video-chat/protocol/engine";

import { listCameras } from "../capture/cameras.ts";
import { listSystemCameras, modesOf } from "../capture/system-camera.ts";

const isLinux = process.platform === "linux";
const cameras = isLinux ? listCameras().map(({ device, name }) => ({ id: `/dev/video${device}`, name })) : await listSystemCameras();
const answers = [];
for (const { id, name } of cameras) answers.push({ device: id, name, modes: await modesOf(id) });
answerProcess(answers);
