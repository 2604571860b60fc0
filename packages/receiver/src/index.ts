// Entry point "@simple-video-chat/receiver": the receiver as a library, and the parts that peer composes.

export type { FrameMeta } from "@simple-video-chat/protocol/engine";
export type { DisplayView } from "./display/display.ts";
export { bareOverlay, type Overlay, type OverlayRow, type SelfViewCorner, selfViewCorners, type SoundLevel } from "./display/overlay.ts";
export type { BarcodeCount } from "./engine/playback-command.ts";
export { DecodeError, type DecodeErrorCode } from "./errors.ts";
export { type DroppedFrames, type FrameTotals } from "./frame-account.ts";
export type { IncomingStats, IncomingSummary, SlowPart } from "./incoming-video.ts";
export { listSpeakers } from "./audio/speaker.ts";
export { displayCheck, speakerCheck } from "./doctor/receiver-checks.ts";
export { listReceiverDevices } from "./devices.ts";
export type { IncomingAudioStats } from "./audio/incoming-audio.ts";
export { IncomingCall, type IncomingCallParts } from "./incoming-call.ts";
export type { IncomingCallEvents, IncomingCallOptions, IncomingCallStats } from "./incoming-call-contract.ts";
export { LegacyClientError, type LegacyClientErrorCode } from "./legacy/legacy-client-error.ts";
export { LegacyClient, type LegacyClientCounts, type LegacyClientOptions, type ReceivedPicture } from "./legacy/legacy-client.ts";
export type { RecordedFileEnd, RecordingOptions, RecordingProgress, RecordMode } from "./recording-host.ts";
export { RecordingError, type RecordingErrorCode } from "./recording/recording-error.ts";
export type { LatencyMs, LatencyStages, ShownPicture } from "./picture-times.ts";
export type { Snapshot } from "./playback-host.ts";
export { Receiver, receiverCapabilities, type ReceiverEvents, type ReceiverOptions, startReceiver } from "./receiver.ts";
export type { FilterContext, FrameFilter } from "./native/opencv.ts";
export { Watching } from "./watching.ts";
