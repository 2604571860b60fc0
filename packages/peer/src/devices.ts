// What the subcommand "devices" lists of a peer: all that its two halves use.

import type { DeviceList } from "@simple-video-chat/protocol/cli";
import { listReceiverDevices } from "@simple-video-chat/receiver";
import { listSenderDevices } from "@simple-video-chat/sender";

/** Cameras, microphones and speakers. */
export async function listPeerDevices(): Promise<DeviceList> {
  const [sending, receiving] = await Promise.all([listSenderDevices(), listReceiverDevices()]);
  // Without a sound server both halves say so.
  return { ...sending, ...receiving, problems: [...new Set([...sending.problems, ...receiving.problems])] };
}
