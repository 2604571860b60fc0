// Which of this computer's addresses to write into an invite.

import { networkInterfaces } from "node:os";

/** Listening on one of these means every address of the computer. */
const wildcards: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/**
 * The address that the other computer should dial when we listen on `host`: `host` itself, or, when that is a wildcard, the first
 * address of ours that is not loopback and not link-local, IPv4 first; loopback when there is no network.
 */
export function dialableHost(host: string, interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces()): string {
  if (!wildcards.has(host)) return host;
  const addresses = Object.values(interfaces).flatMap((list) => list ?? []);
  const outward = addresses.filter(({ internal, address }) => !internal && !address.startsWith("fe80:") && !address.startsWith("169.254."));
  const best = outward.find(({ family }) => family === "IPv4") ?? outward[0];
  return best?.address ?? "127.0.0.1";
}

/** Whether only programs on this computer can reach a listener on `host`. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
