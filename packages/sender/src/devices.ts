// What the subcommand "devices" lists of a sender, and of the sending half of a peer.

import type { DeviceList } from "@simple-video-chat/protocol/cli";

import { listMicrophones } from "./audio/microphone.ts";
import { listCameraDetails } from "./capture/list-cameras.ts";

/** Cameras and microphones. */
export async function listSenderDevices(): Promise<DeviceList> {
  const [cameras, microphones] = await Promise.allSettled([listCameraDetails(), listMicrophones()]);
  return {
    ...(cameras.status === "fulfilled" && { cameras: cameras.value }),
    ...(microphones.status === "fulfilled" && { microphones: microphones.value }),
    problems: [cameras, microphones].flatMap((result) => (result.status === "rejected" ? [messageOf(result.reason)] : [])),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
