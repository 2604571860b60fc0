// The opening's arithmetic, pure: two hellos in, what the session will speak out. Both ends compute it for themselves; the
// transcripts in their ready messages prove that they computed it from the same hellos.
import { createHash, randomBytes } from "node:crypto";
import type { VideoCodec } from "../media/codec.ts";
import type { Capabilities } from "../messages/capabilities.ts";
import type { CloseCode } from "../messages/close-code.ts";
import { type HelloMessage, nonceBytes } from "../messages/hello.ts";

/** The versions of the wire format that this code speaks. */
const supportedVersions = { min: 1, max: 1 } as const;

/** Who called: `dialer` opened the TCP connection. Independent of who sends media. */
export type SessionRole = "dialer" | "listener";

/** What this end may send to the other, at most. */
export interface VideoAgreement {
  /** The best codec for the receiver that this end can encode; `codecs` has all of them, best first. */
  readonly codec: VideoCodec;
  readonly codecs: readonly VideoCodec[];
  readonly maxWidthPx: number;
  readonly maxHeightPx: number;
  /** Hz. */
  readonly maxFrameRate: number;
}

/** What both ends will do, seen from this end. */
export interface Negotiated {
  readonly version: number;
  /** undefined: this end sends no video. */
  readonly sendVideo: VideoAgreement | undefined;
  readonly receiveVideo: boolean;
  readonly sendAudio: boolean;
  readonly receiveAudio: boolean;
  /** Features that both ends named. */
  readonly features: readonly string[];
}

/** The hellos fit. */
export interface Agreement {
  readonly agreed: true;
  readonly negotiated: Negotiated;
  readonly peer: Capabilities;
  /** SHA-256 of the dialer's and then the listener's hello message, as they were on the wire. */
  readonly transcript: Uint8Array;
}

/** The hellos do not fit; the connection ends with this. */
export interface Disagreement {
  readonly agreed: false;
  readonly code: CloseCode;
  readonly reason: string;
}

/** A hello as read, and its bytes on the wire with the header. */
export interface HelloOnWire {
  readonly hello: HelloMessage;
  readonly bytes: Uint8Array;
}

/** Both hellos, and what they do not say. */
export interface Opening {
  readonly role: SessionRole;
  readonly ours: HelloOnWire;
  readonly theirs: HelloOnWire;
  /** The video codecs that this end can encode. */
  readonly encodes: readonly VideoCodec[];
}

/** A hello with a new nonce. */
export function createHello(capabilities: Capabilities): HelloMessage {
  return {
    type: "hello",
    minVersion: supportedVersions.min,
    maxVersion: supportedVersions.max,
    nonce: new Uint8Array(randomBytes(nonceBytes)),
    capabilities,
  };
}

/** What two hellos come to. */
export function negotiate(opening: Opening): Agreement | Disagreement {
  const ours = opening.ours.hello;
  const theirs = opening.theirs.hello;
  const version = Math.min(ours.maxVersion, theirs.maxVersion);
  if (version < Math.max(ours.minVersion, theirs.minVersion)) {
    const reason = `versions ${ours.minVersion} to ${ours.maxVersion} here, ${theirs.minVersion} to ${theirs.maxVersion} there`;
    return { agreed: false, code: "no-common-version", reason };
  }
  const we = ours.capabilities;
  const they = theirs.capabilities;
  const sendsVideo = we.sends.includes("video") && they.receives.includes("video");
  const codecs = they.videoCodecs.filter((codec) => opening.encodes.includes(codec));
  const [codec] = codecs;
  if (sendsVideo && codec === undefined) {
    return { agreed: false, code: "refused", reason: "no video codec that one end encodes and the other decodes" };
  }
  return {
    agreed: true,
    peer: they,
    transcript: hashTranscript(opening),
    negotiated: {
      version,
      sendVideo:
        sendsVideo && codec !== undefined
          ? {
              codec,
              codecs,
              maxWidthPx: they.maxWidthPx,
              maxHeightPx: they.maxHeightPx,
              maxFrameRate: they.maxFrameRate,
            }
          : undefined,
      receiveVideo: they.sends.includes("video") && we.receives.includes("video"),
      sendAudio: we.sends.includes("audio") && they.receives.includes("audio"),
      receiveAudio: they.sends.includes("audio") && we.receives.includes("audio"),
      features: we.features.filter((feature) => they.features.includes(feature)),
    },
  };
}

function hashTranscript({ role, ours, theirs }: Opening): Uint8Array {
  const [dialer, listener] = role === "dialer" ? [ours, theirs] : [theirs, ours];
  return new Uint8Array(createHash("sha256").update(dialer.bytes).update(listener.bytes).digest());
}
