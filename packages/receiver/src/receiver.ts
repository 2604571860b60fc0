// The receiver as a library: connects to a sender, plays its video, and comes back when the connection is lost.

import {
  Acquaintances,
  type Capabilities,
  type CodeKey,
  chatFeature,
  connectSession,
  type Contacts,
  type Credential,
  Emitter,
  filesFeature,
  maxSidePx,
  maxVideoPacketsPerS,
  type Session,
  videoStateFeature,
  verificationWords,
  wantsFiles,
} from "@simple-video-chat/protocol";

import type { IncomingCallEvents, IncomingCallOptions, IncomingCallStats } from "./incoming-call-contract.ts";
import { IncomingCall } from "./incoming-call.ts";
import type { RecordingOptions } from "./recording-host.ts";
import { Watching } from "./watching.ts";

export interface ReceiverOptions extends IncomingCallOptions {
  readonly host: string;
  readonly port: number;
  /** Of an invite: `deriveCredential(parseInvite(text).secret)`; or a short code. */
  readonly credential: Credential | CodeKey;
  /** Senders that were watched before, kind "cameras": this one is added when it is new, and `credential` good for one time only. */
  readonly contacts?: Contacts | undefined;
  /** Default "receiver". */
  readonly name?: string;
  /** Keep trying while the sender has not been started yet; default false. */
  readonly waitForSender?: boolean;
}

/** What a receiver tells. */
export type ReceiverEvents = IncomingCallEvents;

/** What a receiver can take. */
export function receiverCapabilities(
  name: string,
  software: string,
  { audio = true, chat = true, acceptFiles }: Pick<IncomingCallOptions, "audio" | "chat" | "acceptFiles"> = {},
): Capabilities {
  return {
    name,
    software,
    sends: [],
    receives: audio ? ["video", "audio"] : ["video"],
    videoCodecs: ["h264", "vp9", "jpeg"],
    maxWidthPx: maxSidePx,
    maxHeightPx: maxSidePx,
    maxFrameRate: maxVideoPacketsPerS,
    features: [...(chat ? [chatFeature] : []), ...(wantsFiles({ chat, acceptFiles }) ? [filesFeature] : []), videoStateFeature],
  };
}

/** A running receiver. Made by {@link startReceiver}. */
export class Receiver extends Watching {
  readonly #events = new Emitter<ReceiverEvents>();
  protected override readonly incoming: IncomingCall;
  readonly #session: Session;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(options: ReceiverOptions) {
    super();
    this.incoming = new IncomingCall(options, this.#events);
    this.incoming.showCard("connecting");
    const { host, port, credential, contacts } = options;
    const acquaintances = new Acquaintances(contacts);
    const capabilities = receiverCapabilities(options.name ?? "receiver", "simple-video-chat 0.1", options);
    this.#session = connectSession({
      host,
      port,
      credential,
      capabilities: { ...capabilities, features: [...capabilities.features, ...acquaintances.features] },
      waitForListener: options.waitForSender ?? false,
    });
    this.incoming.use(this.#session, acquaintances, { once: true, dialed: { host, port } });
  }

  /** Calls `handler` at every such event; the returned function ends that. */
  on<K extends keyof ReceiverEvents>(event: K, handler: (value: ReceiverEvents[K]) => void): () => void {
    return this.#events.on(event, handler);
  }

  /** Process id of the playback engine. */
  get enginePid(): number | undefined {
    return this.incoming.enginePid;
  }

  /** Three words that the sender shows, too, when nobody is in the middle; undefined: not connected. */
  verificationWords(): Promise<string | undefined> {
    return verificationWords(this.#session);
  }

  /** The present figures. */
  stats(): IncomingCallStats {
    return this.incoming.stats();
  }

  /** How loud the sender is: the peak of the last tenth of a second, dB below full scale; undefined while nothing is heard. Cheap. */
  get peakDbfs(): number | undefined {
    return this.incoming.peakDbfs;
  }

  /** Begins to record what comes, at the next keyframe; the sender is told. What becomes of it are events. */
  startRecording(options: Omit<RecordingOptions, "mode">): void {
    this.incoming.startRecording(options);
  }

  /** Ends it: gets the sender's last account, shows what is still there, closes the window. Resolves when nothing is left running. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.incoming.stop();
    await this.#session.close();
    await this.incoming.close();
  }
}

/** Starts a receiver. It connects at once; attach handlers in the same tick. Failure is its "closed" event. */
export function startReceiver(options: ReceiverOptions): Receiver {
  return new Receiver(options);
}
