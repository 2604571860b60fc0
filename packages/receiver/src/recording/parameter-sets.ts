// H.264's parameter sets, taken out of a keyframe: a container wants them in its header too.

/** Units of H.264 (ITU-T H.264, table 7-1) that a decoder must have before any picture. */
const sequenceSet = 7;
const pictureSet = 8;
const startCode = [0, 0, 0, 1] as const;

/**
 * The sequence and picture parameter sets of a packet.
 *
 * @param packet Annex B: units behind start codes
 * @returns them behind start codes; empty when there are none
 */
export function parameterSets(packet: Uint8Array): Uint8Array {
  const found: number[] = [];
  for (let start = unitAfter(packet, 0); start < packet.byteLength;) {
    const next = unitAfter(packet, start);
    const type = (packet[start] ?? 0) & 0x1f;
    // The pictures come behind the sets: they are long, and nothing is looked for in them.
    if (type >= 1 && type <= 5) break;
    if (type === sequenceSet || type === pictureSet)
      found.push(...startCode, ...withoutTrailingZeros(packet.subarray(start, endBefore(packet, next))));
    start = next;
  }
  return Uint8Array.from(found);
}

/** Where the first unit behind `from` begins, after its start code; the end when there is none. */
function unitAfter(packet: Uint8Array, from: number): number {
  for (let at = from; at + 2 < packet.byteLength; at++) {
    if (packet[at] === 0 && packet[at + 1] === 0 && packet[at + 2] === 1) return at + 3;
  }
  return packet.byteLength;
}

/** Where the unit ends that is followed by one at `next`. */
function endBefore(packet: Uint8Array, next: number): number {
  return next === packet.byteLength ? next : next - 3;
}

function withoutTrailingZeros(unit: Uint8Array): Uint8Array {
  let end = unit.byteLength;
  while (end > 0 && unit[end - 1] === 0) end--;
  return unit.subarray(0, end);
}
