// The subcommands of svc-receiver: one line each.

import { type Command, setUpCommand } from "@simple-video-chat/protocol/cli";

/** In the order of --help. */
export const commands: readonly Command[] = [setUpCommand];
