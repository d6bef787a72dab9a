/** Calls listeners in the order they came. */
export class FakeEvents<E> {
  private readonly listeners = new Map<keyof E, Set<(event: never) => void>>()

  on<K extends keyof E>(name: K, listener: (event: E[K]) => void): () => void {
    const set = this.listeners.get(name) ?? new Set()
    this.listeners.set(name, set.add(listener))
    return () => set.delete(listener)
  }

  emit<K extends keyof E>(name: K, event: E[K]): void {
    for (const listener of this.listeners.get(name) ?? []) (listener as (event: E[K]) => void)(event)
  }
}
