// Entry point "@simple-video-chat/sender": the sender as a library, and the parts that peer composes.

export type { FrameMeta } from "@simple-video-chat/protocol/engine";
export { CaptureHost, type CaptureHostEvents } from "./capture-host.ts";
export { listCameras, type Camera } from "./capture/cameras.ts";
export { type SourceOptions, sourceSpec, type SourceSpec } from "./capture/source-spec.ts";
export type { EncoderChoice, HardwareEncoder } from "./encode/encoder.ts";
export type { CaptureEvent, CaptureOptions, NoticeCode } from "./engine/capture-command.ts";
export { EncoderError, type EncoderErrorCode, isFailureToStart, SourceError, type SourceErrorCode } from "./errors.ts";
export { GuestList, type GuestListEvents, type GuestListOptions } from "./guest-list.ts";
export { sourceEvents, type SourceEvents } from "./source-events.ts";
export { LegacyServerError, type LegacyServerErrorCode } from "./legacy/legacy-server-error.ts";
export {
  type LegacyPicture,
  LegacyServer,
  type LegacyServerEvent,
  type LegacyServerOptions,
  type LegacyServerStats,
} from "./legacy/legacy-server.ts";
export type { LegacyViewerEnd } from "./legacy/legacy-viewer.ts";
export { type AudioCaptureHost } from "./audio/audio-capture-host.ts";
export { listMicrophones } from "./audio/microphone.ts";
export { captureSound, type SoundEvents, type SoundNoticeCode } from "./audio/sound-notices.ts";
export { type MicrophoneArguments, type SoundChoice, soundFor, type SoundSpec, soundWith } from "./audio/sound-spec.ts";
export { listSenderDevices } from "./devices.ts";
export { type CameraDetails, listCameraDetails } from "./capture/list-cameras.ts";
export { cameraCheck, microphoneCheck, senderLibraryCheck } from "./doctor/sender-checks.ts";
export { SourceCycle } from "./source-cycle.ts";
export { switchSource, type SwitchableCall } from "./switch-source.ts";
export type { SourceState } from "./source-health.ts";
export { cameraSentence } from "./camera-sentence.ts";
export { fileLink, flushLastFrames, sendVideoOver } from "./outgoing-session.ts";
export type { OutgoingAccount } from "./outgoing-account.ts";
export type { OutgoingVideo } from "./outgoing-video.ts";
export { type ReceiverInfo, Sender, type SenderEvents, type SenderOptions, type SenderStats, software, startSender } from "./sender.ts";
export { checkSource, type SourceArguments, videoOptionsFrom } from "./video-arguments.ts";
export { captureOptions, hasSound, outgoingOptions, type VideoOptions } from "./video-options.ts";
export type { FilterContext, FrameFilter } from "./native/opencv.ts";
