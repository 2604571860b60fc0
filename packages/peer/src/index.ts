// Entry point "@simple-video-chat/peer": the two-way call as a library.

export { type EchoCanceller, openEchoCanceller } from "./audio/echo-canceller.ts";
export { listSoundDevices, type SoundDevices } from "./sound-devices.ts";
export { Peer, type PeerEvents, type PeerOptions, type PeerStats, startPeer } from "./peer.ts";
