// The table that tools/check/layers.mjs holds the imports to. A change here is a change of the architecture: docs/architecture.md says why.

/**
 * Which packages a package may import, by the name of its folder.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const allowedPackages = {
  protocol: ["@noble/curves", "qr"],
  sender: ["@echogarden/rnnoise-wasm", "@simple-video-chat/protocol", "@u4/opencv4nodejs", "node-av", "node-web-audio-api", "yargs"],
  receiver: ["@simple-video-chat/protocol", "@u4/opencv4nodejs", "node-av", "node-web-audio-api", "ws", "yargs"],
  peer: ["@ennuicastr/webrtcaec3.js", "@simple-video-chat/protocol", "@simple-video-chat/sender", "@simple-video-chat/receiver", "yargs"],
};

/** Packages with native code: imported by files of a native/ folder only, which run in an engine and never in the network process. */
export const nativePackages = ["@u4/opencv4nodejs", "node-av", "node-web-audio-api"];

/**
 * Which layers of protocol/src a layer may import: wire ← messages ← media ← flow ← session, and a transport that knows nothing of media.
 * @type {Readonly<Record<string, "all" | readonly string[]>>}
 */
export const protocolLayers = {
  base: [],
  time: ["base"],
  stats: ["base", "time"],
  codec: ["base"],
  wire: ["base", "time"],
  messages: ["base", "time", "wire", "codec"],
  media: ["base", "time", "wire", "messages", "codec", "stats"],
  flow: ["base", "time", "wire", "messages", "media", "codec", "stats"],
  transport: ["base", "time", "stats"],
  session: ["base", "time", "wire", "messages", "media", "codec", "flow", "transport", "stats"],
  pairing: ["base", "time", "messages", "transport", "session"],
  files: ["base", "time", "messages", "flow", "session", "stats"],
  engine: ["base", "time", "wire", "messages", "media", "codec", "flow", "stats"],
  cli: ["base", "time", "stats", "messages", "codec", "transport", "session", "pairing", "files"],
  legacy: ["base", "time"],
  sound: ["base", "time"],
  testing: "all",
  index: "all",
};

/** Files that are a layer of their own. */
const fileLayers = /** @type {Readonly<Record<string, string>>} */ ({
  "errors.ts": "base",
  "system-code.ts": "base",
  "limits.ts": "base",
  "index.ts": "index",
  // The names of the codecs: messages carry them.
  "media/codec.ts": "codec",
  // The reasons for ending a session: errors carry them.
  "messages/close-code.ts": "base",
});

/**
 * @param {string} path inside protocol/src
 * @returns {string} the layer it belongs to: its folder, unless the file has one of its own
 */
export function layerOf(path) {
  return fileLayers[path] ?? path.split("/")[0] ?? path;
}
