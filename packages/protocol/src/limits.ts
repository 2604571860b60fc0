// Every limit both ends hold each other to, with its reason. docs/protocol.md repeats this table and a test compares them.
// Anything over a limit is refused before memory is taken for it.

// Sizes on the wire, in bytes.

/** One encoded packet: a 4K JPEG of high quality fits; the most that one track can make the receiver hold. */
export const maxPacketBytes = 4_194_304;
/** Data of one video message: at 2 Mbit/s a word or a key press waits at most 66 ms behind it. */
export const maxVideoDataBytes = 16_384;
/** One audio message: far above any Opus packet (1,275 bytes a frame). */
export const maxAudioBytes = 8_192;
/** Any message that is neither video nor audio, optional unknown ones included. */
export const maxControlBytes = 16_384;
/** UTF-8 bytes of one text: a long paragraph. */
export const maxTextBytes = 4_096;
/** UTF-8 bytes of the reason in a close message: one sentence. */
export const maxReasonBytes = 512;

// Files.

/** Data of one file-data message: 16 ms at 2 Mbit/s, which is what a picture waits behind it at most. */
export const maxFileDataBytes = 4_096;
/** The same at least, unless it is the file's last: so that the bytes bound the messages, on links that take 4 KiB for too long, too. */
export const minFileDataBytes = 512;
/** Data of one file under way and not acknowledged: what a receiver with a slow disk may have to hold. */
export const maxFileWindowBytes = 1_048_576;
/** UTF-8 bytes of a file's name: what file systems take. */
export const maxFileNameBytes = 255;
/** One file: 15 hours at 10 Mbit/s, and what a mistaken path would be above. */
export const maxFileBytes = 68_719_476_736;
/** Files of one end that are offered or under way at once: more questions than that are a nuisance. */
export const maxFilesAtOnce = 4;

// Words.

/** Characters (code points) in the name of a person, of a program or of a feature: fits a status line. */
export const maxNameChars = 64;
/** Entries of one list in the capabilities: more than anyone needs, few enough to walk at leisure. */
export const maxListEntries = 32;

// Media.

/** Pixels of either side of a picture: area alone is not enough, some decoders allocate by row. */
export const maxSidePx = 4_096;
/** Pixels of a whole picture: 3840×2160. */
export const maxPicturePx = 8_294_400;
/** Tracks of one connection: a camera, a screen and two to spare; each may hold one unfinished packet. */
export const maxTracks = 4;
/** Changes of a track's format in a second: each one makes a decoder start again. */
export const maxFormatChangesPerS = 1;

// Rates of what comes in, per second, averaged with a burst of the same size.

/** Video packets: the fastest cameras give 240 Hz, with room for jitter. Also the highest frame rate a track may announce, in Hz. */
export const maxVideoPacketsPerS = 250;
/** Audio messages: 10 ms Opus frames with room for jitter. */
export const maxAudioMessagesPerS = 110;
/** Control messages, acks and reports not included: those are bounded by the video they answer. */
export const maxControlMessagesPerS = 20;
/** Texts: faster than anyone types. */
export const maxTextsPerS = 5;

// Liveness, in milliseconds.

/** A ping is sent this often. */
export const heartbeatIntervalMs = 2_000;
/** Silence after which the user is shown "reconnecting": one heartbeat and half of the next missed. */
export const reconnectingAfterMs = 3_000;
/** Silence after which the connection is dead on both ends: three heartbeats. */
export const deadAfterMs = 6_000;
/** A receiver is told the account of its frames this often, also when there were none: so it knows a source that gives nothing from a link that brings nothing. */
export const accountIntervalMs = 1_000;
/** A receiver whose socket takes nothing, or that acknowledges nothing, for this long is cut. */
export const noDrainMs = 10_000;
/** Most bytes that wait for one receiver: the largest packet; the latency budget is usually far below. */
export const maxQueuedBytes = 4_194_304;
/** Texts survive an outage of this length; after that the user is told "not delivered". */
export const textRetentionMs = 30_000;
/** First and longest pause between attempts to reconnect; full jitter in between. */
export const reconnectMinDelayMs = 250;
/** See reconnectMinDelayMs. */
export const reconnectMaxDelayMs = 5_000;

// Before the other end has proven itself, and admission.

/** Time from accept to live: the secure channel and the opening together. */
export const openingTimeoutMs = 5_000;
/** Bytes read from a connection before it is authenticated. */
export const maxUnauthenticatedBytes = 16_384;
/** Connections that have not authenticated yet, in all. */
export const maxPendingConnections = 16;
/** The same from one address (IPv6: one /64). */
export const maxPendingPerAddress = 4;
/** New connections a second from one address. */
export const maxConnectsPerAddressPerS = 5;
/** Burst of new connections from one address. */
export const maxConnectBurstPerAddress = 10;
/** New connections a second in all. */
export const maxConnectsPerS = 50;
/** Failed authentications from one address bucket within authFailureWindowMs before it has to wait. */
export const maxAuthFailures = 5;
/** See maxAuthFailures. */
export const authFailureWindowMs = 600_000;
/** First wait after too many failures; doubles each time up to authMaxBlockMs. */
export const authMinBlockMs = 60_000;
/** See authMinBlockMs. */
export const authMaxBlockMs = 600_000;
/** Receivers of one sender unless the user says otherwise. */
export const defaultMaxReceivers = 8;
/** Life of an unused invite. */
export const inviteLifetimeMs = 600_000;
/** Wrong guesses at a short code before it is worth nothing: who guesses has 3 in 6.5 million. */
export const maxCodeGuesses = 3;
/** Life of an unused short code. */
export const codeLifetimeMs = 600_000;
