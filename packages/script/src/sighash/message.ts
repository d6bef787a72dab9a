/**
 * The bytes that a signature hash is made of. One buffer is written over for each message, as making buffers and
 * views took longer than filling them; what `take` returns is good until the next message begins.
 */
export class Message {
  private bytes = new Uint8Array(512)
  private view = new DataView(this.bytes.buffer)
  private length = 0

  /** Begins the next message. */
  begin(): this {
    this.length = 0
    return this
  }

  /** What was written since `begin`. */
  take(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  u8(n: number): void {
    const at = this.advance(1)
    this.view.setUint8(at, n)
  }

  /** The low 32 bits, of a negative number too. */
  u32(n: number): void {
    const at = this.advance(4)
    this.view.setUint32(at, n, true)
  }

  i64(n: bigint): void {
    const at = this.advance(8)
    this.view.setBigInt64(at, n, true)
  }

  raw(bytes: Uint8Array): void {
    const at = this.advance(bytes.length)
    this.bytes.set(bytes, at)
  }

  /** Part of the bytes, without making a view of them. */
  rawRange(bytes: Uint8Array, from: number, to: number): void {
    const at = this.advance(to - from)
    if (to - from > 64) this.bytes.set(bytes.subarray(from, to), at)
    else for (let i = from; i < to; i++) this.bytes[at + i - from] = bytes[i] as number
  }

  fill(byte: number, count: number): void {
    const at = this.advance(count)
    this.bytes.fill(byte, at, at + count)
  }

  /** A length as transactions write it; none here is beyond 32 bits. */
  compactSize(n: number): void {
    if (n < 0xfd) {
      this.u8(n)
    } else if (n <= 0xffff) {
      this.u8(0xfd)
      const at = this.advance(2)
      this.view.setUint16(at, n, true)
    } else {
      this.u8(0xfe)
      this.u32(n)
    }
  }

  varBytes(bytes: Uint8Array): void {
    this.compactSize(bytes.length)
    this.raw(bytes)
  }

  /** Where the next bytes go. To be asked before the buffer or its view is, for they may be others afterwards. */
  private advance(count: number): number {
    const at = this.length
    this.length += count
    if (this.length > this.bytes.length) this.grow()
    return at
  }

  private grow(): void {
    const larger = new Uint8Array(this.length * 2)
    larger.set(this.bytes)
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}
