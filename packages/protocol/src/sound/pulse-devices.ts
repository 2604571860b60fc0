// Microphones and speakers of the user's sound server, by the names that its own settings show.
import { connectPulse, type PulseClient } from "./pulse-client.ts";
import type { SoundDevice } from "./sound.ts";
import type { TagReader } from "./pulse-tags.ts";

/** What can be heard with, and what can be listened to. */
export interface SoundDevices {
  readonly microphones: readonly SoundDevice[];
  readonly speakers: readonly SoundDevice[];
}

const silent = { onNotice: (): void => {}, onSamples: (): void => {}, onGone: (): void => {} };

/**
 * All devices. What a speaker plays can be recorded too; such monitors are listed only where they were asked for by name.
 * @throws SoundError (rejects) no-sound-server
 */
export async function listPulseDevices(env?: NodeJS.ProcessEnv): Promise<SoundDevices> {
  const client = await connectPulse(silent, env);
  try {
    return { microphones: await listMicrophones(client), speakers: await listSpeakers(client) };
  } finally {
    client.close();
  }
}

/** The microphones, the default one first; what only monitors a speaker comes last. */
export async function listMicrophones(client: PulseClient): Promise<readonly SoundDevice[]> {
  const chosen = await defaults(client);
  const devices = readDevices(await client.command("getSources"), chosen.microphone);
  return devices.toSorted((a, b) => rank(a) - rank(b));
}

/** The speakers. */
export async function listSpeakers(client: PulseClient): Promise<readonly SoundDevice[]> {
  const chosen = await defaults(client);
  return readDevices(await client.command("getSinks"), chosen.speaker);
}

function rank({ id, isDefault }: SoundDevice): number {
  return isDefault ? 0 : id.endsWith(".monitor") ? 2 : 1;
}

async function defaults(client: PulseClient): Promise<{ readonly microphone: string; readonly speaker: string }> {
  const values = (await client.command("getServerInfo")).skip(4);
  values.next(); // sample specification
  return { speaker: values.text(), microphone: values.text() };
}

/** Of every device its id and name are of interest, in a list of everything that version 15 tells. */
function readDevices(values: TagReader, defaultId: string): readonly SoundDevice[] {
  const devices: SoundDevice[] = [];
  while (!values.isAtEnd) {
    values.integer();
    const id = values.text();
    const name = values.text();
    // specification, map, module, volumes, mute, monitor (2), latency, driver, flags, properties, latency, volume, state, steps, card
    values.skip(16);
    devices.push({ id, name, isDefault: id === defaultId });
  }
  return devices;
}
