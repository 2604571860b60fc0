// Tests with real programs and real sound.

import { type Start, withPrograms } from "./program.ts";
import { type SoundDevices, SoundServer } from "./sound-server.ts";

/** A test with a sound server of its own, which the programs find that it starts. */
export function withSound(devices: SoundDevices, body: (server: SoundServer, start: Start) => Promise<void>): () => Promise<void> {
  return withPrograms(async (start) => {
    const server = await SoundServer.start(devices);
    try {
      await body(server, (name, args, options) => start(name, args, { ...options, env: { ...server.env, ...options?.env } }));
    } finally {
      await server.stop();
    }
  }, 90_000);
}
