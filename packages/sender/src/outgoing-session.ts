// Connects one session with a capture: what a receiver's messages and connections mean for the video that it gets. Used by sender
// for each of its receivers, and by peer for its one.

import { setTimeout as sleep } from "node:timers/promises";

import { type EncodedPacket, type FileLinkOptions, type Session, type TrackMessage, videoStateFeature } from "@simple-video-chat/protocol";

import type { CaptureHost } from "./capture-host.ts";
import { OutgoingVideo, type OutgoingVideoOptions } from "./outgoing-video.ts";
import type { SourceState } from "./source-health.ts";
import type { VideoOptions } from "./video-options.ts";

/**
 * Sends `capture`'s video over `session` for as long as both live.
 *
 * @param onSent - is given what goes on its way, formats and packets; those must not change
 * @returns the outgoing video, for its account and for stopping it
 */
export function sendVideoOver(
  session: Session,
  capture: CaptureHost,
  options: OutgoingVideoOptions,
  onSent: (message: TrackMessage | EncodedPacket) => void = () => {},
): OutgoingVideo {
  const video = new OutgoingVideo(session, options, {
    onRoom: () => capture.offerRoom(video),
    onKeyframeWanted: () => capture.requestKeyframe(video),
    onSent,
  });
  let canTell = false;
  const tellState = ({ state }: SourceState): void => {
    if (canTell) session.send({ type: "video-state", state });
  };
  const stopTelling = capture.onState(tellState);
  session.on("live", ({ negotiated }) => {
    canTell = negotiated.features.includes(videoStateFeature);
    if (capture.state.state !== "on") tellState(capture.state);
    // Not before the other end is authenticated: nobody looks through a camera that only dials.
    if (!video.isStopped) capture.add(video);
    video.connected(capture.formatFor(video));
  });
  session.on("reconnecting", () => {
    canTell = false;
    video.disconnected();
  });
  session.on("message", (message) => {
    video.receive(message);
    if (message.type === "stop") capture.remove(video);
  });
  session.on("closed", () => {
    canTell = false;
    stopTelling();
    video.disconnected();
    video.stop();
    capture.remove(video);
  });
  return video;
}

/** How files may use the link of a session that this video goes over: what the user's limits and the pictures leave of it. */
export function fileLink({ maxLatencyMs, bitrateBps }: VideoOptions, video: OutgoingVideo): FileLinkOptions {
  return { maxLatencyMs, capBps: bitrateBps, isShort: () => video.isShort };
}

/** How long the last frames may take to go out when this end hangs up, ms. */
const lastFramesTimeoutMs = 500;

/** A goodbye overtakes what waits: the last frames and the account of them go first, as far as the links allow it in time. */
export async function flushLastFrames(sessions: readonly Session[]): Promise<void> {
  const flushed = Promise.all(sessions.map((session) => session.flush()));
  await Promise.race([flushed, sleep(lastFramesTimeoutMs, undefined, { ref: false })]);
}
