import { DecodeError } from '../codec/decode-error.js'

/** Writes bits into bytes, the highest of each byte first. */
export class BitWriter {
  private readonly out: Uint8Array
  private at = 0
  /** Bits that do not fill a byte yet, the last one written lowest. */
  private waiting = 0
  private count = 0

  /** Has room for so many bits; writing more is a bug and loses them. */
  constructor(mostBits: number) {
    this.out = new Uint8Array(Math.ceil(mostBits / 8))
  }

  /** The lowest `bits` bits of the value, 24 at most. */
  put(value: number, bits: number): void {
    this.waiting = (this.waiting << bits) | value
    this.count += bits
    while (this.count >= 8) {
      this.count -= 8
      this.out[this.at++] = this.waiting >>> this.count
    }
  }

  /** What was written, filled up with zeros to a whole byte. */
  finish(): Uint8Array {
    if (this.count > 0) this.put(0, 8 - this.count)
    return this.out.slice(0, this.at)
  }
}

/** Reads bits out of bytes, the highest of each byte first; throws a DecodeError at the end. */
export class BitReader {
  private at: number
  private waiting = 0
  private count = 0

  constructor(
    private readonly bytes: Uint8Array,
    from: number,
  ) {
    this.at = from
  }

  /** Bits that are left. */
  get remaining(): number {
    return this.count + (this.bytes.length - this.at) * 8
  }

  /** The next `bits` bits as a number, 24 at most. */
  take(bits: number): number {
    while (this.count < bits) {
      if (this.at === this.bytes.length) throw new DecodeError('end of bits', this.at)
      this.waiting = (this.waiting << 8) | (this.bytes[this.at++] as number)
      this.count += 8
    }
    this.count -= bits
    return (this.waiting >>> this.count) & ((1 << bits) - 1)
  }
}
