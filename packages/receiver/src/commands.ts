// The subcommands of svc-receiver: one line each.

import { type Command, contactsCommand, devicesCommand, forgetCommand, setUpCommand } from "@simple-video-chat/protocol/cli";

import { listReceiverDevices } from "./devices.ts";

/** In the order of --help. */
export const commands: readonly Command[] = [devicesCommand(listReceiverDevices), contactsCommand, forgetCommand, setUpCommand];
