import { type BlockHash, encode, type Height, hash32, struct, u32 } from '@raistone/primitives'
import { copyBytes, writeU32 } from './bytes.js'
import { CHECKSUM_BYTES, MOST_KEY_BYTES, NUMBERS_BYTES, writeCoinKey } from './coin-record.js'
import { crc32c, crc32cOf } from './crc32c.js'
import { prefixedKey, type WriteBatch } from './database.js'
import { OUTPOINT_BYTES } from './outpoint-bytes.js'

/** The block that the coins in `chainstate/` are the result of. */
export interface CoinsTip {
  readonly hash: BlockHash
  readonly height: Height
}

export const tipRecord = struct({ hash: hash32<BlockHash>(), height: u32, checksum: u32 })
export const tipKey = prefixedKey('t', new Uint8Array(0))

export const tipChecksum = (tip: CoinsTip): number => crc32c(encode(tipRecord, { ...tip, checksum: 0 }))

/** Keys and records lie side by side in pieces of this size: one array for each would cost more than its bytes. */
const PIECE_BYTES = 1 << 16

/** Coins to put and to delete, with the tip they lead to: written together or not at all. */
export class CoinBatch {
  private piece = new Uint8Array(PIECE_BYTES)
  private at = 0

  constructor(private readonly batch: WriteBatch) {}

  /** Bytes that nothing else was promised, from `this.at` on. */
  private reserve(length: number): void {
    if (this.at + length <= this.piece.length) return
    this.piece = new Uint8Array(Math.max(PIECE_BYTES, length))
    this.at = 0
  }

  /** A coin: outpoint and numbers from `from` on, and `length` bytes of script from `scriptAt` on. */
  put(head: Uint8Array, from: number, script: Uint8Array, scriptAt: number, length: number): void {
    this.reserve(MOST_KEY_BYTES + NUMBERS_BYTES + length + CHECKSUM_BYTES)
    const { piece, at } = this
    const record = writeCoinKey(head, from, piece, at)
    copyBytes(head, from + OUTPOINT_BYTES, piece, record, NUMBERS_BYTES)
    copyBytes(script, scriptAt, piece, record + NUMBERS_BYTES, length)
    const end = record + NUMBERS_BYTES + length
    writeU32(crc32cOf(piece, at, end), piece, end)
    this.at = end + CHECKSUM_BYTES
    this.batch.put(piece.subarray(at, record), piece.subarray(record, this.at))
  }

  /** Deletes the coin of the outpoint whose 36 bytes begin at `from`. */
  del(outpoint: Uint8Array, from: number): void {
    this.reserve(MOST_KEY_BYTES)
    const { at } = this
    this.at = writeCoinKey(outpoint, from, this.piece, at)
    this.batch.del(this.piece.subarray(at, this.at))
  }

  /** Returns when the disk has it all. */
  async write(tip: CoinsTip): Promise<void> {
    this.batch.put(tipKey, encode(tipRecord, { ...tip, checksum: tipChecksum(tip) }))
    await this.batch.write({ sync: true })
  }
}
