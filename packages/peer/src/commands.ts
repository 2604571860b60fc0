// The subcommands of svc-peer: one line each.

import { type Command, contactsCommand, devicesCommand, forgetCommand, setUpCommand } from "@simple-video-chat/protocol/cli";

import { listPeerDevices } from "./devices.ts";

/** In the order of --help. */
export const commands: readonly Command[] = [devicesCommand(listPeerDevices), contactsCommand, forgetCommand, setUpCommand];
