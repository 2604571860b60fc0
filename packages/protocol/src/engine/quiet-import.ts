// Native libraries print when they are loaded; an engine's stdout is not theirs. Used by the native/ folders of sender and receiver.

/** Runs `load` (an import of a native library) with console output muted, and gives what it gave. */
export async function quietly<T>(load: () => Promise<T>): Promise<T> {
  const { log, info, warn, error } = console;
  const mute = (): void => {};
  Object.assign(console, { log: mute, info: mute, warn: mute, error: mute });
  try {
    return await load();
  } finally {
    Object.assign(console, { log, info, warn, error });
  }
}
