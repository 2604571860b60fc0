// The video codecs and their numbers on the wire (track message, capabilities).

/** Numbers of the codecs by name. */
export const videoCodecIds = { h264: 1, jpeg: 2, vp9: 3 } as const;

/** H.264 Annex B, baseline JPEG, or VP9 (profile 0, one shown frame a packet). */
export type VideoCodec = keyof typeof videoCodecIds;

/** All codecs, in the order of their numbers. */
export const videoCodecs: readonly VideoCodec[] = Object.keys(videoCodecIds) as VideoCodec[];

/** The codec with this number, if there is one. */
export function videoCodecOf(id: number): VideoCodec | undefined {
  return videoCodecs.find((codec) => videoCodecIds[codec] === id);
}

/** Whether a text from the network names a codec that this version knows. */
export function isVideoCodec(name: string): name is VideoCodec {
  return Object.hasOwn(videoCodecIds, name);
}
