// Everything both ends must agree on, without engines, command line and test doubles: those have entry points of their own.
// Sorted by folder, then by file.

// errors, limits
export { ProtocolError, type ProtocolErrorCode } from "./errors.ts";
export { systemCode } from "./system-code.ts";
export {
  authFailureWindowMs,
  authMaxBlockMs,
  authMinBlockMs,
  codeLifetimeMs,
  deadAfterMs,
  defaultMaxReceivers,
  accountIntervalMs,
  heartbeatIntervalMs,
  inviteLifetimeMs,
  maxAudioBytes,
  maxAudioMessagesPerS,
  maxAuthFailures,
  maxCodeGuesses,
  maxConnectBurstPerAddress,
  maxConnectsPerAddressPerS,
  maxConnectsPerS,
  maxControlBytes,
  maxControlMessagesPerS,
  maxFileBytes,
  maxFileDataBytes,
  maxFileNameBytes,
  maxFilesAtOnce,
  maxFileWindowBytes,
  maxFormatChangesPerS,
  maxListEntries,
  maxNameChars,
  maxPacketBytes,
  maxPendingConnections,
  maxPendingPerAddress,
  maxPicturePx,
  maxQueuedBytes,
  maxReasonBytes,
  maxSidePx,
  maxTextBytes,
  maxTextsPerS,
  maxTracks,
  maxUnauthenticatedBytes,
  maxVideoDataBytes,
  maxVideoPacketsPerS,
  minFileDataBytes,
  noDrainMs,
  openingTimeoutMs,
  reconnectingAfterMs,
  reconnectMaxDelayMs,
  reconnectMinDelayMs,
  textRetentionMs,
} from "./limits.ts";

// files/
export { FileError, type FileErrorCode } from "./files/file-error.ts";
export {
  type FileControls,
  type FileEvent,
  type FileLinkOptions,
  type FileOutcome,
  FileTransfers,
  type FileTransfersOptions,
  wantsFiles,
} from "./files/file-transfers.ts";
export type { IncomingFileFate } from "./files/incoming-files.ts";

// flow/
export { Outbox, outboxBudgetBytes, type OutboxOptions, packetWireBytes, type PlainMessage } from "./flow/outbox.ts";
export { RateController, type RateControllerOptions } from "./flow/rate-controller.ts";
export { SendWindow, type SendWindowOptions } from "./flow/send-window.ts";

// media/
export { type Barcode, barcodeBlocks, barcodeColumns, barcodeHeightPx, barcodeRows, readBarcode } from "./media/barcode.ts";
export { isVideoCodec, type VideoCodec, videoCodecIds, videoCodecOf, videoCodecs } from "./media/codec.ts";
export { PacketAssembler } from "./media/packet-assembler.ts";
export { videoChunks } from "./media/packet-chunks.ts";
export type { EncodedPacket } from "./media/packet.ts";

// messages/
export type { AccountMessage } from "./messages/account.ts";
export type { AckMessage } from "./messages/ack.ts";
export type { AudioReportMessage } from "./messages/audio-report.ts";
export type { AudioTrackMessage } from "./messages/audio-track.ts";
export type { AudioMessage } from "./messages/audio.ts";
export { type Capabilities, type MediaKind, parseCapabilities, serializeCapabilities } from "./messages/capabilities.ts";
export type { CaptureCountMessage } from "./messages/capture-count.ts";
export type { FileAcceptMessage } from "./messages/file-accept.ts";
export type { FileAckMessage } from "./messages/file-ack.ts";
export type { FileDataMessage } from "./messages/file-data.ts";
export { type FileOfferMessage, filesFeature } from "./messages/file-offer.ts";
export type { FileResult, FileResultMessage } from "./messages/file-result.ts";
export type { FileWithdrawMessage, WithdrawReason } from "./messages/file-withdraw.ts";
export { chatFeature } from "./messages/features.ts";
export { checkClean, cleanText, isClean, type TextRule, truncateUtf8 } from "./messages/clean-text.ts";
export { type CloseCode, closeCodeName, closeCodes } from "./messages/close-code.ts";
export type { CloseMessage } from "./messages/close.ts";
export type { CreditMessage } from "./messages/credit.ts";
export type { EngineConfigureMessage } from "./messages/engine-configure.ts";
export type { EngineEventMessage } from "./messages/engine-event.ts";
export { type HelloMessage, helloMagic, nonceBytes } from "./messages/hello.ts";
export { type JsonObject, type JsonValue, parseJsonObject, serializeJsonObject, toJsonObject } from "./messages/json-object.ts";
export { type VideoState, videoStateFeature, type VideoStateMessage } from "./messages/video-state.ts";
export { type KeyframeReason, keyframeReasons, type KeyframeRequestMessage } from "./messages/keyframe-request.ts";
export type { MessageDefinition } from "./messages/message-definition.ts";
export { createMessageParser } from "./messages/message-stream.ts";
export {
  type EngineMessage,
  firstOptionalTypeId,
  headerRules,
  type Message,
  messageDefinitions,
  type MessageScope,
  type MessageType,
  type NetworkMessage,
  parseMessage,
  type ReceivedMessage,
  serializeMessage,
  type UnknownMessage,
} from "./messages/message.ts";
export type { PingMessage } from "./messages/ping.ts";
export type { PongMessage } from "./messages/pong.ts";
export { type ReadyMessage, transcriptBytes } from "./messages/ready.ts";
export type { RecordingMessage } from "./messages/recording.ts";
export type { ReportMessage } from "./messages/report.ts";
export type { StopMessage } from "./messages/stop.ts";
export type { TextAckMessage } from "./messages/text-ack.ts";
export type { TextMessage } from "./messages/text.ts";
export type { TrackMessage } from "./messages/track.ts";
export { videoFixedBytes, type VideoMessage } from "./messages/video.ts";

// pairing/
export { type Acquaintance, Acquaintances, type Meeting } from "./pairing/acquaintances.ts";
export { configFolder } from "./pairing/config-folder.ts";
export { ContactFileError, type ContactFileErrorCode, type ContactKind } from "./pairing/contact-file.ts";
export { type Contact, Contacts, type NewContact, rememberFeature } from "./pairing/contacts.ts";
export { createShortCode, parseShortCode, ShortCodeError } from "./pairing/short-code.ts";
export { verificationWords } from "./pairing/verification-words.ts";

// session/
export { connectSession, type ConnectSessionOptions, defaultEncodes, type SessionEndOptions } from "./session/dialer.ts";
export { Emitter } from "./session/emitter.ts";
export { listenForSessions, type ListenForSessionsOptions, type SessionListener, type SessionRefusal } from "./session/listener.ts";
export type { Negotiated, SessionRole, VideoAgreement } from "./session/negotiation.ts";
export type { MediaMessage, SessionEvents, SessionStats } from "./session/session-events.ts";
export { Session } from "./session/session.ts";
export type { EndedBy, SessionStatus } from "./session/state.ts";
export { type ReceivedText, SessionChat, type TextOutcome } from "./session/session-chat.ts";
export type { TextFate } from "./session/text-log.ts";
export { defaultTiming, type SessionTiming } from "./session/timing.ts";

// stats/
export { CallPercentiles, type Percentiles, SlidingPercentiles, type SlidingPercentilesOptions } from "./stats/percentiles.ts";
export { RateMeter, type RateMeterOptions } from "./stats/rate.ts";

// time/
export { type ClockEstimate, ClockOffset, type ClockSample, toOurClock, toTheirClock } from "./time/clock-offset.ts";
export { type Micros, micros, nowUs } from "./time/clock.ts";
export { type Scheduler, systemScheduler } from "./time/scheduler.ts";

// transport/
export {
  type AdmitOptions,
  type CodeOffer,
  type AdmittedCredential,
  type Credential,
  type CredentialClaim,
  type CredentialSource,
  CredentialStore,
  deriveCredential,
} from "./transport/credential.ts";
export {
  createSecret,
  defaultPort,
  formatInvite,
  formatSecret,
  type Invite,
  InviteError,
  type InviteErrorCode,
  parseInvite,
  parseSecret,
  secretBytes,
} from "./transport/invite.ts";
export type { SecureChannel } from "./transport/secure-channel.ts";
export { type CodeKey, dialSecurely, type DialSecurelyOptions } from "./transport/secure-dialer.ts";
export {
  type ChannelRefusal,
  type ChannelRefusalCode,
  listenSecurely,
  type ListenSecurelyOptions,
  type SecureListener,
} from "./transport/secure-listener.ts";
export { toTransportError, TransportError, type TransportErrorCode } from "./transport/transport-error.ts";

// wire/
export { ByteReader } from "./wire/byte-reader.ts";
export { ByteWriter } from "./wire/byte-writer.ts";
export { checkHeader, headerBytes, type HeaderRule, type HeaderRules, type MessageHeader, readHeader } from "./wire/header.ts";
export { MessageParser, type OnMessage } from "./wire/message-parser.ts";
