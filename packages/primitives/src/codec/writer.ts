/** Bytes a compact size of this value takes. */
export const compactSizeLength = (n: number): number => (n < 0xfd ? 1 : n <= 0xffff ? 3 : n <= 0xffffffff ? 5 : 9)

/** Writes little-endian fields into an array of known length; writing past its end is a bug and throws a RangeError. */
export class Writer {
  readonly bytes: Uint8Array
  private readonly view: DataView
  private at = 0

  constructor(length: number) {
    this.bytes = new Uint8Array(length)
    this.view = new DataView(this.bytes.buffer)
  }

  private advance(length: number): number {
    const from = this.at
    this.at += length
    return from
  }

  u8(n: number): void {
    this.view.setUint8(this.advance(1), n)
  }

  u16(n: number): void {
    this.view.setUint16(this.advance(2), n, true)
  }

  u32(n: number): void {
    this.view.setUint32(this.advance(4), n, true)
  }

  i32(n: number): void {
    this.view.setInt32(this.advance(4), n, true)
  }

  u64(n: bigint): void {
    this.view.setBigUint64(this.advance(8), n, true)
  }

  i64(n: bigint): void {
    this.view.setBigInt64(this.advance(8), n, true)
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.advance(bytes.length))
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
