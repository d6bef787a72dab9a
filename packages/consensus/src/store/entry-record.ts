import {
  type BlockHash,
  HEADER_SIZE,
  type Header,
  type Height,
  header,
  Reader,
  toDisplayHex,
  Writer,
} from '@raistone/primitives'
import { crc32c } from './crc32c.js'

/** What is stored of a header: itself, what is known of its block, and where the block's records are. */
export interface EntryRecord {
  readonly hash: BlockHash
  readonly header: Header
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

const FAILED = 1
const CHECKED = 2
const DISOWNED = 4
const BODY = HEADER_SIZE + 1 + 4 + 4 + 3 * 8
const CHECKSUM = 4

const HASH_SIZE = 32
/** The kind of the record, the height, the hash. */
const KEY = 1 + 4 + HASH_SIZE
/** In format 1 there was no height. */
export const OLD_KEY_LENGTH = 1 + HASH_SIZE

/**
 * `h`, the height with its highest byte first, and the hash in internal order: whoever reads all headers finds parents
 * before children, and those that are written together lie together.
 */
function writeKey(writer: Writer, { height, hash }: Pick<EntryRecord, 'height' | 'hash'>): void {
  writer.u8('h'.charCodeAt(0))
  for (let bits = 24; bits >= 0; bits -= 8) writer.u8(height >>> bits)
  writer.id(hash)
}

export function entryKey(entry: Pick<EntryRecord, 'height' | 'hash'>): Uint8Array {
  const writer = new Writer(KEY)
  writeKey(writer, entry)
  return writer.bytes
}

/** Numbers that may be absent are stored one higher, in eight bytes, and absent as zero. */
function writeOptional(writer: Writer, n: number | undefined): void {
  const stored = n === undefined ? 0 : n + 1
  writer.u32(stored % 2 ** 32)
  writer.u32(Math.floor(stored / 2 ** 32))
}

function readOptional(reader: Reader): number | undefined {
  const stored = reader.u32() + reader.u32() * 2 ** 32
  return stored === 0 ? undefined : stored - 1
}

/** Key and value: one array for both, since there are thousands of them in a batch. */
export function encodeEntry(entry: EntryRecord): readonly [key: Uint8Array, record: Uint8Array] {
  const writer = new Writer(KEY + BODY + CHECKSUM)
  writeKey(writer, entry)
  header.write(writer, entry.header)
  writer.u8((entry.failed ? FAILED : 0) | (entry.checked ? CHECKED : 0) | (entry.disowned ? DISOWNED : 0))
  writer.u32(entry.height)
  writer.u32(entry.txCount)
  writeOptional(writer, entry.sequence)
  writeOptional(writer, entry.raw)
  writeOptional(writer, entry.undo)
  const { bytes } = writer
  writer.u32(crc32c(bytes.subarray(0, KEY + BODY)))
  return [bytes.subarray(0, KEY), bytes.subarray(KEY)]
}

/** Undefined if the checksum, which is over the key too, does not match: such a header is fetched again. */
export function decodeEntry(key: Uint8Array, record: Uint8Array): EntryRecord | undefined {
  if (record.length !== BODY + CHECKSUM) return undefined
  const reader = new Reader(record)
  const value = header.read(reader)
  const status = reader.u8()
  const entry = {
    hash: toDisplayHex(key.subarray(-HASH_SIZE)) as BlockHash,
    header: value,
    failed: (status & FAILED) !== 0,
    disowned: (status & DISOWNED) !== 0,
    checked: (status & CHECKED) !== 0,
    height: reader.u32(),
    txCount: reader.u32(),
    sequence: readOptional(reader),
    raw: readOptional(reader),
    undo: readOptional(reader),
  }
  return reader.u32() === crc32c(key, record.subarray(0, BODY)) ? entry : undefined
}
