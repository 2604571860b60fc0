// A test body that starts programs beside a sound server of its own, which they find and nobody else does.

import { type Start, withPrograms } from "./program.ts";
import { type SoundDevices, SoundServer } from "./sound-server.ts";

/** As {@link withPrograms}, with these devices. @param limitMs for the whole test */
export function withSound(
  devices: SoundDevices,
  body: (server: SoundServer, start: Start) => Promise<void>,
  limitMs: number = 90_000,
): () => Promise<void> {
  return withPrograms(async (start) => {
    const server = await SoundServer.start(devices);
    try {
      await body(server, (name, args, options) => start(name, args, { ...options, env: { ...server.env, ...options?.env } }));
    } finally {
      await server.stop();
    }
  }, limitMs);
}
