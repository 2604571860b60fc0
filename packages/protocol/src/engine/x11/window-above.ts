// Keeps a window of this process above the others (Extended Window Manager Hints, _NET_WM_STATE_ABOVE).

import { XConnection } from "./x-connection.ts";
import { listWindows } from "./x-windows.ts";

/** "_NET_WM_STATE_ADD", and a request by an ordinary program. */
const [add, byProgram] = [1, 1];

/**
 * Asks the window manager to keep a window above the others.
 *
 * @param which its title, and the process that it is of: titles are not unique
 * @returns whether the window manager has it so by now
 * @throws Error (rejects) when no X server answers
 */
export async function keepWindowAbove(display: string, which: { readonly title: string; readonly pid: number }): Promise<boolean> {
  const windows = (await listWindows(display)).filter(({ name }) => name === which.title);
  const connection = await XConnection.open(display);
  try {
    const state = await connection.atom("_NET_WM_STATE");
    const above = await connection.atom("_NET_WM_STATE_ABOVE");
    const ownerPid = await connection.atom("_NET_WM_PID");
    for (const { id } of windows) {
      if ((await numbers(connection, id, ownerPid))[0] !== which.pid) continue;
      if ((await numbers(connection, id, state)).includes(above)) return true;
      await connection.askManager(id, state, [add, above, 0, byProgram]);
    }
    return false;
  } finally {
    connection.close();
  }
}

async function numbers(connection: XConnection, window: number, property: number): Promise<readonly number[]> {
  const bytes = await connection.property(window, property);
  return Array.from({ length: Math.floor(bytes.byteLength / 4) }, (_, index) => bytes.readUInt32LE(4 * index));
}
