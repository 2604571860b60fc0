// The tracks on the pipes to the engines. On the wire the number of a track is its sender's choice.

/** The pictures that are sent, or received. */
export const videoTrack = 1;
/** Small pictures of one's own camera, from the capture engine to the playback engine of the same computer. */
export const selfViewTrack = 2;
/** The sound that is sent, or received. */
export const audioTrack = 3;
