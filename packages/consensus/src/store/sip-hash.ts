declare const crypto: { getRandomValues(bytes: Uint8Array): Uint8Array }

const SECRET_BYTES = 16

/** 32 bits of the hash of a key, signed; the key's words are those from `at` on. */
export type KeyHash = (words: Int32Array, at: number) => number

/** Words of an outpoint, and of a block's hash. */
export type KeyWords = 9 | 8

const COMPRESSIONS = 5
const FINISHES = 3

const carry = (sum: number, part: number): number => (sum >>> 0 < part >>> 0 ? 1 : 0)

/** A secret that nobody else knows. */
export const newHashSecret = (): Uint8Array => crypto.getRandomValues(new Uint8Array(SECRET_BYTES))

/**
 * SipHash-1-3 of so many little-endian words under a secret of 16 bytes, both halves of its 64 bits folded into one. Who
 * does not know the secret cannot choose keys that fall on each other. Source: Aumasson and Bernstein, "SipHash: a fast
 * short-input PRF".
 */
export function sipHashOf(count: KeyWords, secret: Uint8Array): KeyHash {
  const view = new DataView(secret.buffer, secret.byteOffset, SECRET_BYTES)
  const [k0l, k0h, k1l, k1h] = [0, 4, 8, 12].map(at => view.getInt32(at, true)) as [number, number, number, number]
  return (words, at) => {
    let v0l = k0l ^ 0x70736575
    let v0h = k0h ^ 0x736f6d65
    let v1l = k1l ^ 0x6e646f6d
    let v1h = k1h ^ 0x646f7261
    let v2l = k0l ^ 0x6e657261
    let v2h = k0h ^ 0x6c796765
    let v3l = k1l ^ 0x79746573
    let v3h = k1h ^ 0x74656462
    for (let round = 0; round < COMPRESSIONS + FINISHES; round++) {
      let low = 0
      let high = 0
      if (round < COMPRESSIONS) {
        low = 2 * round < count ? (words[at + 2 * round] as number) : 0
        // In the last one the length of the message stands above what is left of it.
        high = round < COMPRESSIONS - 1 ? (words[at + 2 * round + 1] as number) : (4 * count) << 24
        v3l ^= low
        v3h ^= high
      } else if (round === COMPRESSIONS) v2l ^= 0xff
      let t = (v0l + v1l) | 0
      v0h = (v0h + v1h + carry(t, v0l)) | 0
      v0l = t
      t = (v1l << 13) | (v1h >>> 19)
      v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h
      v1l = t ^ v0l
      t = v0l
      v0l = v0h
      v0h = t
      t = (v2l + v3l) | 0
      v2h = (v2h + v3h + carry(t, v2l)) | 0
      v2l = t
      t = (v3l << 16) | (v3h >>> 16)
      v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h
      v3l = t ^ v2l
      t = (v0l + v3l) | 0
      v0h = (v0h + v3h + carry(t, v0l)) | 0
      v0l = t
      t = (v3l << 21) | (v3h >>> 11)
      v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h
      v3l = t ^ v0l
      t = (v2l + v1l) | 0
      v2h = (v2h + v1h + carry(t, v2l)) | 0
      v2l = t
      t = (v1l << 17) | (v1h >>> 15)
      v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h
      v1l = t ^ v2l
      t = v2l
      v2l = v2h
      v2h = t
      v0l ^= low
      v0h ^= high
    }
    return v0l ^ v0h ^ v1l ^ v1h ^ v2l ^ v2h ^ v3l ^ v3h
  }
}
