declare const crypto: { getRandomValues(numbers: Uint32Array): Uint32Array }

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by))

/**
 * HalfSipHash-1-3 of whole little-endian words, a 32-bit number: short, and without the key nobody can tell which inputs
 * collide. For tables only.
 */
export function halfSipHash(key: Uint32Array, words: ArrayLike<number>, from: number, count: number): number {
  const [k0, k1] = [key[0] as number, key[1] as number]
  let a = k0 | 0
  let b = k1 | 0
  let c = 0x6c796765 ^ k0
  let d = 0x74656462 ^ k1
  // The words, the length in the highest byte, and three rounds to end with.
  for (let i = 0; i < count + 4; i++) {
    const word = i < count ? (words[from + i] as number) : i === count ? count << 26 : 0
    if (i === count + 1) c ^= 0xff
    d ^= word
    a = (a + b) | 0
    b = rotate(b, 5) ^ a
    a = rotate(a, 16)
    c = (c + d) | 0
    d = rotate(d, 8) ^ c
    a = (a + d) | 0
    d = rotate(d, 7) ^ a
    c = (c + b) | 0
    b = rotate(b, 13) ^ c
    c = rotate(c, 16)
    a ^= word
  }
  return (b ^ d) >>> 0
}

/** A key that nobody else knows. */
export const secretKey = (): Uint32Array => crypto.getRandomValues(new Uint32Array(2))
