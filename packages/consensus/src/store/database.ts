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
  /** It could not be read when it was opened, and was begun anew or repaired. */
  readonly remedied?: boolean
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
  /** Gives back the memory that what was read still takes; no iterator may be open, and nobody may be writing. */
  relieve?(): Promise<void>
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

/** The records of the range in key order, some at a time; the next are being read meanwhile. */
export async function* walkInSteps(database: Database, range: KeyRange): AsyncGenerator<[Uint8Array, Uint8Array][]> {
  const iterator = database.iterator(range)
  try {
    for (let reading = iterator.nextv(WALK_STEP); ; ) {
      const step = await reading
      if (step.length === 0) return
      reading = iterator.nextv(WALK_STEP)
      // Whoever asks for the next step hears of it; nobody may.
      reading.catch(() => undefined)
      yield step
    }
  } finally {
    await iterator.close()
  }
}

/** Bytes of records after which a long walk gives memory back. */
const RELIEF_BYTES = 32_000_000

/** The same for a walk over much, when nobody else uses the database. */
export async function* walkAfresh(
  database: Database,
  { gte, lt }: KeyRange,
  reliefBytes = RELIEF_BYTES,
): AsyncGenerator<[Uint8Array, Uint8Array][]> {
  let next = gte
  let bytes = 0
  do {
    bytes = 0
    for await (const step of walkInSteps(database, { gte: next, lt })) {
      for (const [key, value] of step) bytes += key.length + value.length
      const [last] = step.at(-1) as [Uint8Array, Uint8Array]
      // The first key behind it.
      next = Uint8Array.of(...last, 0)
      yield step
      if (bytes >= reliefBytes) break
    }
    if (bytes >= reliefBytes) await database.relieve?.()
  } while (bytes >= reliefBytes)
}

/** Every record of the range in key order. */
export async function* walk(database: Database, range: KeyRange): AsyncGenerator<[Uint8Array, Uint8Array]> {
  for await (const step of walkInSteps(database, range)) yield* step
}
