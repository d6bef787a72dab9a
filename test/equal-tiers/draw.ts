import { sha256 } from '@noble/hashes/sha2.js'

const ascii = new TextEncoder()

/**
 * The choices of one case: SHA-256 of its name and a counter. A case is the same alone as among all others, and the
 * hash is not one that is under test.
 */
export class Draw {
  private counter = 0
  private pool = new Uint8Array(0)
  private used = 0

  constructor(private readonly name: string) {}

  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length)
    for (let i = 0; i < length; i++) out[i] = this.byte()
    return out
  }

  /** A whole number from 0 up to, not including, `count`. */
  below(count: number): number {
    const [a, b, c, d] = this.bytes(4) as unknown as [number, number, number, number]
    return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % count
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** True once in so many times. */
  onceIn(times: number): boolean {
    return this.below(times) === 0
  }

  /** A copy with one bit flipped, at or after byte `from`. */
  flipped(bytes: Uint8Array, from = 0): Uint8Array {
    const copy = Uint8Array.from(bytes)
    const at = from + this.below(bytes.length - from)
    copy[at] = (copy[at] as number) ^ (1 << this.below(8))
    return copy
  }

  private byte(): number {
    if (this.used === this.pool.length) {
      this.pool = sha256(ascii.encode(`${this.name}/${this.counter++}`))
      this.used = 0
    }
    return this.pool[this.used++] as number
  }
}
