// The subcommands of svc-peer: one line each.

import { type Command, devicesCommand, setUpCommand } from "@simple-video-chat/protocol/cli";

import { listPeerDevices } from "./devices.ts";

/** In the order of --help. */
export const commands: readonly Command[] = [devicesCommand(listPeerDevices), setUpCommand];
