// Changes an input a little, in the ways that break parsers: bits, bytes, lengths, pieces left out, doubled, or taken from another input.

/** Draws an integer from 0 to `below` − 1. */
export type Draw = (below: number) => number;

/** Values at the edges of their fields. */
const edges = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff,
] as const;

type Change = (input: Buffer, draw: Draw, other: Uint8Array) => Buffer;

const changes: readonly Change[] = [
  (input, draw) => {
    if (input.length === 0) return input;
    const at = draw(input.length);
    input[at] = (input[at] ?? 0) ^ (1 << draw(8));
    return input;
  },
  (input, draw) => {
    if (input.length > 0) input[draw(input.length)] = draw(256);
    return input;
  },
  (input, draw) => {
    if (input.length === 0) return input;
    const at = draw(input.length);
    input[at] = (input[at] ?? 0) + draw(35) - 17;
    return input;
  },
  (input, draw) => {
    const size = ([1, 2, 4] as const)[draw(3)] ?? 1;
    if (input.length < size) return input;
    const value = edges[draw(edges.length)] ?? 0;
    input.writeUIntBE(value % 256 ** size, draw(input.length - size + 1), size);
    return input;
  },
  (input, draw) => input.subarray(0, draw(input.length + 1)),
  (input, draw) => {
    const from = draw(input.length + 1);
    const to = Math.min(input.length, from + 1 + draw(16));
    return Buffer.concat([input.subarray(0, from), input.subarray(to)]);
  },
  (input, draw) => {
    const from = draw(input.length + 1);
    const piece = input.subarray(from, from + 1 + draw(32));
    const at = draw(input.length + 1);
    return Buffer.concat([input.subarray(0, at), piece, input.subarray(at)]);
  },
  (input, draw) => {
    const at = draw(input.length + 1);
    const added = Buffer.from(Array.from({ length: 1 + draw(8) }, () => draw(256)));
    return Buffer.concat([input.subarray(0, at), added, input.subarray(at)]);
  },
  (input, draw, other) => Buffer.concat([input.subarray(0, draw(input.length + 1)), other.subarray(draw(other.length + 1))]),
  (input, draw, other) => {
    const from = draw(other.length + 1);
    const piece = other.subarray(from, from + 1 + draw(32));
    const at = draw(input.length + 1);
    return Buffer.concat([input.subarray(0, at), piece, input.subarray(Math.min(input.length, at + piece.length))]);
  },
];

/**
 * A changed copy of `input`.
 * @param other another input, to take pieces of
 * @param maxBytes its greatest length
 */
export function mutate(input: Uint8Array, other: Uint8Array, draw: Draw, maxBytes: number): Buffer {
  let changed: Buffer = Buffer.from(input);
  for (let left = 1 + draw(6); left > 0; left--) changed = changes[draw(changes.length)]?.(changed, draw, other) ?? changed;
  return Buffer.from(changed.subarray(0, maxBytes));
}
