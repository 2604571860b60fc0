// The subcommands of svc-receiver: one line each.

import {
  type Command,
  contactsCommand,
  devicesCommand,
  doctorCommand,
  forgetCommand,
  nodeCheck,
  setUpCommand,
} from "@simple-video-chat/protocol/cli";

import { listReceiverDevices } from "./devices.ts";
import { displayCheck, receiverLibraryCheck, speakerCheck } from "./doctor/receiver-checks.ts";

/** In the order of --help. */
export const commands: readonly Command[] = [
  devicesCommand(listReceiverDevices),
  doctorCommand([nodeCheck(), receiverLibraryCheck("svc-receiver"), displayCheck, speakerCheck]),
  contactsCommand,
  forgetCommand,
  setUpCommand,
];
