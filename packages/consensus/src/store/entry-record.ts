import {
  type BlockHash,
  HEADER_SIZE,
  type Header,
  type Height,
  type MerkleRoot,
  toDisplayHex,
} from '@raistone/primitives'
import { copyBytes, readU32, writeU32 } from './bytes.js'
import { crc32c, crc32cOf } from './crc32c.js'

/**
 * What is stored of a header: itself, what is known of its block, and where the block's records are. Hashes are in
 * internal order, and may be views: with a million of them, making texts took most of the time.
 */
export interface EntryRecord {
  readonly hash: Uint8Array
  readonly version: number
  readonly prev: Uint8Array
  readonly merkleRoot: Uint8Array
  readonly time: number
  readonly bits: number
  readonly nonce: number
  readonly height: Height
  readonly txCount: number
  readonly failed: boolean
  /** The operator said that it is invalid. */
  readonly disowned: boolean
  readonly checked: boolean
  /** Order in which blocks became linked; undefined before. */
  readonly sequence: number | undefined
  readonly raw: number | undefined
  readonly undo: number | undefined
}

/** The header alone. */
export const headerOf = ({ version, prev, merkleRoot, time, bits, nonce }: EntryRecord): Header => ({
  version,
  prev: toDisplayHex(prev) as BlockHash,
  merkleRoot: toDisplayHex(merkleRoot) as MerkleRoot,
  time,
  bits,
  nonce,
})

const FAILED = 1
const CHECKED = 2
const DISOWNED = 4

const HASH_SIZE = 32
/** The kind of the record, the height, the hash. */
const KEY = 1 + 4 + HASH_SIZE
/** In format 1 there was no height. */
export const OLD_KEY_LENGTH = 1 + HASH_SIZE

/** Where the parts of a record begin; the header comes first. */
const at = {
  version: 0,
  prev: 4,
  merkleRoot: 36,
  time: 68,
  bits: 72,
  nonce: 76,
  status: HEADER_SIZE,
  height: HEADER_SIZE + 1,
  txCount: HEADER_SIZE + 5,
  sequence: HEADER_SIZE + 9,
  raw: HEADER_SIZE + 17,
  undo: HEADER_SIZE + 25,
  checksum: HEADER_SIZE + 33,
} as const
const RECORD = at.checksum + 4

/** What a key and its record take together. */
const ENTRY = KEY + RECORD

/**
 * `h`, the height with its highest byte first, and the hash: whoever reads all headers finds parents before children,
 * and those that are written together lie together.
 */
function writeKey({ height, hash }: Pick<EntryRecord, 'height' | 'hash'>, out: Uint8Array, from: number): void {
  out[from] = 'h'.charCodeAt(0)
  for (let i = 0; i < 4; i++) out[from + 1 + i] = height >>> (24 - 8 * i)
  copyBytes(hash, 0, out, from + 5, HASH_SIZE)
}

export function entryKey(entry: Pick<EntryRecord, 'height' | 'hash'>): Uint8Array {
  const key = new Uint8Array(KEY)
  writeKey(entry, key, 0)
  return key
}

/** Numbers that may be absent are stored one higher, in eight bytes, and absent as zero. */
function writeOptional(n: number | undefined, out: Uint8Array, from: number): void {
  const stored = n === undefined ? 0 : n + 1
  writeU32(stored % 2 ** 32, out, from)
  writeU32(Math.floor(stored / 2 ** 32), out, from + 4)
}

function readOptional(bytes: Uint8Array, from: number): number | undefined {
  const stored = readU32(bytes, from) + readU32(bytes, from + 4) * 2 ** 32
  return stored === 0 ? undefined : stored - 1
}

/** Writes key and value side by side, from `from` on. */
function writeEntry(entry: EntryRecord, out: Uint8Array, from: number): void {
  const record = from + KEY
  writeKey(entry, out, from)
  writeU32(entry.version, out, record + at.version)
  copyBytes(entry.prev, 0, out, record + at.prev, HASH_SIZE)
  copyBytes(entry.merkleRoot, 0, out, record + at.merkleRoot, HASH_SIZE)
  writeU32(entry.time, out, record + at.time)
  writeU32(entry.bits, out, record + at.bits)
  writeU32(entry.nonce, out, record + at.nonce)
  out[record + at.status] =
    (entry.failed ? FAILED : 0) | (entry.checked ? CHECKED : 0) | (entry.disowned ? DISOWNED : 0)
  writeU32(entry.height, out, record + at.height)
  writeU32(entry.txCount, out, record + at.txCount)
  writeOptional(entry.sequence, out, record + at.sequence)
  writeOptional(entry.raw, out, record + at.raw)
  writeOptional(entry.undo, out, record + at.undo)
  writeU32(crc32cOf(out, from, record + at.checksum), out, record + at.checksum)
}

type KeyAndRecord = readonly [key: Uint8Array, record: Uint8Array]

const viewsAt = (bytes: Uint8Array, from: number): KeyAndRecord => [
  bytes.subarray(from, from + KEY),
  bytes.subarray(from + KEY, from + ENTRY),
]

export function encodeEntry(entry: EntryRecord): KeyAndRecord {
  const bytes = new Uint8Array(ENTRY)
  writeEntry(entry, bytes, 0)
  return viewsAt(bytes, 0)
}

/** Entries in one array: with one for each, thousands of them would cost more than their bytes. */
const ARRAY_ENTRIES = 256

/** Keys and records of entries as they are now, made when they are asked for. */
export function encodeEntries(entries: Iterable<EntryRecord>): Iterable<KeyAndRecord> {
  const arrays: Uint8Array[] = []
  let count = 0
  for (const entry of entries) {
    const place = count++ % ARRAY_ENTRIES
    if (place === 0) arrays.push(new Uint8Array(ARRAY_ENTRIES * ENTRY))
    writeEntry(entry, arrays.at(-1) as Uint8Array, place * ENTRY)
  }
  return views(arrays, count)
}

function* views(arrays: readonly Uint8Array[], count: number): Generator<KeyAndRecord> {
  for (let i = 0; i < count; i++)
    yield viewsAt(arrays[Math.floor(i / ARRAY_ENTRIES)] as Uint8Array, (i % ARRAY_ENTRIES) * ENTRY)
}

/** Undefined if the checksum, which is over the key too, does not match: such a header is fetched again. */
export function decodeEntry(key: Uint8Array, record: Uint8Array): EntryRecord | undefined {
  if (record.length !== RECORD) return undefined
  if (readU32(record, at.checksum) !== crc32c(key, record.subarray(0, at.checksum))) return undefined
  const status = record[at.status] as number
  return {
    hash: key.subarray(-HASH_SIZE),
    version: readU32(record, at.version) | 0,
    prev: record.subarray(at.prev, at.prev + HASH_SIZE),
    merkleRoot: record.subarray(at.merkleRoot, at.merkleRoot + HASH_SIZE),
    time: readU32(record, at.time),
    bits: readU32(record, at.bits),
    nonce: readU32(record, at.nonce),
    height: readU32(record, at.height),
    txCount: readU32(record, at.txCount),
    failed: (status & FAILED) !== 0,
    disowned: (status & DISOWNED) !== 0,
    checked: (status & CHECKED) !== 0,
    sequence: readOptional(record, at.sequence),
    raw: readOptional(record, at.raw),
    undo: readOptional(record, at.undo),
  }
}
