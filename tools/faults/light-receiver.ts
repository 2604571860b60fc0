// A receiver in this process that acknowledges what comes and shows nothing, with every packet counted: many of them cost little. Its
// session is that of the real programs.

import {
  connectSession,
  deriveCredential,
  headerBytes,
  nowUs,
  PacketAssembler,
  type Session,
  videoFixedBytes,
  type VideoMessage,
} from "@simple-video-chat/protocol";
import { readKeyFile } from "@simple-video-chat/protocol/cli";
import { receiverCapabilities } from "@simple-video-chat/receiver";

/** Whom to join, and as whom. */
export interface LightReceiverOptions {
  readonly port: number;
  readonly keyFile: string;
  readonly name: string;
  /** It keeps a connection on which nothing comes, and so lives as long as it wants to. */
  readonly isPatient?: boolean;
}

/** A receiver that counts. */
export class LightReceiver {
  readonly session: Session;
  /** Instants at which its session became live, on this computer's monotonic clock, µs. */
  readonly liveUs: number[] = [];
  packets = 0;
  #assembler = new PacketAssembler();
  #bytes = 0;
  #frame = 0;

  constructor({ port, keyFile, name, isPatient = false }: LightReceiverOptions) {
    this.session = connectSession({
      host: "127.0.0.1",
      port,
      credential: deriveCredential(readKeyFile(keyFile, { create: false })),
      capabilities: receiverCapabilities(name, "faults"),
      waitForListener: true,
      ...(isPatient && { timing: { silentAfterMs: 100_000, deadAfterMs: 100_000 } }),
    });
    this.session.on("live", () => {
      this.liveUs.push(nowUs());
      this.#assembler = new PacketAssembler();
      this.#bytes = 0;
      this.#frame = 0;
    });
    this.session.on("message", (message) => {
      if (message.type === "video" && this.#receive(message)) this.packets++;
    });
  }

  /** @returns whether a packet is complete */
  #receive(message: VideoMessage): boolean {
    this.#bytes += headerBytes + videoFixedBytes + message.data.byteLength;
    const packet = this.#assembler.push(message);
    if (packet !== undefined) this.#frame = packet.frame;
    this.session.send({ type: "ack", track: message.track, bytes: this.#bytes, frame: this.#frame, receivedUs: nowUs() });
    return packet !== undefined;
  }
}
