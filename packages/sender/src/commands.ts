// The subcommands of svc-sender: one line each.

import { allowCommand, type Command, contactsCommand, forgetCommand, kickCommand, setUpCommand } from "@simple-video-chat/protocol/cli";

/** In the order of --help. */
export const commands: readonly Command[] = [contactsCommand, forgetCommand, kickCommand, allowCommand, setUpCommand];
