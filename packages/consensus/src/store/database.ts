/** Keys from `gte` up to, not including, `lt`. */
export interface KeyRange {
  readonly gte: Uint8Array
  readonly lt: Uint8Array
  readonly reverse?: boolean
  readonly limit?: number
}

/** Changes that are written together or not at all. */
export interface WriteBatch {
  put(key: Uint8Array, value: Uint8Array): unknown
  del(key: Uint8Array): unknown
  /** With `sync`, returns only after the disk has it. */
  write(options?: { sync?: boolean }): Promise<void>
}

/** Walks over what the database held when it was made, whatever is written meanwhile. */
export interface DatabaseIterator {
  nextv(most: number): Promise<[Uint8Array, Uint8Array][]>
  close(): Promise<void>
}

/** What the store asks of an ordered key-value database: any abstract-level one with `view` encodings satisfies it. */
export interface Database {
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]>
  batch(): WriteBatch
  iterator(range: KeyRange): DatabaseIterator
  clear(range: KeyRange): Promise<void>
  /** Forgets everything at once, where that is possible even if nothing can be read. */
  renew?(): Promise<void>
  /** Gives back the room of what was deleted in the range, where that takes an order. */
  compactRange?(from: Uint8Array, to: Uint8Array): Promise<void>
  /** Bytes that the range takes on the disk, roughly. */
  approximateSize?(from: Uint8Array, to: Uint8Array): Promise<number>
  close(): Promise<void>
}

/** The key of a name: one byte for the kind of record, then the rest. */
export function prefixedKey(prefix: string, rest: Uint8Array): Uint8Array {
  const key = new Uint8Array(rest.length + 1)
  key[0] = prefix.charCodeAt(0)
  key.set(rest, 1)
  return key
}

/** All keys of a kind. */
export const prefixRange = (prefix: string): KeyRange => ({
  gte: Uint8Array.of(prefix.charCodeAt(0)),
  lt: Uint8Array.of(prefix.charCodeAt(0) + 1),
})

const WALK_STEP = 1000

/** The records of the range in key order, some at a time. */
export async function* walkInSteps(database: Database, range: KeyRange): AsyncGenerator<[Uint8Array, Uint8Array][]> {
  const iterator = database.iterator(range)
  try {
    for (;;) {
      const step = await iterator.nextv(WALK_STEP)
      if (step.length === 0) return
      yield step
    }
  } finally {
    await iterator.close()
  }
}

/** Every record of the range in key order. */
export async function* walk(database: Database, range: KeyRange): AsyncGenerator<[Uint8Array, Uint8Array]> {
  for await (const step of walkInSteps(database, range)) yield* step
}
