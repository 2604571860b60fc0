// The command-line options that more than one program has, as one table: their help texts exist once. The shape is yargs' own.

import { exitCodesHelp } from "./exit-codes.ts";

/** Options of everything that shows something. */
export const sourceOptions = {
  source: {
    type: "string",
    default: "camera",
    describe:
      "what to show: camera, screen, screen:WINDOW, screen:1280x720+0+0, testcard, motion, a video FILE or a URL; more than one: the key c goes from one to the next",
  },
  camera: { type: "string", default: "0", describe: "which camera: index, /dev path or part of its name" },
  "camera-size": {
    type: "string",
    describe: "picture size to ask of the camera (or of testcard and motion), like 640x480 [default: 1280x720]",
  },
  loop: { type: "boolean", default: false, describe: "begin a video file again at its end" },
  "max-size": { alias: "m", type: "number", default: 1280, describe: "scale pictures down to this many pixels on the longer side" },
  "video-bit-rate": { alias: "b", type: "string", describe: "most video bits a second, like 2M or 800k [default: 2M, with jpeg 40M]" },
  "max-fps": { type: "number", default: 30, describe: "most pictures a second" },
  "max-latency": { type: "number", default: 200, describe: "delay from camera to screen to keep within, in ms" },
  "video-codec": { choices: ["h264", "vp9", "jpeg"], default: "h264", describe: "how pictures are encoded" },
  encoder: {
    choices: ["auto", "software", "vaapi", "nvenc", "videotoolbox", "qsv"],
    default: "auto",
    describe: "what encodes h264; hardware that is not there gives way to software",
  },
  filter: { type: "string", describe: "a JavaScript module that sees, and may change, each picture before it is sent" },
  barcode: { type: "boolean", default: false, describe: "stamp frame number and time into each picture, to measure with" },
} as const;

/** Options of everything that shows pictures of the other end. */
export const displayOptions = {
  window: { type: "boolean", default: true, describe: "open a window (--no-window: only figures)" },
  view: {
    choices: ["window", "browser"],
    default: "window",
    describe: "where pictures are shown: in a window, or in a page for a browser on this computer, which needs no OpenCV",
  },
} as const;

/** Options of everything that shows a call's picture. */
export const windowOptions = {
  fullscreen: { alias: "f", type: "boolean", default: false, describe: "begin with the picture on the full screen" },
  mirror: { type: "boolean", default: false, describe: "begin with the picture mirrored" },
  "always-on-top": { type: "boolean", default: false, describe: "let no other window cover the picture (under Wayland others decide)" },
  "filter-incoming": { type: "string", describe: "a JavaScript module that sees, and may change, each picture before it is shown" },
} as const;

/** Options of everything that shows pictures of the other end and can keep them. */
export const recordOptions = {
  record: { alias: "r", type: "string", describe: "record to this new FILE from the beginning: .mp4 or .mkv; the other end is told" },
  "snapshot-dir": { type: "string", default: ".", describe: "folder for snapshots" },
} as const;

/** Options of everything that records. */
export const microphoneOptions = {
  microphone: { type: "string", describe: "which microphone: part of its name [default: the system's; a card or file has its own sound]" },
  "noise-suppression": {
    type: "boolean",
    default: false,
    describe: "take fans, keyboards and the street out of what the microphone hears",
  },
  stereo: { type: "boolean", default: false, describe: "send your sound in stereo: for music" },
} as const;

/** Options of everything that plays. */
export const speakerOptions = {
  speaker: { type: "string", describe: "which speaker: part of its name [default: the system's]" },
} as const;

/** Options of everything with sound. */
export const audioOptions = {
  audio: { type: "boolean", default: true, describe: "with sound (--no-audio: pictures only)" },
  "require-audio": {
    type: "boolean",
    default: false,
    describe: "end when a microphone or speaker does not work, instead of going on without",
  },
} as const;

/** Options of everything that somebody else connects to or with. */
export const pairingOptions = {
  remember: { type: "boolean", default: true, describe: "know each other again: next time the name is enough (--no-remember: do not)" },
  verify: { type: "boolean", default: false, describe: "show three words, which must be the same at both ends" },
} as const;

/** Options of everything that waits for others. */
export const invitationOptions = {
  qr: { type: "boolean", default: true, describe: "show the invite as a QR code, too, in a terminal (--no-qr: do not)" },
} as const;

/** Options of everything that texts can be exchanged with. */
export const chatOptions = {
  chat: { type: "boolean", default: true, describe: "exchange messages with the other end, where it wants to (--no-chat: none)" },
  "accept-files": {
    type: "string",
    describe: "take every file that the other end sends, into this folder [default: ask, and take it into the current one]",
  },
} as const;

/** Options of every program. */
export const commonOptions = {
  name: { type: "string", describe: "the name that the other person sees [default: this computer's]" },
  "key-file": {
    type: "string",
    describe: "a file with a secret that both ends have, instead of invites; made if missing on the side that waits",
  },
  "time-limit": { type: "number", describe: "end after this many seconds" },
  json: { type: "boolean", default: false, describe: "one JSON object a line on stdout, for programs" },
  config: { type: "string", describe: "a file with options, in place of the usual one; see help config" },
  quiet: { type: "boolean", default: false, describe: "say only what is needed" },
} as const;

/** What ends every --help. */
export const helpEpilogue: string = `Every option can also be given in the environment, --max-fps as SVC_MAX_FPS, or in the config file. ${exitCodesHelp}`;
