import { emptyBytes } from './bytes.js'
import { DecodeError } from './decode-error.js'
import { idAt } from './hex.js'

/** Core refuses to read a length above this (serialize.h, MAX_SIZE). */
export const MAX_COMPACT_SIZE = 0x02000000

/** Reads little-endian fields from bytes; every read is checked against the end. `raw` returns views, not copies. */
export class Reader {
  private readonly view: DataView
  private at = 0

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.at
  }

  get remaining(): number {
    return this.bytes.length - this.at
  }

  private take(length: number): number {
    if (length > this.bytes.length - this.at)
      throw new DecodeError(`end of data, ${length} more bytes expected`, this.at)
    const from = this.at
    this.at += length
    return from
  }

  u8(): number {
    return this.view.getUint8(this.take(1))
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true)
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true)
  }

  i32(): number {
    return this.view.getInt32(this.take(4), true)
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8), true)
  }

  i64(): bigint {
    return this.view.getBigInt64(this.take(8), true)
  }

  /** A view of the next `length` bytes; of none, which most inputs have for a script, it is always the same one. */
  raw(length: number): Uint8Array {
    const from = this.take(length)
    return length === 0 ? emptyBytes : this.bytes.subarray(from, from + length)
  }

  /** The next 32 bytes as an id. */
  id(): string {
    return idAt(this.bytes, this.take(32))
  }

  /** Bitcoin's variable length integer; refuses longer forms than needed and anything above `MAX_COMPACT_SIZE`. */
  compactSize(): number {
    const start = this.at
    const first = this.u8()
    if (first < 0xfd) return first
    const value = first === 0xfd ? this.u16() : first === 0xfe ? this.u32() : Number(this.u64())
    const least = first === 0xfd ? 0xfd : first === 0xfe ? 0x10000 : 0x100000000
    if (value < least) throw new DecodeError('non-canonical compact size', start)
    if (value > MAX_COMPACT_SIZE) throw new DecodeError('compact size too large', start)
    return value
  }

  /** The byte at the current position without moving, or undefined at the end. */
  peek(): number | undefined {
    return this.bytes[this.at]
  }

  /** Throws unless everything was read. */
  end(): void {
    if (this.at !== this.bytes.length) throw new DecodeError(`${this.remaining} trailing bytes`, this.at)
  }
}
