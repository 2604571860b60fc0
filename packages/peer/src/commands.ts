// The subcommands of svc-peer: one line each.

import { type Command, contactsCommand, forgetCommand, setUpCommand } from "@simple-video-chat/protocol/cli";

/** In the order of --help. */
export const commands: readonly Command[] = [contactsCommand, forgetCommand, setUpCommand];
