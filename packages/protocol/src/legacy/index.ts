// The wire of the original programs: an 8-byte length, then a pickled numpy picture. Own entry point,
// `@simple-video-chat/protocol/legacy`, because nothing of the new protocol depends on it. Described in docs/legacy.md.

export { LegacyError } from "./legacy-error.ts";
export type { LegacyErrorCode } from "./legacy-error.ts";
export {
  LEGACY_CHANNELS,
  LEGACY_HEADER_BYTES,
  LEGACY_MAX_PAYLOAD_BYTES,
  LEGACY_MAX_PIXELS,
  LEGACY_MAX_SIDE_PX,
  legacyPixelBytes,
} from "./legacy-limits.ts";
export type { LegacySize } from "./legacy-limits.ts";
export { LegacyFrameReader, legacyEnvelope, legacyMessage } from "./legacy-framing.ts";
export type { LegacyEnvelope } from "./legacy-framing.ts";
export { pickleEnvelope, pickleFrame } from "./pickle-frame.ts";
export type { PickleEnvelope } from "./pickle-frame.ts";
export { unpickleFrame } from "./unpickle-frame.ts";
export type { LegacyCameraFailure, LegacyFrame, LegacyPayload } from "./pickle-value.ts";
