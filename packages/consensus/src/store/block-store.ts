import { Reader, Writer } from '@raistone/primitives'
import { Slices } from '../verify/next-turn.js'
import { crc32c } from './crc32c.js'
import { type Database, prefixedKey, prefixRange, type WriteBatch, walk, walkAfresh } from './database.js'
import { decodeEntry, type EntryRecord, encodeEntries, encodeEntry } from './entry-record.js'
import { decodeMeta, encodeMeta, metaKey } from './meta-record.js'

/** What a numbered record of `blocks/` holds. */
export const recordKind = { block: 1, undo: 2 } as const
export type RecordKind = (typeof recordKind)[keyof typeof recordKind]

/** A record to be written, under the number that `takeNumber` gave. */
export interface NumberedRecord {
  readonly number: number
  readonly kind: RecordKind
  readonly bytes: Uint8Array
}

/** What lies under a number. */
export interface StoredBlock {
  readonly number: number
  /** How much of the store lies before it, from 0 to 1. */
  readonly share: number
  /** The raw block. */
  readonly bytes: Uint8Array | undefined
}

const HEAD = 9

const prunedKey = metaKey('pruned')

/** No replica comes near it; numbers above it were never given. */
const MOST_RECORDS = 2 ** 40

function recordKey(number: number): Uint8Array {
  const key = new Writer(8)
  key.u64(BigInt(number))
  return prefixedKey('r', key.bytes.reverse())
}

const numberOfKey = (key: Uint8Array): number => Number(new Reader(Uint8Array.from(key.subarray(1)).reverse()).u64())

/** Kind, length, checksum over the key, the kind and the bytes, bytes. */
function sealRecord(key: Uint8Array, { kind, bytes }: NumberedRecord): Uint8Array {
  const writer = new Writer(HEAD + bytes.length)
  writer.u8(kind)
  writer.u32(bytes.length)
  writer.u32(crc32c(key, Uint8Array.of(kind), bytes))
  writer.raw(bytes)
  return writer.bytes
}

/** The bytes, or undefined if they are not what was written under this key. */
function openRecord(key: Uint8Array, record: Uint8Array, kind: RecordKind): Uint8Array | undefined {
  if (record.length < HEAD) return undefined
  const reader = new Reader(record)
  const sound = reader.u8() === kind && reader.u32() === reader.remaining - 4
  const checksum = reader.u32()
  const bytes = record.subarray(HEAD)
  return sound && checksum === crc32c(key, Uint8Array.of(kind), bytes) ? bytes : undefined
}

/** In slices. What the batch has is not kept until it is written. */
async function fill(
  batch: WriteBatch,
  records: readonly NumberedRecord[],
  headers: Iterable<readonly [Uint8Array, Uint8Array]>,
): Promise<void> {
  const slices = new Slices()
  for (const record of records) {
    const key = recordKey(record.number)
    batch.put(key, sealRecord(key, record))
    if (slices.over) await slices.pause()
  }
  for (const [key, record] of headers) {
    batch.put(key, record)
    if (slices.over) await slices.pause()
  }
}

/** `blocks/`: headers with what is known of their blocks, raw blocks and undo data. */
export class BlockStore {
  private next = 0

  constructor(readonly database: Database) {}

  /** Finds the first free number; to be called once before any other. */
  async open(): Promise<void> {
    // A damaged key may name any number, even one too large to count on from.
    const last = this.database.iterator({ gte: recordKey(0), lt: recordKey(MOST_RECORDS), reverse: true, limit: 1 })
    const [newest] = await last.nextv(1)
    await last.close()
    this.next = newest ? numberOfKey(newest[0]) + 1 : 0
  }

  takeNumber(): number {
    return this.next++
  }

  /**
   * Every stored header, the lowest first, some at a time; damaged ones are left out. Nobody else may use the database
   * meanwhile.
   */
  async *entries(): AsyncGenerator<EntryRecord[]> {
    for await (const step of this.keyedEntries()) yield step.flatMap(([, entry]) => entry ?? [])
  }

  /** The same with their keys, and undefined for those that are damaged. */
  async *keyedEntries(): AsyncGenerator<(readonly [key: Uint8Array, entry: EntryRecord | undefined])[]> {
    for await (const step of walkAfresh(this.database, prefixRange('h')))
      yield step.map(([key, record]) => [key, decodeEntry(key, record)] as const)
  }

  /** Writes everything at once, as it is now; the disk has it when this returns. */
  async write(records: readonly NumberedRecord[], entries: Iterable<EntryRecord>): Promise<void> {
    const batch = this.database.batch()
    await fill(batch, records, encodeEntries(entries))
    await batch.write({ sync: true })
  }

  /** Deletes records, and writes the headers that named them, with the height up to which nothing is left: all at once. */
  async remove(numbers: readonly number[], entries: Iterable<EntryRecord>, upTo: number): Promise<void> {
    const batch = this.database.batch()
    for (const number of numbers) batch.del(recordKey(number))
    for (const entry of entries) batch.put(...encodeEntry(entry))
    batch.put(prunedKey, encodeMeta(prunedKey, String(upTo)))
    await batch.write({ sync: true })
  }

  /** The height up to which blocks were removed; 0 for none, the genesis block being no record. */
  async prunedTo(): Promise<number> {
    return Number(decodeMeta(prunedKey, await this.database.get(prunedKey), /^(?!)/) ?? 0)
  }

  /** Deletes headers by their keys, and numbered records that no header names. */
  async forget(keys: readonly Uint8Array[], numbers: readonly number[]): Promise<void> {
    if (keys.length + numbers.length === 0) return
    const batch = this.database.batch()
    for (const key of keys) batch.del(key)
    for (const number of numbers) batch.del(recordKey(number))
    await batch.write({ sync: true })
  }

  /** Every numbered record in the order they were stored; without bytes where it is no raw block, or a damaged one. */
  async *storedBlocks(): AsyncGenerator<StoredBlock> {
    for await (const [key, record] of walk(this.database, prefixRange('r'))) {
      const number = numberOfKey(key)
      yield { number, share: number / this.next, bytes: openRecord(key, record, recordKind.block) }
    }
  }

  /** What was removed counts as missing. */
  async notPruned(): Promise<void> {
    const batch = this.database.batch()
    batch.del(prunedKey)
    await batch.write({ sync: true })
  }

  /** Gives the room of removed records back to the disk. */
  async compact(): Promise<void> {
    const { gte, lt } = prefixRange('r')
    await this.database.compactRange?.(gte, lt)
  }

  /** Bytes that raw blocks and undo data take on the disk, roughly; 0 where nobody knows. */
  async bytesOnDisk(): Promise<number> {
    const { gte, lt } = prefixRange('r')
    return (await this.database.approximateSize?.(gte, lt)) ?? 0
  }

  /** Bytes of these records together. */
  async sizeOf(numbers: readonly number[]): Promise<number> {
    const records = await this.database.getMany(numbers.map(recordKey))
    return records.reduce((sum, record) => sum + (record?.length ?? 0), 0)
  }

  /** The bytes of a record; undefined if it is missing or damaged. */
  async read(number: number, kind: RecordKind): Promise<Uint8Array | undefined> {
    const key = recordKey(number)
    const record = await this.database.get(key)
    return record && openRecord(key, record, kind)
  }

  /** The numbers of those of the newest `most` numbered records whose checksum does not match. */
  async damagedRecords(most: number): Promise<Set<number>> {
    const bad = new Set<number>()
    for await (const [key, record] of walk(this.database, { ...prefixRange('r'), reverse: true, limit: most })) {
      const kind = record[0] === recordKind.undo ? recordKind.undo : recordKind.block
      if (!openRecord(key, record, kind)) bad.add(numberOfKey(key))
    }
    return bad
  }
}
