import { type BlockHash, decode, encode, type Height, hash32, Reader, struct, u32 } from '@raistone/primitives'
import { crc32c } from '../store/crc32c.js'
import type { Database, KeyRange, WriteBatch } from '../store/database.js'
import { metaKey } from '../store/meta-record.js'
import { NumberedBatches } from '../store/numbered-batches.js'
import { isDamage, StoreError } from '../store/store-error.js'

/** The last block that is in an index. */
export interface IndexTip {
  readonly hash: BlockHash
  readonly height: Height
}

/** What the records of an index are. */
export interface IndexLayout {
  /** As Core names it. */
  readonly name: string
  /** Of `indexes/`. */
  readonly folder: string
  /** The version of its records; older ones are made again. */
  readonly format: number
}

const tipKey = metaKey('tip')
/** The format comes first, whatever else a later one may say. */
const tipRecord = struct({ format: u32, hash: hash32<BlockHash>(), height: u32 })

const everything: KeyRange = { gte: new Uint8Array(0), lt: new Uint8Array(64).fill(255) }
const CHECKSUM = 4

/** The bytes, and a checksum over them and the key they are kept under. */
function seal(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const record = new Uint8Array(bytes.length + CHECKSUM)
  record.set(bytes)
  new DataView(record.buffer).setUint32(bytes.length, crc32c(key, bytes), true)
  return record
}

/**
 * The database of one index: its records and the block up to which they go, written together or not at all. What is not
 * as it was written is a StoreError `damaged`; then everything is forgotten and made again.
 */
export class IndexStore {
  /** As the disk has it; undefined before the first commit. */
  tip: IndexTip | undefined
  /** Bytes that wait for the next commit. */
  bytes = 0
  private batch: WriteBatch | undefined

  private constructor(
    private readonly inner: Database,
    private database: NumberedBatches,
    readonly layout: IndexLayout,
    /** What was there could not be used: damaged, or of an older format. */
    readonly renewed: boolean,
  ) {}

  /** Throws a StoreError `newer-format`. */
  static async open(inner: Database, layout: IndexLayout): Promise<IndexStore> {
    try {
      const { database, whole } = await NumberedBatches.open(inner)
      const store = new IndexStore(inner, database, layout, inner.remedied === true)
      if (!whole) throw store.damage()
      await store.readTip()
      return store
    } catch (error) {
      if (!isDamage(error)) throw error
    }
    return new IndexStore(inner, await emptied(inner), layout, true)
  }

  private damage(): StoreError {
    return new StoreError('damaged', `the ${this.layout.name} is damaged`)
  }

  private async readTip(): Promise<void> {
    const record = await this.get(tipKey)
    if (!record) {
      if (!(await isEmpty(this.inner))) throw this.damage()
      return
    }
    const { name, format: readable } = this.layout
    const format = new Reader(record).u32()
    if (format > readable) {
      throw new StoreError('newer-format', `the ${name} has format ${format}, this version reads up to ${readable}`)
    }
    if (format < readable) throw this.damage()
    const { hash, height } = decode(tipRecord, record)
    this.tip = { hash, height }
  }

  /** What was committed under the key. Throws a StoreError `damaged`. */
  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const record = await this.database.get(key)
    if (!record) return undefined
    const end = record.length - CHECKSUM
    const bytes = record.subarray(0, end)
    if (end < 0 || new Reader(record.subarray(end)).u32() !== crc32c(key, bytes)) throw this.damage()
    return bytes
  }

  /** To be written with the next commit. */
  put(key: Uint8Array, bytes: Uint8Array): void {
    this.batch ??= this.database.batch()
    this.batch.put(key, seal(key, bytes))
    this.bytes += key.length + bytes.length + CHECKSUM
  }

  /** All that was put, and the block up to which it goes: one durable batch. */
  async commit(tip: IndexTip): Promise<void> {
    const batch = this.batch ?? this.database.batch()
    this.batch = undefined
    this.bytes = 0
    batch.put(tipKey, seal(tipKey, encode(tipRecord, { format: this.layout.format, ...tip })))
    await batch.write({ sync: true })
    this.tip = tip
  }

  /** Forgets everything; nobody may be reading. */
  async clear(): Promise<void> {
    this.batch = undefined
    this.bytes = 0
    this.tip = undefined
    this.database = await emptied(this.inner)
  }

  close(): Promise<void> {
    return this.inner.close()
  }
}

async function isEmpty(database: Database): Promise<boolean> {
  const iterator = database.iterator({ ...everything, limit: 1 })
  const found = await iterator.nextv(1)
  await iterator.close()
  return found.length === 0
}

/** The database without anything in it. Where it cannot be made anew, an interruption leaves records without a tip. */
async function emptied(inner: Database): Promise<NumberedBatches> {
  if (inner.renew) await inner.renew()
  else {
    const batch = inner.batch()
    batch.del(tipKey)
    await batch.write({ sync: true })
    await inner.clear(everything)
  }
  return (await NumberedBatches.open(inner)).database
}
