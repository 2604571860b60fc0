// The subcommands of svc-peer: one line each.

import {
  type Command,
  contactsCommand,
  devicesCommand,
  doctorCommand,
  forgetCommand,
  nodeCheck,
  portCheck,
  setUpCommand,
} from "@simple-video-chat/protocol/cli";
import { displayCheck, speakerCheck } from "@simple-video-chat/receiver";
import { cameraCheck, microphoneCheck, senderLibraryCheck } from "@simple-video-chat/sender";

import { listPeerDevices } from "./devices.ts";
import { selfCallCheck } from "./doctor/self-call-check.ts";

const checks = [
  nodeCheck(),
  senderLibraryCheck("svc-peer"),
  cameraCheck(),
  microphoneCheck,
  speakerCheck,
  displayCheck,
  portCheck(),
  selfCallCheck,
];

/** In the order of --help. */
export const commands: readonly Command[] = [
  devicesCommand(listPeerDevices),
  doctorCommand(checks),
  contactsCommand,
  forgetCommand,
  setUpCommand,
];
