// The subcommands of svc-sender: one line each.

import { type Command, devicesCommand, setUpCommand } from "@simple-video-chat/protocol/cli";

import { listSenderDevices } from "./devices.ts";

/** In the order of --help. */
export const commands: readonly Command[] = [devicesCommand(listSenderDevices), setUpCommand];
