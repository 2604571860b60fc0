// Entry point "@simple-video-chat/sender": the sender as a library, and the parts that peer composes.

export { CaptureHost, type CaptureHostEvents } from "./capture-host.ts";
export { listCameras, type Camera } from "./capture/cameras.ts";
export { type SourceOptions, sourceSpec, type SourceSpec } from "./capture/source-spec.ts";
export type { CaptureEvent, CaptureOptions } from "./engine/capture-command.ts";
export { EncoderError, type EncoderErrorCode, SourceError, type SourceErrorCode } from "./errors.ts";
export { sendVideoOver } from "./outgoing-session.ts";
export type { OutgoingAccount, OutgoingVideo } from "./outgoing-video.ts";
export {
  captureOptions,
  type ReceiverInfo,
  Sender,
  type SenderEvents,
  type SenderOptions,
  type SenderStats,
  software,
  startSender,
  type VideoOptions,
} from "./sender.ts";
export { type SourceArguments, videoOptionsFrom } from "./video-arguments.ts";
