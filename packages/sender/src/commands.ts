// The subcommands of svc-sender: one line each.

import {
  allowCommand,
  type Command,
  contactsCommand,
  devicesCommand,
  doctorCommand,
  forgetCommand,
  kickCommand,
  nodeCheck,
  portCheck,
  setUpCommand,
} from "@simple-video-chat/protocol/cli";

import { listSenderDevices } from "./devices.ts";
import { cameraCheck, microphoneCheck, senderLibraryCheck } from "./doctor/sender-checks.ts";

/** In the order of --help. */
export const commands: readonly Command[] = [
  devicesCommand(listSenderDevices),
  doctorCommand([nodeCheck(), senderLibraryCheck("svc-sender"), cameraCheck(), microphoneCheck, portCheck()]),
  contactsCommand,
  forgetCommand,
  kickCommand,
  allowCommand,
  setUpCommand,
];
