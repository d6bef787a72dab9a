import {
  type BlockHash,
  decodeHeader,
  encodeHeader,
  HEADER_SIZE,
  type Header,
  type Height,
  putId,
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
  readonly checked: boolean
  /** Order in which blocks became linked; undefined before. */
  readonly sequence: number | undefined
  readonly raw: number | undefined
  readonly undo: number | undefined
}

const FAILED = 1
const CHECKED = 2
const BODY = HEADER_SIZE + 1 + 4 + 4 + 3 * 8

const HASH_SIZE = 32
/** Behind the kind of the record and the height. */
const HASH_AT = 5
/** In format 1 there was no height. */
export const OLD_KEY_LENGTH = 1 + HASH_SIZE

/**
 * `h`, the height with its highest byte first, and the hash in internal order: whoever reads all headers finds parents
 * before children, and those that are written together lie together.
 */
export function entryKey({ height, hash }: Pick<EntryRecord, 'height' | 'hash'>): Uint8Array {
  const key = new Uint8Array(HASH_AT + HASH_SIZE)
  key[0] = 'h'.charCodeAt(0)
  new DataView(key.buffer).setUint32(1, height)
  putId(hash, key, HASH_AT)
  return key
}

/** Numbers that may be absent are stored one higher, and absent as zero. */
const writeOptional = (writer: Writer, n: number | undefined): void => writer.u64(BigInt(n === undefined ? 0 : n + 1))

function readOptional(reader: Reader): number | undefined {
  const stored = Number(reader.u64())
  return stored === 0 ? undefined : stored - 1
}

export function encodeEntry(entry: EntryRecord): Uint8Array {
  const writer = new Writer(BODY + 4)
  writer.raw(encodeHeader(entry.header))
  writer.u8((entry.failed ? FAILED : 0) | (entry.checked ? CHECKED : 0))
  writer.u32(entry.height)
  writer.u32(entry.txCount)
  writeOptional(writer, entry.sequence)
  writeOptional(writer, entry.raw)
  writeOptional(writer, entry.undo)
  writer.u32(crc32c(entryKey(entry), writer.bytes.subarray(0, BODY)))
  return writer.bytes
}

/** Undefined if the checksum, which is over the key too, does not match: such a header is fetched again. */
export function decodeEntry(key: Uint8Array, record: Uint8Array): EntryRecord | undefined {
  if (record.length !== BODY + 4) return undefined
  if (new Reader(record.subarray(BODY)).u32() !== crc32c(key, record.subarray(0, BODY))) return undefined
  const reader = new Reader(record)
  const header = decodeHeader(reader.raw(HEADER_SIZE))
  const status = reader.u8()
  return {
    hash: toDisplayHex(key.subarray(-HASH_SIZE)) as BlockHash,
    header,
    failed: (status & FAILED) !== 0,
    checked: (status & CHECKED) !== 0,
    height: reader.u32(),
    txCount: reader.u32(),
    sequence: readOptional(reader),
    raw: readOptional(reader),
    undo: readOptional(reader),
  }
}
