// The subcommands of svc-sender: one line each.

import {
  allowCommand,
  type Command,
  contactsCommand,
  devicesCommand,
  forgetCommand,
  kickCommand,
  setUpCommand,
} from "@simple-video-chat/protocol/cli";

import { listSenderDevices } from "./devices.ts";

/** In the order of --help. */
export const commands: readonly Command[] = [
  devicesCommand(listSenderDevices),
  contactsCommand,
  forgetCommand,
  kickCommand,
  allowCommand,
  setUpCommand,
];
