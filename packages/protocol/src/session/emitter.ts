// A small typed emitter: what node:events does, with the compiler knowing which event carries what.

/** Hands out the events of a map from name to value. */
export class Emitter<Events extends object> {
  readonly #handlers = new Map<keyof Events, Set<(value: never) => void>>();

  /** Calls `handler` at every such event from now on; the returned function ends that. */
  on<K extends keyof Events>(event: K, handler: (value: Events[K]) => void): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers);
    handlers.add(handler);
    return (): void => void handlers.delete(handler);
  }

  /** Calls the handlers now, in the order in which they came. */
  emit<K extends keyof Events>(event: K, value: Events[K]): void {
    const handlers = this.#handlers.get(event);
    if (handlers === undefined) return;
    // on() only ever puts handlers of this event's value into this event's set.
    for (const handler of handlers as Set<(value: Events[K]) => void>) handler(value);
  }
}
