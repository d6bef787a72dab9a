import { Reader, Writer } from '@raistone/primitives'
import { crc32c } from './crc32c.js'
import {
  type Database,
  type DatabaseIterator,
  type KeyRange,
  prefixedKey,
  prefixRange,
  type WriteBatch,
  walk,
} from './database.js'
import { isDamage } from './store-error.js'

/** Keys of the numbers begin with this letter. */
const PREFIX = 's'

/** Numbers that are kept: a batch that is lost is missed as long as no more than so many have followed it. */
const MOST_KEPT = 65_536

/** Deletions in one batch. */
const CLEAR_STEP = 20_000

function numberKey(number: number): Uint8Array {
  const key = new Writer(8)
  key.u64(BigInt(number))
  return prefixedKey(PREFIX, key.bytes.reverse())
}

/** The lowest number that must be there beside this one, and a checksum. */
function numberRecord(key: Uint8Array, lowest: number): Uint8Array {
  const writer = new Writer(12)
  writer.u64(BigInt(lowest))
  writer.u32(crc32c(key, writer.bytes.subarray(0, 8)))
  return writer.bytes
}

/** What a record says: its own number and the lowest that must be there; undefined if it is not as it was written. */
function readNumber(key: Uint8Array, record: Uint8Array): readonly [number, number] | undefined {
  if (key.length !== 9 || record.length !== 12) return undefined
  const lowest = Number(new Reader(record).u64())
  const number = Number(new Reader(Uint8Array.from(key.subarray(1)).reverse()).u64())
  const sound = new Reader(record.subarray(8)).u32() === crc32c(key, record.subarray(0, 8))
  return sound ? [number, lowest] : undefined
}

/**
 * A database whose batches are numbered, each with the number it was written under. LevelDB drops what it cannot read of
 * its log and goes on behind it: a batch may be gone while later ones are there, and nothing else would tell.
 */
export class NumberedBatches implements Database {
  private next = 0
  /** The lowest number that must be there. */
  private lowest = 0
  /** Numbers of earlier runs, which the next batch deletes: opening has brought their batches into sound tables. */
  private stale: number[] = []

  private constructor(private readonly inner: Database) {}

  /** `whole` is false if a batch is missing between others. Throws a StoreError `damaged`. */
  static async open(inner: Database): Promise<{ readonly database: NumberedBatches; readonly whole: boolean }> {
    const database = new NumberedBatches(inner)
    return { database, whole: await database.readNumbers() }
  }

  private async readNumbers(): Promise<boolean> {
    let lowest = 0
    let sound = true
    for await (const [key, record] of walk(this.inner, prefixRange(PREFIX))) {
      const read = readNumber(key, record)
      if (!read) {
        sound = false
        continue
      }
      this.stale.push(read[0])
      lowest = read[1]
    }
    const newest = this.stale.at(-1)
    if (newest === undefined) return sound
    this.next = newest + 1
    this.lowest = this.next
    return sound && newest - lowest + 1 === this.stale.length && this.stale[0] === lowest
  }

  batch(): WriteBatch {
    const batch = this.inner.batch()
    return {
      put: (key, value) => batch.put(key, value),
      del: key => batch.del(key),
      write: async options => {
        this.number(batch)
        await batch.write(options)
        this.numbered()
      },
    }
  }

  private number(batch: WriteBatch): void {
    for (const stale of this.stale) batch.del(numberKey(stale))
    if (this.next - this.lowest >= MOST_KEPT) batch.del(numberKey(this.lowest))
    const key = numberKey(this.next)
    batch.put(key, numberRecord(key, Math.max(this.lowest, this.next - MOST_KEPT + 1)))
  }

  private numbered(): void {
    this.stale = []
    if (this.next - this.lowest >= MOST_KEPT) this.lowest++
    this.next++
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.inner.get(key)
  }

  getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.inner.getMany(keys)
  }

  iterator(range: KeyRange): DatabaseIterator {
    return this.inner.iterator(range)
  }

  /** In batches like all others, so that the disk knows what is gone before it learns what comes after. */
  async clear(range: KeyRange): Promise<void> {
    try {
      await this.deleteAll(range)
    } catch (error) {
      if (!isDamage(error) || !this.inner.renew) throw error
      await this.renew()
    }
  }

  private async deleteAll(range: KeyRange): Promise<void> {
    const iterator = this.inner.iterator(range)
    try {
      for (;;) {
        const gone = await iterator.nextv(CLEAR_STEP)
        if (gone.length === 0) return
        const batch = this.batch()
        for (const [key] of gone) batch.del(key)
        await batch.write({ sync: true })
      }
    } finally {
      await iterator.close()
    }
  }

  async renew(): Promise<void> {
    await this.inner.renew?.()
    this.stale = []
    this.lowest = this.next
  }

  async approximateSize(from: Uint8Array, to: Uint8Array): Promise<number> {
    return (await this.inner.approximateSize?.(from, to)) ?? 0
  }

  close(): Promise<void> {
    return this.inner.close()
  }
}
