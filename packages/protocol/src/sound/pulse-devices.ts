// Microphones and speakers of the user's sound server, by the names that its own settings show.
import { connectPulse, type PulseClient } from "./pulse-client.ts";
import type { SoundDevice } from "./sound.ts";
import type { TagReader } from "./pulse-tags.ts";

const silent = { onNotice: (): void => {}, onSamples: (): void => {}, onGone: (): void => {} };

/** The microphones, the default one first, without what only monitors a speaker. @throws SoundError (rejects) no-sound-server */
export async function listPulseMicrophones(env?: NodeJS.ProcessEnv): Promise<readonly SoundDevice[]> {
  return (await ask(listMicrophones, env)).filter((device) => !isMonitor(device));
}

/** The speakers, the default one first. @throws SoundError (rejects) no-sound-server */
export function listPulseSpeakers(env?: NodeJS.ProcessEnv): Promise<readonly SoundDevice[]> {
  return ask(listSpeakers, env);
}

async function ask<T>(list: (client: PulseClient) => Promise<T>, env: NodeJS.ProcessEnv | undefined): Promise<T> {
  const client = await connectPulse(silent, env);
  try {
    return await list(client);
  } finally {
    client.close();
  }
}

/** Everything that can be recorded, the default one first; what only monitors a speaker comes last. */
export async function listMicrophones(client: PulseClient): Promise<readonly SoundDevice[]> {
  const chosen = await defaults(client);
  const devices = readDevices(await client.command("getSources"), chosen.microphone);
  return devices.toSorted((a, b) => rank(a) - rank(b));
}

/** The speakers, the default one first. */
export async function listSpeakers(client: PulseClient): Promise<readonly SoundDevice[]> {
  const chosen = await defaults(client);
  const devices = readDevices(await client.command("getSinks"), chosen.speaker);
  return devices.toSorted((a, b) => rank(a) - rank(b));
}

/** Whether a device to record from is none, but what a speaker plays: the server's default where there is no microphone. */
export function isMonitor({ id }: Pick<SoundDevice, "id">): boolean {
  return id.endsWith(".monitor");
}

function rank(device: SoundDevice): number {
  return isMonitor(device) ? 2 : device.isDefault ? 0 : 1;
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
