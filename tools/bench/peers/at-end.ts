// What must be put away when this process ends, by itself or by Ctrl-C: other people's programs, and files of hundreds of megabytes.

const actions = new Set<() => void>();

/** Does `action` when this process ends. @returns does it no more */
export function atEnd(action: () => void): () => void {
  if (actions.size === 0) listen();
  actions.add(action);
  return () => actions.delete(action);
}

function listen(): void {
  process.once("exit", () => {
    for (const action of actions) action();
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
}
