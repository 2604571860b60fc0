// A watched call over a link between two network namespaces, which is made for it and removed after it.

import { openSlowLink, type LinkProperties, type SlowLink } from "../bench/slow-link.ts";
import { withPrograms } from "../e2e/program.ts";
import { movingScene, watchCall, type WatchedCall } from "./watched-call.ts";

/** A good link between two homes. */
export const goodLink: LinkProperties = { rateBps: 20_000_000, delayMs: 10 };

/** Runs `body` with a call over a link; the sender is at its first end. @param limitMs for all of it */
export async function callOnLink(
  link: LinkProperties,
  limitMs: number,
  body: (call: WatchedCall, link: SlowLink) => Promise<void>,
): Promise<void> {
  await withPrograms(async (start) => {
    const opened = await openSlowLink(link);
    try {
      const [sender, receiver] = opened.ends;
      await body(await watchCall(start, { sender, receiver, source: movingScene }), opened);
    } finally {
      await opened.close();
    }
  }, limitMs)();
}
