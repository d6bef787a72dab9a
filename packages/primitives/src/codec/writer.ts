import { putId } from './hex.js'

/** Bytes a compact size of this value takes. */
export const compactSizeLength = (n: number): number => (n < 0xfd ? 1 : n <= 0xffff ? 3 : n <= 0xffffffff ? 5 : 9)

const eight = new Uint8Array(8)
const eightView = new DataView(eight.buffer)

/**
 * Writes little-endian fields into an array of known length; writing past its end is a bug and throws a RangeError.
 * Byte by byte: a view of an array as short as most are takes longer to make than all that is written with it.
 */
export class Writer {
  readonly bytes: Uint8Array
  private at = 0

  /** Into a new array of so many bytes, or into the one given. */
  constructor(into: number | Uint8Array) {
    this.bytes = typeof into === 'number' ? new Uint8Array(into) : into
  }

  /** Bytes written so far. */
  get offset(): number {
    return this.at
  }

  private advance(length: number): number {
    const from = this.at
    this.at += length
    if (this.at > this.bytes.length) throw new RangeError(`${length} bytes at ${from} of ${this.bytes.length}`)
    return from
  }

  u8(n: number): void {
    this.bytes[this.advance(1)] = n
  }

  u16(n: number): void {
    const at = this.advance(2)
    this.bytes[at] = n
    this.bytes[at + 1] = n >>> 8
  }

  u32(n: number): void {
    const at = this.advance(4)
    this.bytes[at] = n
    this.bytes[at + 1] = n >>> 8
    this.bytes[at + 2] = n >>> 16
    this.bytes[at + 3] = n >>> 24
  }

  i32(n: number): void {
    this.u32(n)
  }

  u64(n: bigint): void {
    eightView.setBigUint64(0, n, true)
    const at = this.advance(8)
    for (let i = 0; i < 8; i++) this.bytes[at + i] = eight[i] as number
  }

  i64(n: bigint): void {
    this.u64(n)
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.advance(bytes.length))
  }

  /** The bytes of an id. */
  id(id: string): void {
    putId(id, this.bytes, this.advance(32))
  }

  compactSize(n: number): void {
    if (n < 0xfd) {
      this.u8(n)
    } else if (n <= 0xffff) {
      this.u8(0xfd)
      this.u16(n)
    } else if (n <= 0xffffffff) {
      this.u8(0xfe)
      this.u32(n)
    } else {
      this.u8(0xff)
      this.u64(BigInt(n))
    }
  }
}
