const COMPRESSIONS = 2
const FINISHES = 4

const carry = (sum: number, part: number): number => (sum >>> 0 < part >>> 0 ? 1 : 0)

/** Four little-endian bytes, which must be there. */
const half = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24)

/** The same of those that are left before `end`, with zeros for the others. */
function lastHalf(bytes: Uint8Array, at: number, end: number): number {
  let word = 0
  for (let i = Math.min(end, at + 4) - 1; i >= at; i--) word = (word << 8) | (bytes[i] as number)
  return word
}

/**
 * SipHash-2-4 of the bytes under a key of 16 bytes: the low and the high half of its 64 bits. In halves and all in one
 * loop, because `bigint` or a state in an array costs many times as much. Source: Aumasson and Bernstein, "SipHash: a
 * fast short-input PRF".
 */
export function sipHash(key: Uint8Array, input: Uint8Array): readonly [low: number, high: number] {
  const { length } = input
  const compressions = (Math.floor(length / 8) + 1) * COMPRESSIONS
  const [k0l, k0h, k1l, k1h] = [half(key, 0), half(key, 4), half(key, 8), half(key, 12)]
  let v0l = k0l ^ 0x70736575
  let v0h = k0h ^ 0x736f6d65
  let v1l = k1l ^ 0x6e646f6d
  let v1h = k1h ^ 0x646f7261
  let v2l = k0l ^ 0x6e657261
  let v2h = k0h ^ 0x6c796765
  let v3l = k1l ^ 0x79746573
  let v3h = k1h ^ 0x74656462
  let low = 0
  let high = 0
  for (let round = 0, at = 0; round < compressions + FINISHES; round++) {
    if (round % COMPRESSIONS === 0) {
      v0l ^= low
      v0h ^= high
      low = 0
      high = 0
      if (round < compressions - COMPRESSIONS) {
        low = half(input, at)
        high = half(input, at + 4)
        at += 8
      } else if (round < compressions) {
        // The length of the message stands above what is left of it.
        low = lastHalf(input, at, length)
        high = lastHalf(input, at + 4, length) | (length << 24)
      } else if (round === compressions) v2l ^= 0xff
      v3l ^= low
      v3h ^= high
    }
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
  }
  return [(v0l ^ v1l ^ v2l ^ v3l) >>> 0, (v0h ^ v1h ^ v2h ^ v3h) >>> 0]
}
