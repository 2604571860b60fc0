// A receiver that acknowledges and shows nothing: what many receivers are to a sender, at next to no cost to the computer. It may keep
// the packets, to be looked at afterwards.

import {
  connectSession,
  deriveCredential,
  type EncodedPacket,
  headerBytes,
  nowUs,
  PacketAssembler,
  type Session,
  type TrackMessage,
  videoFixedBytes,
  type VideoMessage,
} from "@simple-video-chat/protocol";
import { readKeyFile } from "@simple-video-chat/protocol/cli";
import { receiverCapabilities } from "@simple-video-chat/receiver";

import type { SenderAddress } from "./one-way-call.ts";

/** What a light client does with what comes. */
export interface LightClientOptions extends SenderAddress {
  readonly name: string;
  /** Called for each packet, with the format it is of. */
  readonly onPacket?: (packet: EncodedPacket, track: TrackMessage) => void;
  /** Acknowledges nothing after its first packet: a receiver that has stalled, with the connection up. */
  readonly stalls?: boolean;
}

/** Joins a sender. @returns the session; it is for the caller to close */
export function joinLightly({ host, port, keyFile, name, onPacket, stalls = false }: LightClientOptions): Session {
  const session = connectSession({
    host,
    port,
    credential: deriveCredential(readKeyFile(keyFile, { create: false })),
    capabilities: receiverCapabilities(name, "bench"),
  });
  let track: TrackMessage | undefined;
  let assembler = new PacketAssembler();
  let bytes = 0;
  let frame = 0;
  const receive = (message: VideoMessage): void => {
    bytes += headerBytes + videoFixedBytes + message.data.byteLength;
    const packet = assembler.push(message);
    if (stalls && frame > 0) return;
    if (packet !== undefined) frame = packet.frame;
    session.send({ type: "ack", track: message.track, bytes, frame, receivedUs: nowUs() });
    if (packet !== undefined && track !== undefined) onPacket?.(packet, track);
  };
  session.on("live", () => {
    assembler = new PacketAssembler();
    bytes = 0;
    frame = 0;
  });
  session.on("message", (message) => {
    if (message.type === "track") track = message;
    if (message.type === "video") receive(message);
  });
  return session;
}
