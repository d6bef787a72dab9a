import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { sipHashOf } from '../../src/store/sip-hash.js'

const MASK = 2n ** 64n - 1n
const rotl = (x: bigint, n: bigint): bigint => ((x << n) | (x >> (64n - n))) & MASK

function little(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
}

/** SipHash-c-d word for word as the paper has it. */
function sipHash(key: Uint8Array, message: Uint8Array, compressions: number, finishes: number): bigint {
  const [k0, k1] = [little(key.subarray(0, 8)), little(key.subarray(8))]
  let v0 = k0 ^ 0x736f6d6570736575n
  let v1 = k1 ^ 0x646f72616e646f6dn
  let v2 = k0 ^ 0x6c7967656e657261n
  let v3 = k1 ^ 0x7465646279746573n
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) & MASK
      v2 = (v2 + v3) & MASK
      v1 = rotl(v1, 13n) ^ v0
      v3 = rotl(v3, 16n) ^ v2
      v0 = rotl(v0, 32n)
      v2 = (v2 + v1) & MASK
      v0 = (v0 + v3) & MASK
      v1 = rotl(v1, 17n) ^ v2
      v3 = rotl(v3, 21n) ^ v0
      v2 = rotl(v2, 32n)
    }
  }
  for (let at = 0; at <= message.length; at += 8) {
    const whole = at + 8 <= message.length
    const word = little(message.subarray(at, at + 8)) | (whole ? 0n : BigInt(message.length & 255) << 56n)
    v3 ^= word
    rounds(compressions)
    v0 ^= word
  }
  v2 ^= 0xffn
  rounds(finishes)
  return v0 ^ v1 ^ v2 ^ v3
}

const upTo = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i)

test('the reference gives what the paper says', () => {
  expect(sipHash(upTo(16), upTo(15), 2, 4)).toBe(0xa129ca6149be45e5n)
})

test.each([9, 8] as const)('keys of %i words are hashed by SipHash-1-3, its halves folded', count => {
  const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
  fc.assert(
    fc.property(bytes(16), bytes(4 * count), fc.nat(3), (secret, key, before) => {
      const words = new Int32Array(before + count)
      const own = new DataView(key.buffer, key.byteOffset)
      for (let i = 0; i < count; i++) words[before + i] = own.getInt32(4 * i, true)
      const full = sipHash(secret, key, 1, 3)
      expect(sipHashOf(count, secret)(words, before)).toBe(Number(BigInt.asIntN(32, full ^ (full >> 32n))))
    }),
  )
})
