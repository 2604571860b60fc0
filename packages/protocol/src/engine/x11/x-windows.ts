// The windows of an X server by the names that their title bars show.

import { cleanText } from "../../messages/clean-text.ts";
import { XConnection } from "./x-connection.ts";

/** WM_NAME's number, which is the same in every server. */
const wmName = 39;
/** A window manager puts a window into a frame, and that into a desktop: deeper ones are parts of windows. */
const maxDepth = 4;
const maxWindows = 2000;

/** A window with a name. */
export interface XWindow {
  readonly id: number;
  /** Clean, one line. */
  readonly name: string;
}

/** All windows with a name, the topmost last. @throws Error (rejects) when no X server answers */
export async function listWindows(display: string): Promise<readonly XWindow[]> {
  const connection = await XConnection.open(display);
  try {
    const netWmName = await connection.atom("_NET_WM_NAME");
    const found: XWindow[] = [];
    let left = maxWindows;
    const visit = async (window: number, depth: number): Promise<void> => {
      if (--left < 0) return;
      // A window may be gone by the time it is asked for.
      const utf8 = netWmName === 0 ? Buffer.alloc(0) : await connection.property(window, netWmName).catch(() => Buffer.alloc(0));
      const name =
        utf8.byteLength > 0
          ? utf8.toString("utf8")
          : (await connection.property(window, wmName).catch(() => Buffer.alloc(0))).toString("latin1");
      if (name !== "" && depth > 0) found.push({ id: window, name: cleanText(name.replaceAll("\0", " "), { lines: false }) });
      if (depth === maxDepth) return;
      for (const child of await connection.children(window).catch(() => [])) await visit(child, depth + 1);
    };
    for (const root of connection.roots) await visit(root, 0);
    return found;
  } finally {
    connection.close();
  }
}

/** The topmost window whose name is, or has in it, these words, in any case; or the one with this number ("0x3a00007"). */
export function chooseWindow(windows: readonly XWindow[], wish: string): XWindow | undefined {
  if (/^0x[0-9a-f]+$/i.test(wish)) return windows.find(({ id }) => id === Number(wish)) ?? { id: Number(wish), name: wish };
  const wanted = wish.toLowerCase();
  return (
    windows.findLast(({ name }) => name.toLowerCase() === wanted) ?? windows.findLast(({ name }) => name.toLowerCase().includes(wanted))
  );
}
