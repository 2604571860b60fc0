// The networks that an address belongs to, as limits count them: an IPv6 subscriber has a whole /64 at least, often a /56 or /48.
import { isIPv6 } from "node:net";

const groups = 8;

/**
 * Names of the networks of an address, the narrowest first: an IPv4 address alone; of an IPv6 address its /64, /56 and /48. An IPv4
 * address within IPv6 (`::ffff:192.0.2.1`) counts as IPv4.
 */
export function networksOf(address: string): readonly [string, ...string[]] {
  const [plain = address] = address.split("%");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined || !isIPv6(plain)) return [mapped ?? plain];
  const [a = 0, b = 0, c = 0, d = 0] = expand(plain);
  const name = (parts: readonly number[], bits: number): string => `${parts.map((part) => part.toString(16)).join(":")}::/${bits}`;
  return [name([a, b, c, d], 64), name([a, b, c, d & 0xff00], 56), name([a, b, c], 48)];
}

/** The groups of an IPv6 address that may be shortened by `::`. */
function expand(address: string): number[] {
  const [before = "", after] = address.split("::");
  const read = (part: string): number[] => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const head = read(before);
  if (after === undefined) return head;
  const tail = read(after);
  return [...head, ...Array.from({ length: groups - head.length - tail.length }, () => 0), ...tail];
}
