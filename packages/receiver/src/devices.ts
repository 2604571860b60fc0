// What the subcommand "devices" lists of a receiver, and of the receiving half of a peer.

import type { DeviceList } from "@simple-video-chat/protocol/cli";

import { listSpeakers } from "./audio/speaker.ts";

/** Speakers. */
export async function listReceiverDevices(): Promise<DeviceList> {
  try {
    return { speakers: await listSpeakers(), problems: [] };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
}
